// SPDX-License-Identifier: GPL-2.0-only
/* What two ends do not agree on, and what they settle between them. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"
#include "unit_ike_v2_conf.h"
#include "unit_ike_v2_world.h"

#define SIMPLE_A(proposals, esp, local_ts, remote_ts, child, secret)			\
	CONF("10.0.0.1", "10.0.0.2", "a.example.org", "b.example.org",			\
	     "proposals = " proposals, local_ts, remote_ts,				\
	     "esp_proposals = " esp "\n" child, secret)
#define GCM	"aes128gcm16-prfsha256-ecp256"

static const struct {
	const char *name;
	const char *conf_a;
	/* Does the operator hear that it failed; is there an IKE SA; how many children? */
	bool failed;
	unsigned int ike;
	unsigned int children;
	/* Of one end's log. */
	const char *words;
} cases[] = {
	{ "another shared key",
	  SIMPLE_A(GCM, "aes128gcm16", "10.1.0.0/16", "10.2.0.0/16", "", "close sesame"),
	  true, 0, 0, "the peer 'a.example.org' has another shared key" },
	{ "an identity that is not wanted",
	  CONF("10.0.0.1", "10.0.0.2", "x.example.org", "b.example.org", "proposals = " GCM,
	       "10.1.0.0/16", "10.2.0.0/16", "esp_proposals = aes128gcm16", "open sesame"),
	  true, 0, 0, "the peer is 'x.example.org', connection 'home' wants 'a.example.org'" },
	{ "a peer that is not who it should be",
	  CONF("10.0.0.1", "10.0.0.2", "a.example.org", "c.example.org", "proposals = " GCM,
	       "10.1.0.0/16", "10.2.0.0/16", "esp_proposals = aes128gcm16", "open sesame"),
	  true, 0, 0, "wants to talk to 'c.example.org', connection 'home' is 'b.example.org'" },
	{ "no IKE proposal in common",
	  SIMPLE_A("aes256-sha384-ecp384", "aes128gcm16", "10.1.0.0/16", "10.2.0.0/16", "",
		   "open sesame"),
	  true, 0, 0, "no cipher in common" },
	{ "no ESP proposal in common",
	  SIMPLE_A(GCM, "aes256-sha512", "10.1.0.0/16", "10.2.0.0/16", "", "open sesame"),
	  true, 1, 0, "NO_PROPOSAL_CHOSEN for net: no cipher in common" },
	{ "no traffic in common",
	  SIMPLE_A(GCM, "aes128gcm16", "10.7.0.0/16", "10.2.0.0/16", "", "open sesame"),
	  true, 1, 0, "TS_UNACCEPTABLE: the peer asks for" },
	{ "transport mode with who wants a tunnel only",
	  SIMPLE_A(GCM, "aes128gcm16", "10.1.0.0/16", "10.2.0.0/16", "mode = transport",
		   "open sesame"),
	  true, 1, 0, "it does not want transport mode" },
	{ "wider traffic, narrowed",
	  SIMPLE_A(GCM, "aes128gcm16", "10.0.0.0/8", "10.0.0.0/8", "", "open sesame"),
	  false, 1, 1, "10.1.0.0/16 === 10.2.0.0/16" },
	{ "another group first, for IKE",
	  SIMPLE_A("aes128gcm16-prfsha256-curve25519-ecp256", "aes128gcm16", "10.1.0.0/16",
		   "10.2.0.0/16", "", "open sesame"),
	  false, 1, 1, "established: 'a.example.org' with 'b.example.org' at 10.0.0.2[500], " GCM },
};

static void agree_or_not(void)
{
	struct world_verdict verdict;
	struct world *world;
	char name[128];
	size_t i;
	bool good;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		world = world_new(cases[i].conf_a, CONF_B);
		world_up(&world->a, "net", &verdict);
		world_run(world, 60000);
		good = verdict.failed == cases[i].failed &&
		       world_count_ike(&world->a, IKE_SA_UP) == cases[i].ike &&
		       world_count_ike(&world->b, IKE_SA_UP) == cases[i].ike &&
		       world_count_up(&world->a) == cases[i].children && world_same_keys(world) &&
		       world_log_has(cases[i].words);
		if (!good)
			printf("# %d '%s', %u IKE SAs, %u children, keys %d, log %d\n",
			       verdict.failed, verdict.words,
			       world_count_ike(&world->a, IKE_SA_UP), world_count_up(&world->a),
			       world_same_keys(world), world_log_has(cases[i].words));
		snprintf(name, sizeof(name), "v2: %s", cases[i].name);
		check(good, name);
		world_free(world);
	}
}

static void other_group_for_child(void)
{
	static const char conf[] =
		SIMPLE_A(GCM, "aes128gcm16-curve25519-ecp256", "10.1.0.0/16", "10.2.0.0/16", "",
			 "open sesame");
	struct world *world = world_new(conf, CONF_B);
	struct world_verdict verdict;

	world_up(&world->a, "net", &verdict);
	world_run(world, 1000);
	world_rekey(&world->a, "net", &verdict);
	world_run(world, 20000);
	check(!verdict.failed && world_child(&world->a)->suite.dh == IKE_DH_ECP_256 &&
	      world_same_keys(world), "v2: a child is rekeyed with the group that the peer names");
	world_free(world);
}

/* The module has seen the peer's ESP come from this port. */
static void mapped(struct world_end *end, uint16_t port)
{
	const struct ike_child *child = world_child(end);
	const struct ike_endpoint from = { .addr = child->remote.addr, .port = port };

	ike_sas_mapping(&end->daemon, &child->local.addr, child->spi_in, &from);
}

static void nat(void)
{
	struct world *world = world_new(CONF_A, CONF_B);
	struct world_verdict verdict;
	struct ike_sa *a, *b;

	world->nat = 1;
	world_up(&world->a, "net", &verdict);
	world_run(world, 70000);
	a = world_ike(&world->a);
	b = world_ike(&world->b);
	check(!verdict.failed && a && a->nat_local && !a->nat_remote && b && b->nat_remote &&
	      a->local.port == IKE_PORT_NAT && a->remote.port == IKE_PORT_NAT &&
	      b->local.port == IKE_PORT_NAT && b->remote.port == IKE_PORT_NAT + 1000,
	      "v2: behind NAT, both go over to port 4500");
	check(world->a.keepalives == 3 && !world->b.keepalives,
	      "v2: who is behind it keeps it open");
	check(world_child(&world->a)->encap && world_child(&world->b)->encap,
	      "v2: ESP is encapsulated");
	world->nat = 2;
	world_rekey(&world->a, "home", &verdict);
	world_run(world, 20000);
	b = world_ike(&world->b);
	check(!verdict.failed && b->remote.port == IKE_PORT_NAT + 2000 &&
	      world_child(&world->b)->remote.port == IKE_PORT_NAT + 2000 &&
	      world_count_up(&world->b) == 1, "v2: a peer that NAT has moved is followed");
	world->nat = 3;
	mapped(&world->b, IKE_PORT_NAT + 3000);
	world_run(world, 20000);
	check(world_ike(&world->b)->remote.port == IKE_PORT_NAT + 3000 &&
	      world_child(&world->b)->remote.port == IKE_PORT_NAT + 3000 &&
	      world_count_up(&world->b) == 1, "v2: and where only its ESP comes from there, too");
	mapped(&world->a, 77);
	check(world_ike(&world->a)->remote.port == IKE_PORT_NAT,
	      "v2: but not one that is not behind NAT");
	world_free(world);
}

#define TRANSPORT_A								\
	CONF("10.0.0.1", "10.0.0.2", "a.example.org", "b.example.org",		\
	     "proposals = " GCM, "dynamic", "dynamic[tcp]",			\
	     "mode = transport\nesp_proposals = aes128gcm16", "open sesame")
#define TRANSPORT_B								\
	CONF("10.0.0.2", "%any", "b.example.org", "a.example.org",		\
	     "proposals = " GCM, "dynamic", "dynamic",				\
	     "mode = transport\nesp_proposals = aes128gcm16", "open sesame")

/* What the module is told that the peer's checksums are over: @src, @dst, NULL for what it sees. */
static void check_originals(const struct world_end *end, const char *src, const char *dst)
{
	char seen[ESPAH_ADDR_STRLEN];
	unsigned int inbound = 0;
	size_t i;

	for (i = 0; i < end->sas; i++) {
		const struct world_sa *sa = &end->sa[i];
		bool in = sa->inbound;

		if (!sa->there || sa->larval)
			continue;
		inbound += in;
		check_text(sa->src_was.family ? espah_addr_print(&sa->src_was, seen) : "",
			   in && src ? src : "", "v2: the source that a checksum is over");
		check_text(sa->dst_was.family ? espah_addr_print(&sa->dst_was, seen) : "",
			   in && dst ? dst : "", "v2: the destination that a checksum is over");
	}
	check(inbound, "v2: there is an inbound SA");
}

static void in_transport_mode(void)
{
	struct world *world;
	struct world_verdict verdict;
	struct ike_child *a, *b;
	unsigned int behind;
	char text[64];

	for (behind = 0; behind < 2; behind++) {
		world = world_new(TRANSPORT_A, TRANSPORT_B);
		world->nat = behind;
		world_up(&world->a, "net", &verdict);
		world_run(world, 2000);
		a = world_child(&world->a);
		b = world_child(&world->b);
		check(!verdict.failed && a && b && a->mode == ESPAH_MODE_TRANSPORT &&
		      b->mode == ESPAH_MODE_TRANSPORT,
		      behind ? "v2: transport mode behind NAT" : "v2: transport mode");
		if (!a || !b)
			continue;
		check(world->a.policy[0].policy.local_ts.proto == IPPROTO_TCP &&
		      world->a.policy[0].policy.remote_ts.proto == IPPROTO_TCP &&
		      world->b.policy[0].policy.local_ts.proto == IPPROTO_TCP,
		      "v2: a protocol that one side names is that of both");
		check_text(ike_ts_list_print(&a->local_ts, text, sizeof(text)), "10.0.0.1/32",
			   "v2: with the address as this end has it");
		check_text(ike_ts_list_print(&b->remote_ts, text, sizeof(text)),
			   behind ? "192.0.2.9/32" : "10.0.0.1/32",
			   "v2: and as the other one sees it");
		check_originals(&world->a, NULL, behind ? "192.0.2.9" : NULL);
		check_originals(&world->b, behind ? "10.0.0.1" : NULL, NULL);
		world_rekey(&world->b, "net", &verdict);
		world_run(world, 20000);
		check_originals(&world->a, NULL, behind ? "192.0.2.9" : NULL);
		check_originals(&world->b, behind ? "10.0.0.1" : NULL, NULL);
		world_free(world);
	}
}

static void encap_forced(void)
{
	struct world *world = world_new(CONF_OF_A("encap = yes\n", ""), CONF_B);
	struct world_verdict verdict;

	world_up(&world->a, "net", &verdict);
	world_run(world, 2000);
	check(!verdict.failed && world_child(&world->a)->encap && world_child(&world->b)->encap &&
	      world_ike(&world->b)->remote.port == IKE_PORT_NAT, "v2: encapsulation without NAT");
	world_free(world);
}

static struct ike_ts one(uint8_t net, uint8_t host)
{
	struct ike_ts ts = {
		.addr.min = { AF_INET, { 10, net, 0, host } },
		.addr.max = { AF_INET, { 10, net, 0, host } },
		.proto = 1,
		.port_max = UINT16_MAX,
	};

	return ts;
}

static void traps(void)
{
	struct world *world = world_new(CONF_OF_A("", "start_action = trap"), CONF_B);
	struct ike_ts src = one(1, 7), dst = one(2, 9);
	struct world_verdict verdict;

	world_run(world, 1000);
	check(world_count_policies(&world->a) == 1 && !world->a.sent,
	      "v2: a trap is only a policy");
	ike_sas_acquire(&world->a.daemon, world->a.policy[0].policy.reqid, &src, &dst);
	ike_sas_acquire(&world->a.daemon, world->a.policy[0].policy.reqid, &src, &dst);
	world_run(world, 1000);
	check(world_count_up(&world->a) == 1 && world_count_ike(&world->a, IKE_SA_UP) == 1 &&
	      world_child(&world->a)->reqid == world->a.policy[0].policy.reqid,
	      "v2: a packet brings it up, once");
	world_down(&world->a, "net", &verdict);
	world_run(world, 1000);
	check(!world_count_sas(&world->a) && world_count_policies(&world->a) == 1 &&
	      !world_count_policies(&world->b), "v2: the policy stays when it goes");
	world_load(&world->a, CONF_A);
	check(!world_count_policies(&world->a),
	      "v2: until it is not in the configuration any more");
	world_free(world);
}

static bool has_left;

static void note_left(struct ike_daemon *daemon)
{
	(void)daemon;
	has_left = true;
}

static void leaves(void)
{
	struct world *world = world_new(CONF_OF_A("", "start_action = trap"), CONF_B);
	struct world_verdict verdict;

	world_up(&world->a, "net", &verdict);
	world_run(world, 1000);
	check(world_count_up(&world->a) == 1, "v2: a child with a trap is up");
	ike_sas_leave(&world->a.daemon, note_left);
	check(!has_left && world_count_policies(&world->a) == 1,
	      "v2: who is asked to end keeps the policy while SAs go");
	world_settle(world);
	check(has_left && !world_count_policies(&world->a), "v2: and takes it along");
	check(!world_count_sas(&world->b) && !world_count_ike(&world->b, IKE_SA_UP),
	      "v2: the other side has been told");
	world_free(world);
}

#define NO_ADDRESS(child)							\
	CONF("%any", "10.0.0.2", "a.example.org", "b.example.org",		\
	     "proposals = " GCM, "10.1.0.0/16", "10.2.0.0/16", child, "open sesame")

/* Before the network is up there is no address of our own; packets must wait all the same. */
static void traps_later(void)
{
	struct world *world;

	world_no_route = true;
	world = world_new(NO_ADDRESS("start_action = trap"), NULL);
	world_run(world, 5000);
	check(!world_count_policies(&world->a) && world_log_has("it is tried again"),
	      "v2: a trap that has no address yet");
	world_no_route = false;
	world_run(world, 1000);
	check(world_count_policies(&world->a) == 1, "v2: is there as soon as there is one");
	world->a.refuse_policies = 3;
	world_load(&world->a, CONF_OF_A("", "start_action = trap\nlocal_ts = 10.9.0.0/16"));
	check(world_count_policies(&world->a) == 1 &&
	      world->a.policy[0].policy.local_ts.addr.min.octets[1] == 1,
	      "v2: the old one stays where the new one cannot be");
	world_run(world, 4000);
	check(world_count_policies(&world->a) == 1 && !world->a.policy[0].refs &&
	      world->a.policy[1].policy.local_ts.addr.min.octets[1] == 9,
	      "v2: and goes when it can");
	world_load(&world->a, NO_ADDRESS(""));
	check(!world_count_policies(&world->a), "v2: and both with the configuration");
	world_free(world);
}

/* Whom to begin with need not stand first. */
static void among_others(void)
{
	struct world *world = world_new(CONF("10.0.0.0/24, 10.0.0.1", "10.9.0.0/16, 10.0.0.2",
					     "a.example.org", "b.example.org",
					     "proposals = " GCM, "10.1.0.0/16", "10.2.0.0/16",
					     "start_action = start", "open sesame"), CONF_B);

	world_run(world, 1000);
	check(world_count_policies(&world->a) == 1 && world_count_up(&world->a) == 1 &&
	      world_same_keys(world), "v2: the first single one of addresses is begun with");
	world_free(world);
}

static bool drop(struct world *world, struct world_flight *flight)
{
	(void)world;
	(void)flight;
	return false;
}

static void always_up(void)
{
	struct world *world = world_new(CONF_OF_A("dpd_delay = 30s\n", "start_action = start"),
					CONF_B);

	world->filter = drop;
	world_run(world, 400000);
	check(!world_count_up(&world->a) && world_count_policies(&world->a) == 1,
	      "v2: who is to be up, and is not, lets nothing out");
	world->filter = NULL;
	world_run(world, 400000);
	check(world_count_up(&world->a) == 1 && world_count_up(&world->b) == 1,
	      "v2: and is up as soon as the peer answers");
	/* The other end is made anew, and knows nothing. */
	ike_sas_close(&world->b.daemon);
	memset(world->b.sa, 0, world->b.sas * sizeof(*world->b.sa));
	memset(world->b.policy, 0, world->b.policies * sizeof(*world->b.policy));
	world->b.daemon.edge = world->a.daemon.edge;
	if (ike_sas_open(&world->b.daemon, &(struct espah_err){}))
		check(false, "v2: opened again");
	ike_sas_conf_changed(&world->b.daemon, NULL);
	world_run(world, 400000);
	check(world_count_up(&world->a) == 1 && world_count_up(&world->b) == 1 &&
	      world_same_keys(world), "v2: a peer that was dead is found out, and met again");
	world_free(world);
}

static void alive(void)
{
	struct world *world = world_new(CONF_OF_A("dpd_delay = 30s\n", ""), CONF_B);
	struct world_verdict verdict;
	unsigned int sent, i;

	world_up(&world->a, "net", &verdict);
	world_run(world, 1000);
	sent = world->a.sent;
	for (i = 0; i < 100; i++) {
		world_traffic(world);
		world_run(world, 1000);
	}
	check(world->a.sent == sent, "v2: a peer whose packets come is not asked whether it lives");
	world_run(world, 100000);
	check(world->a.sent > sent && world_count_up(&world->a) == 1, "v2: a silent one is");
	world->filter = drop;
	world_run(world, 400000);
	check(!world_count_sas(&world->a) && !world->a.daemon.sas->count,
	      "v2: and given up when it does not answer");
	world_free(world);
}

static void installed_or_not(void)
{
	struct world *world = world_new(CONF_A, CONF_B);
	struct world_verdict verdict;

	world->a.refuse = 1;
	world_up(&world->a, "net", &verdict);
	world_run(world, 10000);
	check(verdict.failed == 1 && !world_count_sas(&world->a) && !world_count_sas(&world->b),
	      "v2: what the module refuses is closed at the peer, too");
	world->b.refuse = 1;
	world_up(&world->a, "net", &verdict);
	world_run(world, 10000);
	check(verdict.failed == 1 && !world_count_sas(&world->a) && !world_count_sas(&world->b),
	      "v2: and the other way round");
	world_up(&world->a, "net", &verdict);
	world_run(world, 1000);
	check(!verdict.failed && world_same_keys(world), "v2: then it comes up");
	world_free(world);
}

/* Of the responder, after its response has gone out: the initiator has a child by then. */
static void half_installed(void)
{
	struct world *world = world_new(CONF_A, CONF_B);
	struct world_verdict verdict;

	world->b.refuse_out = 1;
	world_up(&world->a, "net", &verdict);
	world_run(world, 10000);
	check(!world_count_sas(&world->a) && !world_count_sas(&world->b) &&
	      !world_count_policies(&world->b), "v2: a pair without outbound is closed");
	world->b.refuse_policies = 1;
	world_up(&world->a, "net", &verdict);
	world_run(world, 10000);
	check(!world_count_sas(&world->a) && !world_count_sas(&world->b) &&
	      !world_count_policies(&world->b), "v2: and one without its policies");
	world_free(world);
}

/* The one that is to replace another, too; and who wants it to be up does not wait to be asked. */
static void switched_or_not(void)
{
	struct world *world = world_new(CONF_A, CONF("10.0.0.2", "10.0.0.1", "b.example.org",
						     "a.example.org", "proposals = " GCM,
						     "10.2.0.0/16", "10.1.0.0/16",
						     "esp_proposals = aes128gcm16-ecp256\n"
						     "start_action = start", "open sesame"));
	struct world_verdict verdict;

	world_run(world, 5000);
	world_rekey(&world->a, "net", &verdict);
	world->b.refuse_out = 1;
	world->filter = world_no_info_to_b;
	world_run(world, IKE_CHILD_SWITCH_POLL * IKE_CHILD_SWITCH_MOST);
	world->filter = NULL;
	world_run(world, 60000);
	check(world_count_up(&world->a) == 1 && world_count_up(&world->b) == 1 &&
	      !world->b.refuse_out && world_same_keys(world),
	      "v2: what always is to be up, and could not be installed, comes up again");
	world_free(world);
}

static void set_ts(struct ike_conf_ts *ts, const char *words)
{
	char list[512], *word, *rest;
	struct espah_err err;

	snprintf(list, sizeof(list), "%s", words);
	ts->count = 0;
	for (word = strtok_r(list, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if (ike_ts_read(&ts->item[ts->count++].ts, word, NULL, &err))
			check(false, err.text);
	}
}

/* A peer that can do what this daemon refuses to be configured for. */
static void ask_for(struct world *world, const char *local, const char *remote)
{
	struct ike_conf_child *child = world->a.daemon.conf->conns->children;

	set_ts(&child->local_ts, local);
	set_ts(&child->remote_ts, remote);
}

#define EIGHT_1									\
	"10.1.1.0/24 10.1.2.0/24 10.1.3.0/24 10.1.4.0/24 "	\
	"10.1.5.0/24 10.1.6.0/24 10.1.7.0/24 10.1.8.0/24"
#define EIGHT_2									\
	"10.2.1.0/24 10.2.2.0/24 10.2.3.0/24 10.2.4.0/24 "	\
	"10.2.5.0/24 10.2.6.0/24 10.2.7.0/24 10.2.8.0/24"
#define FOUR_1									\
	"10.1.1.0/24, 10.1.2.0/24, 10.1.3.0/24, 10.1.4.0/24"
#define FOUR_2									\
	"10.2.1.0/24, 10.2.2.0/24, 10.2.3.0/24, 10.2.4.0/24"

static const struct {
	const char *name;
	const char *local;
	const char *remote;
	/* What is agreed on; NULL: nothing. */
	const char *agreed_local;
	const char *agreed_remote;
	unsigned int policies;
	const char *words;
} wishes[] = {
	{ "ports alone", "10.1.0.0/16[tcp/80]", "10.2.0.0/16", "10.1.0.0/16[tcp/80]",
	  "10.2.0.0/16", 1, "" },
	{ "ports of the peer alone", "10.1.0.0/16", "10.2.0.0/16[udp/1-2]", "10.1.0.0/16",
	  "10.2.0.0/16[udp/1-2]", 1, "" },
	{ "OPAQUE", "10.1.0.0/16[udp/opaque]", "10.2.0.0/16", "10.1.0.0/16[udp/opaque]",
	  "10.2.0.0/16", 1, "" },
	{ "ports and none", "10.1.0.0/16[udp/opaque]", "10.2.0.0/16[udp/53]", NULL, NULL, 0,
	  "TS_UNACCEPTABLE" },
	{ "types of ICMP", "10.1.0.0/16[icmp/8]", "10.2.0.0/16[icmp/0]",
	  "10.1.0.0/16[icmp/8]", "10.2.0.0/16[icmp/0]", 1, "" },
	{ "ports beside what has none", "10.1.0.0/16[tcp/80] 10.1.7.0/24", "10.2.0.0/16",
	  "10.1.0.0/16[tcp/80], 10.1.7.0/24", "10.2.0.0/16", 2, "" },
	{ "a packet's own ports first", "10.1.7.1[tcp/80] 10.1.0.0/16", "10.2.0.0/16",
	  "10.1.0.0/16", "10.2.0.0/16", 1, "" },
	{ "two protocols", "10.1.0.0/16[tcp] 10.1.0.0/16[udp]",
	  "10.2.0.0/16[tcp] 10.2.0.0/16[udp]", "10.1.0.0/16[tcp], 10.1.0.0/16[udp]",
	  "10.2.0.0/16[tcp], 10.2.0.0/16[udp]", 2, "" },
	{ "protocols that no packet has", "10.1.0.0/16[tcp]", "10.2.0.0/16[udp]", NULL, NULL, 0,
	  "TS_UNACCEPTABLE" },
	{ "more than there can be", EIGHT_1, EIGHT_2, FOUR_1, FOUR_2, 16, "" },
};

/* Section 2.9: what is installed is never wider than what was agreed on, nor less. */
static void selectors(void)
{
	struct world_verdict verdict;
	char text[512], name[128];
	struct world *world;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wishes); i++) {
		world = world_new(CONF_A, CONF_B);
		ask_for(world, wishes[i].local, wishes[i].remote);
		world_up(&world->a, "net", &verdict);
		world_run(world, 5000);
		snprintf(name, sizeof(name), "v2: asked for %s", wishes[i].name);
		check(verdict.failed == !wishes[i].agreed_local &&
		      world_count_policies(&world->a) == wishes[i].policies &&
		      world_count_policies(&world->b) == wishes[i].policies &&
		      world_count_up(&world->b) == !!wishes[i].agreed_local &&
		      world_same_keys(world) && world_log_has(wishes[i].words), name);
		if (wishes[i].agreed_local && world_child(&world->b)) {
			const struct ike_child *child = world_child(&world->b);

			check_text(ike_ts_list_print(&child->remote_ts, text, sizeof(text)),
				   wishes[i].agreed_local, name);
			check_text(ike_ts_list_print(&child->local_ts, text, sizeof(text)),
				   wishes[i].agreed_remote, name);
		}
		world_free(world);
	}
}

/* No configuration can say this. */
static void ports_of_what_has_none(void)
{
	struct world *world = world_new(CONF_A, CONF_B);
	struct world_verdict verdict;

	ask_for(world, "10.1.0.0/16[gre]", "10.2.0.0/16");
	world->a.daemon.conf->conns->children->local_ts.item[0].ts.port_max = 80;
	world_up(&world->a, "net", &verdict);
	world_run(world, 5000);
	check(verdict.failed && !world_count_up(&world->b) && !world_count_policies(&world->b) &&
	      world_log_has("the peer asks for ports of a protocol that has none"),
	      "v2: ports of what has none are refused");
	world_free(world);
}

static const struct {
	const char *local;
	const char *remote;
	const char *wrong;
} answers[] = {
	{ "10.1.0.0/16", "10.2.0.0/16", "" },
	{ "10.1.0.0/16", "fd00::/8", "no packet can fit its traffic selectors" },
	{ "10.1.0.0/16[icmp/8]", "10.2.0.0/16", "" },
	{ EIGHT_1, "10.2.1.0/24 10.2.2.0/24", "" },
	{ EIGHT_1, "10.2.1.0/24 10.2.2.0/24 10.2.3.0/24",
	  "its traffic selectors are too many" },
};

static void answered(void)
{
	struct world *world = world_new(CONF_A, NULL);
	const struct ike_conf_child *child = world->a.daemon.conf->conns->children;
	struct ike_ts_list local, remote;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		ask_for(world, answers[i].local, answers[i].remote);
		ike_conf_ts_resolve(&child->local_ts, &world->a.addr, &local);
		ike_conf_ts_resolve(&child->remote_ts, &world->a.addr, &remote);
		check_text(ike_policies_wrong(&local, &remote) ?: "", answers[i].wrong,
			   "v2: selectors of an answer");
	}
	world_free(world);
}

void test_ike_v2_refuse(void)
{
	agree_or_not();
	other_group_for_child();
	installed_or_not();
	half_installed();
	switched_or_not();
	selectors();
	ports_of_what_has_none();
	answered();
}

void test_ike_v2_paths(void)
{
	nat();
	encap_forced();
	in_transport_mode();
	traps();
	traps_later();
	among_others();
	leaves();
	always_up();
	alive();
}
