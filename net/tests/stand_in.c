// SPDX-License-Identifier: GPL-2.0-only
/* Stands in for files that packets, routes and netlink are needed for: notes what it is asked. */

#include "../direct.h"
#include "../early.h"
#include "../ends.h"
#include "../flowtable.h"
#include "../hooks.h"
#include "../natt.h"
#include "../netlink.h"
#include "../notify.h"
#include "../output.h"
#include "../protect.h"
#include "fixture.h"

static struct fixture *fixture_of(struct espah_net *en)
{
	return container_of(en, struct fixture, en);
}

/**
 * espah_flowtable_empty() - in the place of net/flowtable.c: nothing is forwarded here
 */
void espah_flowtable_empty(void)
{
}

/**
 * espah_direct_prepare() - in the place of net/direct.c: nothing goes on from here
 * @en: namespace of a test case
 */
void espah_direct_prepare(struct espah_net *en)
{
}

/**
 * espah_early_prepare() - in the place of net/early.c: nothing comes
 * @en: namespace of a test case
 */
void espah_early_prepare(struct espah_net *en)
{
}

/**
 * espah_early6_prepare() - in the place of net/early6.c
 * @en: namespace of a test case
 */
void espah_early6_prepare(struct espah_net *en)
{
}

/**
 * espah_hooks_get() - in the place of net/hooks.c: no packet is to come here
 * @en: namespace of a test case
 *
 * Return: what the test case wants.
 */
int espah_hooks_get(struct espah_net *en)
{
	struct fixture *fixture = fixture_of(en);

	if (fixture->hooks_err)
		return fixture->hooks_err;
	fixture->hooks++;
	return 0;
}

/**
 * espah_hooks_put() - in the place of net/hooks.c
 * @en: namespace of a test case
 */
void espah_hooks_put(struct espah_net *en)
{
	fixture_of(en)->hooks--;
}

/**
 * espah_hooks_icmp_get() - in the place of net/hooks.c
 * @en: namespace of a test case
 *
 * Return: what the test case wants.
 */
int espah_hooks_icmp_get(struct espah_net *en)
{
	struct fixture *fixture = fixture_of(en);

	if (fixture->hooks_err)
		return fixture->hooks_err;
	en->encapsulated++;
	return 0;
}

/**
 * espah_hooks_icmp_put() - in the place of net/hooks.c
 * @en: namespace of a test case
 */
void espah_hooks_icmp_put(struct espah_net *en)
{
	en->encapsulated--;
}

/**
 * espah_hooks_early_get() - in the place of net/hooks.c
 * @en: namespace of a test case
 * @family: of an SA
 *
 * Return: 0.
 */
int espah_hooks_early_get(struct espah_net *en, u16 family)
{
	(*(family == AF_INET6 ? &en->early6 : &en->early))++;
	return 0;
}

/**
 * espah_hooks_early_put() - in the place of net/hooks.c
 * @en: namespace of a test case
 * @family: of an SA
 */
void espah_hooks_early_put(struct espah_net *en, u16 family)
{
	(*(family == AF_INET6 ? &en->early6 : &en->early))--;
}

/**
 * espah_natt_keepalive() - in the place of net/natt.c: counts
 * @sa: SA in the namespace of a test case
 */
void espah_natt_keepalive(struct espah_sa *sa)
{
	struct fixture *fixture = fixture_of(sa->en);

	WRITE_ONCE(fixture->keepalives, fixture->keepalives + 1);
}

/**
 * espah_ends_route() - in the place of net/ends.c: counts
 * @sa: SA in the namespace of a test case
 * @mark: unused
 *
 * Return: NULL, so that nothing is sent.
 */
struct dst_entry *espah_ends_route(struct espah_sa *sa, u32 mark)
{
	struct fixture *fixture = fixture_of(sa->en);

	WRITE_ONCE(fixture->dummies, fixture->dummies + 1);
	return NULL;
}

/**
 * espah_ends_header() - in the place of net/ends.c: nothing is sent
 * @skb: unused
 * @sa: unused
 * @proto: unused
 */
void espah_ends_header(struct sk_buff *skb, const struct espah_sa *sa, u8 proto)
{
}

/**
 * espah_protect_dummy() - in the place of net/protect.c: nothing is sent
 * @sa: unused
 * @skb: unused
 */
void espah_protect_dummy(struct espah_sa *sa, struct sk_buff *skb)
{
}

/**
 * espah_notify_expire() - in the place of net/notify.c: counts
 * @sa: SA in the namespace of a test case
 * @hard: it is gone
 */
void espah_notify_expire(const struct espah_sa *sa, bool hard)
{
	struct fixture *fixture = fixture_of(sa->en);
	int kind = hard ? ESPAH_EXPIRY_HARD : ESPAH_EXPIRY_SOFT;

	lockdep_assert_held(&sa->en->lock);

	WRITE_ONCE(fixture->expired[kind], fixture->expired[kind] + 1);
}

/**
 * espah_notify_policy_expire() - in the place of net/notify.c: counts
 * @en: namespace of a test case
 * @policy: unused
 * @hard: it ends
 */
void espah_notify_policy_expire(const struct espah_net *en,
				const struct espah_policy *policy, bool hard)
{
	struct fixture *fixture = container_of(en, struct fixture, en);
	int kind = hard ? ESPAH_EXPIRY_HARD : ESPAH_EXPIRY_SOFT;

	lockdep_assert_held(&en->lock);

	WRITE_ONCE(fixture->policies_expired[kind],
		   fixture->policies_expired[kind] + 1);
}

/**
 * espah_notify_progress() - in the place of net/notify.c: counts
 * @sa: SA in the namespace of a test case
 * @news: unused
 */
void espah_notify_progress(const struct espah_sa *sa,
			   enum espah_progress_news news)
{
	struct fixture *fixture = fixture_of(sa->en);

	lockdep_assert_held(&sa->en->lock);

	WRITE_ONCE(fixture->progress, fixture->progress + 1);
}

/**
 * espah_nl_put_tmpl() - in the place of net/netlink_tmpl.c: not called
 * @skb: message
 * @tmpl: template
 *
 * Return: 0.
 */
int espah_nl_put_tmpl(struct sk_buff *skb, const struct espah_tmpl *tmpl)
{
	return 0;
}

/**
 * espah_notify() - in the place of net/notify.c: counts
 * @en: namespace of a test case
 * @cmd: %ESPAH_CMD_ACQUIRE_NTF
 * @put: would write the attributes
 * @what: what they are about
 * @gfp: unused
 */
void espah_notify(const struct espah_net *en, u8 cmd, espah_notify_put put,
		  const void *what, gfp_t gfp)
{
	struct fixture *fixture = container_of(en, struct fixture, en);

	WRITE_ONCE(fixture->acquires, fixture->acquires + 1);
}

/**
 * espah_notify_heard() - in the place of net/notify.c: somebody listens
 * @en: unused
 *
 * Return: true.
 */
bool espah_notify_heard(const struct espah_net *en)
{
	return true;
}

/**
 * espah_notify_drops_heard() - in the place of net/notify.c: somebody listens
 * @en: unused
 *
 * Return: true.
 */
bool espah_notify_drops_heard(const struct espah_net *en)
{
	return true;
}

/**
 * espah_notify_dropped() - in the place of net/notify.c: remembers
 * @en: namespace of a test case
 * @dropped: what was told
 */
void espah_notify_dropped(const struct espah_net *en,
			  const struct espah_dropped *dropped)
{
	struct fixture *fixture = container_of(en, struct fixture, en);

	fixture->told++;
	fixture->told_last = *dropped;
}

static void follow(struct espah_net *en, const struct espah_policy *policy)
{
	struct fixture *fixture = fixture_of(en);
	struct sk_buff *skb = __skb_dequeue(&fixture->followers);

	if (!skb)
		return;
	local_bh_disable();
	if (!espah_queue_behind(en, policy, skb)) {
		fixture->overtook++;
		kfree_skb(skb);
	}
	local_bh_enable();
}

/**
 * espah_output_resume() - in the place of net/output.c: notes the packet
 * @en: namespace of a test case
 * @policy: policy that it waits on
 * @skb: packet, freed if it finds an SA
 *
 * Return: whether it does, as the test case wants.
 */
bool espah_output_resume(struct espah_net *en,
			 const struct espah_policy *policy, struct sk_buff *skb)
{
	struct fixture *fixture = fixture_of(en);

	if (!fixture->resumes || fixture->resumed == FIXTURE_RESUMES)
		return false;
	fixture->resumes--;
	fixture->resumed_marks[fixture->resumed++] = skb->mark;
	consume_skb(skb);
	follow(en, policy);
	return true;
}
