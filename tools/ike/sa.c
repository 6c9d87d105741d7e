// SPDX-License-Identifier: GPL-2.0-or-later
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "plan.h"
#include "random.h"
#include "sa_table.h"
#include "task.h"
#include "v2.h"

uint64_t ike_sa_now(const struct ike_sa *sa)
{
	return sa->daemon->edge->now(sa->daemon->loop);
}

int ike_sa_timer(struct ike_sa *sa, struct ike_timer *timer, uint64_t ms)
{
	return sa->daemon->edge->timer_set(sa->daemon->loop, timer, ms);
}

const char *ike_sa_name(const struct ike_sa *sa, char *buf, size_t size)
{
	snprintf(buf, size, "%.60s[%u]", sa->conn->name, sa->number);
	return buf;
}

void ike_sa_log(const struct ike_sa *sa, enum ike_log_level level, const char *fmt, ...)
{
	char name[IKE_SA_NAMELEN], text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ike_sa_name(sa, name, sizeof(name));
	/* Strangers can cause as many lines as they like. */
	if (sa->state == IKE_SA_HALF_OPEN && !sa->known)
		ike_log_limited(level, "%s: %s", name, text);
	else
		ike_log(level, "%s: %s", name, text);
}

const uint8_t *ike_sa_own_spi(const struct ike_sa *sa)
{
	return sa->initiator ? sa->spi_i : sa->spi_r;
}

uint64_t ike_jittered(uint64_t value, uint64_t rand)
{
	/* However much is configured, half of it is used. */
	if (rand > value / 2)
		rand = value / 2;
	return value - ike_random_below(rand + 1);
}

void ike_nonce_make(struct ike_nonce *nonce)
{
	nonce->len = IKE_NONCE_LEN;
	ike_random(nonce->value, nonce->len);
}

bool ike_nonce_take(struct ike_nonce *nonce, struct ike_chunk body)
{
	if (ike_nonce_parse(body) || body.len > sizeof(nonce->value))
		return false;
	nonce->len = body.len;
	memcpy(nonce->value, body.p, body.len);
	return true;
}

struct ike_chunk ike_nonce_chunk(const struct ike_nonce *nonce)
{
	return ike_chunk(nonce->value, nonce->len);
}

int ike_nonce_compare(const struct ike_nonce *a, const struct ike_nonce *b)
{
	size_t both = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->value, b->value, both);

	return order ? order : (int)a->len - (int)b->len;
}

static void rekey_fired(struct ike_timer *timer)
{
	struct ike_sa *sa = container_of(timer, struct ike_sa, rekey);

	ike_v2_rekey_ike(sa, NULL);
}

static void expire_fired(struct ike_timer *timer)
{
	struct ike_sa *sa = container_of(timer, struct ike_sa, expire);

	ike_sa_log(sa, IKE_LOG_WARNING,
		   "its time is over and it could not be rekeyed: it is closed");
	ike_v2_delete_ike(sa, NULL);
}

/* Anything that came in on a child counts, too (RFC 7296 section 2.4). */
static void dpd_fired(struct ike_timer *timer)
{
	struct ike_sa *sa = container_of(timer, struct ike_sa, dpd);
	uint64_t delay = sa->conn->dpd_delay * 1000, silent;
	struct ike_child *child;

	for (child = sa->children; child; child = child->next) {
		if (ike_child_heard(child))
			sa->heard = ike_sa_now(sa);
	}
	silent = ike_sa_now(sa) - sa->heard;
	if (silent >= delay) {
		ike_v2_alive(sa);
		silent = 0;
	}
	if (ike_sa_timer(sa, timer, delay - silent))
		ike_sa_log(sa, IKE_LOG_WARNING, "no memory to watch whether the peer lives");
}

/* RFC 3948 section 4; towards a NAT that we are behind. */
static void keepalive_fired(struct ike_timer *timer)
{
	struct ike_sa *sa = container_of(timer, struct ike_sa, keepalive);

	sa->daemon->edge->keepalive(sa->daemon->net, &sa->local, &sa->remote);
	(void)ike_sa_timer(sa, timer, IKE_KEEPALIVE_TIME);
}

static void later_fired(struct ike_timer *timer)
{
	ike_table_work(container_of(timer, struct ike_sa, later));
}

static void end_fired(struct ike_timer *timer)
{
	struct ike_sa *sa = container_of(timer, struct ike_sa, end);

	if (sa->state == IKE_SA_HALF_OPEN)
		ike_sa_log(sa, IKE_LOG_INFO, "the peer did not go on with IKE_AUTH");
	ike_sa_kill(sa, ike_sa_alive(sa) ? "it took too long" : "it was closed some time ago");
}

struct ike_sa *ike_sa_new(struct ike_daemon *daemon, struct ike_conf_conn *conn,
			  const struct ike_endpoint *local, const struct ike_endpoint *remote)
{
	struct ike_sa *sa = calloc(1, sizeof(*sa));

	if (!sa)
		return NULL;
	sa->daemon = daemon;
	sa->number = ++daemon->sas->last_number;
	sa->version = 2;
	sa->conn = ike_conf_conn_get(conn);
	sa->local = *local;
	sa->remote = *remote;
	sa->born = ike_sa_now(sa);
	sa->heard = sa->born;
	sa->rekey.fire = rekey_fired;
	sa->expire.fire = expire_fired;
	sa->dpd.fire = dpd_fired;
	sa->keepalive.fire = keepalive_fired;
	sa->later.fire = later_fired;
	sa->end.fire = end_fired;
	ike_xmit_init(&sa->xmit);
	return sa;
}

void ike_sa_conn_set(struct ike_sa *sa, struct ike_conf_conn *conn)
{
	struct ike_conf_conn *old = sa->conn;

	sa->conn = ike_conf_conn_get(conn);
	ike_conf_conn_put(old);
}

void ike_sa_shake_free(struct ike_sa *sa)
{
	struct ike_handshake *shake = sa->shake;

	if (!shake)
		return;
	ike_dh_free(shake->dh);
	ike_buf_free(&shake->mine);
	ike_buf_free(&shake->theirs);
	OPENSSL_cleanse(shake, sizeof(*shake));
	free(shake);
	sa->shake = NULL;
}

static void cancel_timers(struct ike_sa *sa)
{
	struct ike_timer *timers[] = { &sa->rekey, &sa->expire, &sa->dpd, &sa->keepalive,
				       &sa->later, &sa->end };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(timers); i++)
		sa->daemon->edge->timer_cancel(sa->daemon->loop, timers[i]);
}

void ike_sa_free(struct ike_sa *sa)
{
	cancel_timers(sa);
	ike_table_half_open_end(sa->daemon->sas, sa);
	ike_tasks_fail_all(sa, "the IKE SA has ended");
	while (sa->children)
		ike_child_free(sa->children);
	ike_sa_shake_free(sa);
	ike_xmit_free(sa);
	ike_keys_wipe(&sa->keys);
	ike_conf_conn_put(sa->conn);
	OPENSSL_cleanse(sa, sizeof(*sa));
	free(sa);
}

void ike_sa_up(struct ike_sa *sa)
{
	const struct ike_conf_conn *conn = sa->conn;
	uint64_t rekey = ike_jittered(conn->rekey_time * 1000, conn->rand_time * 1000);
	uint64_t hard = conn->rekey_time + conn->over_time;
	int rc = 0;

	sa->state = IKE_SA_UP;
	sa->up = ike_sa_now(sa);
	sa->heard = sa->up;
	sa->daemon->edge->timer_cancel(sa->daemon->loop, &sa->end);
	ike_table_half_open_end(sa->daemon->sas, sa);
	ike_sa_shake_free(sa);
	if (rekey)
		rc |= ike_sa_timer(sa, &sa->rekey, rekey);
	if (conn->rekey_time && conn->over_time)
		rc |= ike_sa_timer(sa, &sa->expire, hard * 1000);
	if (conn->dpd_delay)
		rc |= ike_sa_timer(sa, &sa->dpd, conn->dpd_delay * 1000);
	if (sa->nat_local)
		rc |= ike_sa_timer(sa, &sa->keepalive, IKE_KEEPALIVE_TIME);
	if (rc) {
		ike_sa_log(sa, IKE_LOG_ERROR, "no memory for its timers: it is closed");
		ike_v2_delete_ike(sa, NULL);
	}
	ike_table_work(sa);
}

/* Who has ordered new keys has them, whichever end's request has brought them. */
static void rekeyed(struct ike_sa *old)
{
	struct ike_task *task = ike_task_find(old, &ike_v2_task_rekey_ike, NULL);

	if (!task)
		return;
	ike_order_end(old->daemon->sas, task->order, NULL);
	task->order = NULL;
}

void ike_sa_inherit(struct ike_sa *sa, struct ike_sa *old)
{
	struct ike_child *child, **at = &sa->children;

	while (*at)
		at = &(*at)->next;
	*at = old->children;
	for (child = old->children; child; child = child->next)
		child->sa = sa;
	sa->child_count += old->child_count;
	old->children = NULL;
	old->child_count = 0;
	ike_tasks_move(old, sa);
	rekeyed(old);
	old->state = IKE_SA_REPLACED;
	old->heir = sa;
	sa->parent = NULL;
	cancel_timers(old);
	if (ike_sa_timer(old, &old->end, IKE_CLOSE_TIME))
		ike_sa_kill(old, "no memory");
	ike_table_work(sa);
}

static void release(struct ike_sa *sa, const char *words)
{
	cancel_timers(sa);
	ike_xmit_stop(sa);
	ike_tasks_fail_all(sa, words);
	while (sa->children)
		ike_child_free(sa->children);
	ike_v2_forget_sa(sa->daemon->sas, sa);
	ike_sa_shake_free(sa);
}

void ike_sa_kill(struct ike_sa *sa, const char *words)
{
	if (sa->state == IKE_SA_DEAD)
		return;
	ike_sa_log(sa, IKE_LOG_DEBUG, "removed: %s", words);
	sa->state = IKE_SA_DEAD;
	ike_table_half_open_end(sa->daemon->sas, sa);
	release(sa, words);
	ike_table_leave(sa->daemon->sas, sa);
	ike_table_work(sa);
}

void ike_sa_linger(struct ike_sa *sa, const char *words)
{
	if (!ike_sa_alive(sa))
		return;
	ike_sa_log(sa, IKE_LOG_INFO, "closed: %s", words);
	sa->state = IKE_SA_GONE;
	release(sa, words);
	if (ike_sa_timer(sa, &sa->end, IKE_LINGER_TIME))
		ike_sa_kill(sa, "no memory");
}

struct lost_child {
	char conn[128];
	char child[128];
	enum ike_dpd_action action;
};

static unsigned int note_children(const struct ike_sa *sa, struct lost_child *lost)
{
	const struct ike_child *child;
	unsigned int count = 0;

	for (child = sa->children; child && count < IKE_CHILDREN_MAX; child = child->next) {
		if (!ike_child_in_use(child))
			continue;
		snprintf(lost[count].conn, sizeof(lost[count].conn), "%s", child->conn->name);
		snprintf(lost[count].child, sizeof(lost[count].child), "%s", child->conf->name);
		lost[count++].action = child->conf->dpd_action;
	}
	return count;
}

void ike_sa_lost(struct ike_sa *sa, const char *words)
{
	struct ike_sa_table *table = sa->daemon->sas;
	struct lost_child *lost = calloc(IKE_CHILDREN_MAX, sizeof(*lost));
	unsigned int count = 0, i;

	/* What we close ourselves is not lost. */
	if (lost && !ike_task_queued(sa, &ike_v2_task_delete_ike, NULL))
		count = note_children(sa, lost);
	ike_sa_kill(sa, words);
	for (i = 0; i < count; i++)
		ike_plan_act_dpd(table, lost[i].conn, lost[i].child, lost[i].action);
	free(lost);
}

void ike_sa_heard(struct ike_sa *sa, const struct ike_endpoint *local,
		  const struct ike_endpoint *remote)
{
	char from[IKE_ENDPOINT_STRLEN], to[IKE_ENDPOINT_STRLEN];
	struct ike_child *child;

	sa->heard = ike_sa_now(sa);
	if (ike_endpoint_equal(&sa->remote, remote) && ike_endpoint_equal(&sa->local, local))
		return;
	/*
	 * The initiator decides for port 4500 as IKE_AUTH begins; later only a peer
	 * behind NAT may move, and not if we are behind one, too (section 2.23).
	 */
	if (sa->state != IKE_SA_HALF_OPEN && (!sa->nat_remote || sa->nat_local))
		return;
	ike_endpoint_print(&sa->remote, from, sizeof(from));
	ike_endpoint_print(remote, to, sizeof(to));
	sa->local = *local;
	sa->remote = *remote;
	if (sa->state == IKE_SA_HALF_OPEN)
		return;
	ike_sa_log(sa, IKE_LOG_INFO, "the peer has moved from %s to %s", from, to);
	/* An SA in the module stays where it was made: others take their place. */
	for (child = sa->children; child; child = child->next) {
		if (ike_child_in_use(child))
			ike_v2_rekey_child(child, NULL);
	}
}
