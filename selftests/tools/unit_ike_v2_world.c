// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "macros.h"
#include "unit_ike_v2_world.h"
#include "unit_memory.h"

bool world_no_route;

uint32_t world_random(struct world *world, uint32_t below)
{
	world->seed = world->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (world->seed >> 33) % below;
}

struct world_end *world_other(struct world_end *end)
{
	return end == &end->world->a ? &end->world->b : &end->world->a;
}

/* One more place in an array; they are few in most worlds. */
static void *grown(void *array, size_t *count, size_t size)
{
	uint8_t *more;

	memory_hold();
	more = reallocarray(array, *count + 1, size);
	memory_go_on();
	if (!more)
		abort();
	memset(more + *count * size, 0, size);
	++*count;
	return more;
}

/* The edges: what the daemon calls its loop is the world, its network and module an end. */
static struct world *world_of(const struct ike_loop *loop)
{
	return (struct world *)loop;
}

static uint64_t edge_now(const struct ike_loop *loop)
{
	return world_of(loop)->now;
}

static void edge_timer_cancel(struct ike_loop *loop, struct ike_timer *timer)
{
	if (timer->place)
		world_of(loop)->timer[timer->place - 1] = NULL;
	timer->place = 0;
}

static int edge_timer_set(struct ike_loop *loop, struct ike_timer *timer, uint64_t ms)
{
	struct world *world = world_of(loop);
	size_t i;

	edge_timer_cancel(loop, timer);
	for (i = 0; i < world->timers && world->timer[i]; i++)
		;
	if (i == world->timers)
		world->timer = grown(world->timer, &world->timers, sizeof(*world->timer));
	world->timer[i] = timer;
	timer->place = i + 1;
	timer->when = world->now + ms;
	return 0;
}

/* What a NAT box in front of @a makes of its endpoint, and back. */
static void translate(struct world *world, struct ike_endpoint *endpoint, bool out)
{
	static const struct espah_addr outside = { AF_INET, { 192, 0, 2, 9 } };

	if (!world->nat)
		return;
	if (out && espah_addr_equal(&endpoint->addr, &world->a.addr)) {
		endpoint->addr = outside;
		endpoint->port += 1000 * world->nat;
	} else if (!out && espah_addr_equal(&endpoint->addr, &outside)) {
		endpoint->addr = world->a.addr;
		endpoint->port -= 1000 * world->nat;
	}
}

static struct world_flight *free_flight(struct world *world)
{
	size_t i;

	for (i = 0; i < world->flights && world->flight[i].to; i++)
		;
	if (i == world->flights)
		world->flight = grown(world->flight, &world->flights, sizeof(*world->flight));
	return &world->flight[i];
}

static void fly(struct world_end *from, const struct ike_endpoint *local,
		const struct ike_endpoint *remote, struct ike_chunk message)
{
	struct world *world = from->world;
	struct world_flight *flight = free_flight(world);

	*flight = (struct world_flight){
		.to		= world_other(from),
		.when		= world->now + world->delay,
		.number		= ++world->count,
		.from_endpoint	= *local,
		.to_endpoint	= *remote,
		.len		= message.len,
	};
	if (world->jitter)
		flight->when += world_random(world, world->jitter);
	translate(world, &flight->from_endpoint, true);
	translate(world, &flight->to_endpoint, false);
	memory_hold();
	flight->data = malloc(message.len);
	memory_go_on();
	if (!flight->data)
		abort();
	memcpy(flight->data, message.p, message.len);
}

static int edge_send(struct ike_net *net, const struct ike_endpoint *local,
		     const struct ike_endpoint *remote, struct ike_chunk message)
{
	struct world_end *end = (struct world_end *)net;
	struct world *world = end->world;

	end->sent++;
	if (world->loss && world_random(world, 100) < world->loss)
		return 0;
	fly(end, local, remote, message);
	if (world->twice && world_random(world, 100) < world->twice)
		fly(end, local, remote, message);
	return 0;
}

static void edge_keepalive(struct ike_net *net, const struct ike_endpoint *local,
			   const struct ike_endpoint *remote)
{
	(void)local;
	(void)remote;
	((struct world_end *)net)->keepalives++;
}

static uint16_t edge_port(const struct ike_net *net)
{
	(void)net;
	return IKE_PORT;
}

static uint16_t edge_nat_port(const struct ike_net *net)
{
	(void)net;
	return IKE_PORT_NAT;
}

static struct espah_addr edge_source(const struct espah_addr *remote)
{
	struct espah_addr addr = *remote;

	if (world_no_route)
		return (struct espah_addr){};
	/* The ends are 10.0.0.1 and 10.0.0.2. */
	addr.octets[3] ^= 3;
	return addr;
}

static struct world_sa *find_sa(struct world_end *end, const struct espah_addr *dst, uint32_t spi)
{
	size_t i;

	for (i = 0; i < end->sas; i++) {
		if (end->sa[i].there && end->sa[i].spi == spi &&
		    espah_addr_equal(&end->sa[i].dst, dst))
			return &end->sa[i];
	}
	return NULL;
}

static struct world_sa *free_sa(struct world_end *end)
{
	size_t i;

	for (i = 0; i < end->sas && end->sa[i].there; i++)
		;
	if (i == end->sas)
		end->sa = grown(end->sa, &end->sas, sizeof(*end->sa));
	return &end->sa[i];
}

static int edge_spi_get(struct ike_kernel *kernel, const struct espah_addr *src,
			const struct espah_addr *dst, uint32_t reqid, uint32_t *spi,
			struct espah_err *err)
{
	struct world_end *end = (struct world_end *)kernel;
	struct world_sa *sa = free_sa(end);

	(void)err;
	*sa = (struct world_sa){
		.there = true, .larval = true, .inbound = true, .src = *src, .dst = *dst,
		.reqid = reqid, .spi = end->last_spi += 0x101,
	};
	*spi = sa->spi;
	return 0;
}

static int edge_sa_add(struct ike_kernel *kernel, const struct ike_kernel_sa *add,
		       struct espah_err *err)
{
	struct world_end *end = (struct world_end *)kernel;
	struct world_sa *sa = find_sa(end, &add->dst, add->spi);

	if (end->refuse_out && !add->inbound) {
		end->refuse_out--;
		return espah_err_kernel(err, 0, "the module refuses outbound");
	}
	if (end->refuse) {
		end->refuse--;
		return espah_err_kernel(err, 0, "the module refuses");
	}
	if (add->inbound ? !sa || !sa->larval || sa->reqid != add->reqid : !!sa)
		return espah_err_kernel(err, 0, "SA %08x is not as it should be", add->spi);
	if (!sa)
		sa = free_sa(end);
	if (add->encr.len + add->integ.len > sizeof(sa->key) || !add->encr.len)
		return espah_err_kernel(err, 0, "SA %08x has too long a key, or none", add->spi);
	*sa = (struct world_sa){
		.there = true, .inbound = add->inbound, .since = ++end->world->count,
		.src = add->src, .dst = add->dst, .spi = add->spi, .reqid = add->reqid,
		.mode = add->mode, .sport = add->sport, .dport = add->dport,
		.src_was = add->src_was, .dst_was = add->dst_was,
		.key_len = add->encr.len + add->integ.len, .soft_time = add->soft_time,
		.hard_time = add->hard_time,
	};
	memcpy(sa->key, add->encr.p, add->encr.len);
	if (add->integ.len)
		memcpy(sa->key + add->encr.len, add->integ.p, add->integ.len);
	return 0;
}

static int edge_sa_del(struct ike_kernel *kernel, const struct espah_addr *dst, uint32_t spi,
		       struct espah_err *err)
{
	struct world_sa *sa = find_sa((struct world_end *)kernel, dst, spi);

	if (!sa)
		return espah_err_kernel(err, 0, "there is no SA %08x", spi);
	sa->there = false;
	return 0;
}

static int edge_sa_usage(struct ike_kernel *kernel, const struct espah_addr *dst, uint32_t spi,
			 struct ike_kernel_usage *usage)
{
	struct world_sa *sa = find_sa((struct world_end *)kernel, dst, spi);

	if (!sa)
		return -1;
	*usage = (struct ike_kernel_usage){ .packets = sa->packets };
	return 0;
}

static struct world_policy *find_policy(struct world_end *end,
					const struct ike_kernel_policy *policy)
{
	size_t i;

	for (i = 0; i < end->policies; i++) {
		if (end->policy[i].refs &&
		    !memcmp(&end->policy[i].policy, policy, sizeof(*policy)))
			return &end->policy[i];
	}
	return NULL;
}

static int edge_policy_add(struct ike_kernel *kernel, const struct ike_kernel_policy *policy,
			   struct espah_err *err)
{
	struct world_end *end = (struct world_end *)kernel;
	struct world_policy *at = find_policy(end, policy);
	size_t i;

	if (end->refuse_policies) {
		end->refuse_policies--;
		return espah_err_kernel(err, 0, "the module refuses a policy");
	}
	for (i = 0; i < end->policies && !at; i++) {
		if (!end->policy[i].refs)
			at = &end->policy[i];
	}
	if (!at) {
		end->policy = grown(end->policy, &end->policies, sizeof(*end->policy));
		at = &end->policy[i];
	}
	at->policy = *policy;
	at->refs++;
	return 0;
}

static int edge_policy_del(struct ike_kernel *kernel, const struct ike_kernel_policy *policy,
			   struct espah_err *err)
{
	struct world_policy *at = find_policy((struct world_end *)kernel, policy);

	if (!at)
		return espah_err_kernel(err, 0, "there is no such policy");
	at->refs--;
	return 0;
}

static const struct ike_edge edge = {
	.now		= edge_now,
	.timer_set	= edge_timer_set,
	.timer_cancel	= edge_timer_cancel,
	.send		= edge_send,
	.keepalive	= edge_keepalive,
	.port		= edge_port,
	.nat_port	= edge_nat_port,
	.source		= edge_source,
	.spi_get	= edge_spi_get,
	.sa_add		= edge_sa_add,
	.sa_del		= edge_sa_del,
	.sa_usage	= edge_sa_usage,
	.policy_add	= edge_policy_add,
	.policy_del	= edge_policy_del,
};

struct ike_conf *world_conf(const char *text)
{
	char path[] = "/tmp/espah-unit.XXXXXX";
	struct espah_err err = {};
	struct ike_conf *conf;
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
	conf = ike_conf_load(path, &err);
	unlink(path);
	if (conf)
		return conf;
	fprintf(stderr, "configuration: %s\n", err.text);
	abort();
}

void world_load(struct world_end *end, const char *text)
{
	struct ike_conf *old = end->daemon.conf;

	end->daemon.conf = world_conf(text);
	ike_sas_conf_changed(&end->daemon, old);
	if (!end->lent)
		ike_conf_free(old);
	end->lent = false;
}

static void open_end(struct world *world, struct world_end *end, char name, uint8_t last)
{
	struct espah_err err = {};

	end->world = world;
	end->name = name;
	end->addr = (struct espah_addr){ AF_INET, { 10, 0, 0, last } };
	end->last_spi = last << 24;
	end->daemon.loop = (struct ike_loop *)world;
	end->daemon.net = (struct ike_net *)end;
	end->daemon.kernel = (struct ike_kernel *)end;
	end->daemon.edge = &edge;
	if (ike_sas_open(&end->daemon, &err))
		abort();
}

static void lend(struct world_end *end, struct ike_conf *conf)
{
	end->daemon.conf = conf;
	end->lent = true;
	ike_sas_conf_changed(&end->daemon, NULL);
}

static struct world *open_world(void)
{
	struct world *world = calloc(1, sizeof(*world));

	if (!world)
		abort();
	world->now = 1000000;
	world->seed = 1;
	world->delay = 10;
	world_log_forget();
	open_end(world, &world->a, 'a', 1);
	open_end(world, &world->b, 'b', 2);
	return world;
}

struct world *world_new(const char *conf_a, const char *conf_b)
{
	struct world *world = open_world();

	if (conf_a)
		world_load(&world->a, conf_a);
	if (conf_b)
		world_load(&world->b, conf_b);
	return world;
}

struct world *world_new_lent(struct ike_conf *conf_a, struct ike_conf *conf_b)
{
	struct world *world = open_world();

	lend(&world->a, conf_a);
	lend(&world->b, conf_b);
	return world;
}

void world_free(struct world *world)
{
	size_t i;

	ike_sas_close(&world->a.daemon);
	ike_sas_close(&world->b.daemon);
	if (!world->a.lent)
		ike_conf_free(world->a.daemon.conf);
	if (!world->b.lent)
		ike_conf_free(world->b.daemon.conf);
	for (i = 0; i < world->flights; i++)
		free(world->flight[i].data);
	free(world->flight);
	free(world->timer);
	free(world->a.sa);
	free(world->a.policy);
	free(world->b.sa);
	free(world->b.policy);
	free(world);
}

static void deliver_esp(struct world_end *end, const struct world_sa *from)
{
	struct world_sa *sa = find_sa(end, &from->dst, from->spi);

	if (sa && !sa->larval && sa->inbound && sa->key_len == from->key_len &&
	    !memcmp(sa->key, from->key, sa->key_len)) {
		sa->packets++;
		end->esp_taken++;
	} else {
		end->esp_lost++;
	}
}

bool world_no_info_to_b(struct world *world, struct world_flight *flight)
{
	return flight->to != &world->b || flight->data[18] != INFORMATIONAL;
}

static void deliver(struct world *world, struct world_flight *flight)
{
	struct world_flight one = *flight;

	flight->to = NULL;
	flight->data = NULL;
	if (one.esp)
		deliver_esp(one.to, &one.sa);
	else if (!world->filter || world->filter(world, &one))
		ike_sas_receive(&one.to->daemon, &one.to_endpoint, &one.from_endpoint,
				ike_chunk(one.data, one.len));
	free(one.data);
}

static struct world_flight *next_flight(struct world *world)
{
	struct world_flight *next = NULL;
	size_t i;

	for (i = 0; i < world->flights; i++) {
		struct world_flight *at = &world->flight[i];

		if (at->to && (!next || at->when < next->when ||
			       (at->when == next->when && at->number < next->number)))
			next = at;
	}
	return next;
}

static struct ike_timer *next_timer(struct world *world)
{
	struct ike_timer *next = NULL;
	size_t i;

	for (i = 0; i < world->timers; i++) {
		if (world->timer[i] && (!next || world->timer[i]->when < next->when))
			next = world->timer[i];
	}
	return next;
}

bool world_step(struct world *world, uint64_t ms)
{
	struct world_flight *flight = next_flight(world);
	struct ike_timer *timer = next_timer(world);
	uint64_t until = world->now + ms;

	if (timer && timer->when <= until && (!flight || timer->when <= flight->when)) {
		if (timer->when > world->now)
			world->now = timer->when;
		edge_timer_cancel((struct ike_loop *)world, timer);
		timer->fire(timer);
		return true;
	}
	if (flight && flight->when <= until) {
		if (flight->when > world->now)
			world->now = flight->when;
		deliver(world, flight);
		return true;
	}
	return false;
}

void world_run(struct world *world, uint64_t ms)
{
	uint64_t until = world->now + ms;

	while (world->now < until && world_step(world, until - world->now))
		;
	world->now = until;
}

void world_settle(struct world *world)
{
	struct ike_timer *timer;

	for (;;) {
		timer = next_timer(world);
		if (!next_flight(world) && (!timer || timer->when > world->now))
			return;
		world_step(world, UINT32_MAX);
	}
}

static void tell(struct ike_verdict *verdict, int failed, const char *words)
{
	struct world_verdict *mine = container_of(verdict, struct world_verdict, verdict);

	mine->failed = failed;
	snprintf(mine->words, sizeof(mine->words), "%s", words ? words : "");
}

static struct ike_verdict *await(struct world_verdict *verdict)
{
	*verdict = (struct world_verdict){ .verdict.tell = tell, .failed = -1 };
	return &verdict->verdict;
}

void world_up(struct world_end *end, const char *name, struct world_verdict *verdict)
{
	ike_sas_up(&end->daemon, name, await(verdict));
}

void world_down(struct world_end *end, const char *name, struct world_verdict *verdict)
{
	ike_sas_down(&end->daemon, name, await(verdict));
}

void world_rekey(struct world_end *end, const char *name, struct world_verdict *verdict)
{
	ike_sas_rekey(&end->daemon, name, await(verdict));
}

/* As the module does it: the newest. */
static struct world_sa *newest_out(struct world_end *end)
{
	struct world_sa *best = NULL;
	size_t i;

	for (i = 0; i < end->sas; i++) {
		struct world_sa *sa = &end->sa[i];

		if (sa->there && !sa->inbound && (!best || sa->since > best->since))
			best = sa;
	}
	return best;
}

static void send_esp(struct world_end *end)
{
	struct world *world = end->world;
	struct world_sa *sa = newest_out(end);
	struct world_flight *flight;

	if (!sa) {
		end->esp_waits++;
		return;
	}
	flight = free_flight(world);
	*flight = (struct world_flight){
		.to = world_other(end), .when = world->now + world->delay,
		.number = ++world->count, .esp = true, .sa = *sa,
	};
	if (world->jitter)
		flight->when += world_random(world, world->jitter);
}

void world_traffic(struct world *world)
{
	send_esp(&world->a);
	send_esp(&world->b);
}
