// SPDX-License-Identifier: GPL-2.0-only
/* The protections that a packet came under, and whether they are what its policy asks for. */

#include <linux/net.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "heir.h"
#include "netns.h"
#include "path.h"
#include "sa.h"

/**
 * espah_path_add() - one more protection was taken off, and there is another behind it
 * @path: path so far, made where there is none
 * @sa: SA of that protection, which the caller holds
 *
 * Return: 0, or the counter that says why not. Ends with espah_path_free() in any case.
 */
unsigned int espah_path_add(struct espah_path **path, struct espah_sa *sa)
{
	struct espah_path *p = *path;

	if (!p)
		p = kzalloc(sizeof(*p), GFP_ATOMIC);
	if (!p)
		return ESPAH_A_CNT_IN_NOMEM;
	*path = p;
	/* One place is for the last one. */
	if (p->count == ESPAH_TMPLS_MAX - 1)
		return ESPAH_A_CNT_IN_NESTED;
	refcount_inc(&sa->refs);
	p->tunnel |= sa->mode != ESPAH_MODE_TRANSPORT;
	p->sas[p->count++] = sa;
	return 0;
}

/**
 * espah_path_free() - the packet has come to its end
 * @path: path, or NULL
 */
void espah_path_free(struct espah_path *path)
{
	unsigned int i;

	if (!path)
		return;
	for (i = 0; i < path->count; i++)
		espah_sa_put(path->sas[i]);
	kfree(path);
}

static u32 further(u32 number, const struct espah_sa *sa,
		   const hsiphash_key_t *key)
{
	/* Its index, which it keeps where it moves. */
	return hsiphash_2u32(number, sa->index, key);
}

/**
 * espah_path_number() - a number for the path by which a packet came here
 * @path: protections before, or NULL
 * @sa: SA of the one that was taken off last
 *
 * The same path has the same number. Another one has another, but for one in some 2^31,
 * which nobody can look for: a secret key is in it.
 *
 * Return: the number.
 */
u32 espah_path_number(const struct espah_path *path, const struct espah_sa *sa)
{
	static hsiphash_key_t key __read_mostly;
	u32 number = 0;
	unsigned int i;

	net_get_random_once(&key, sizeof(key));
	for (i = 0; path && i < path->count; i++)
		number = further(number, path->sas[i], &key);
	return further(number, sa, &key);
}

static bool addr_fits(const union espah_addr *wanted,
		      const union espah_addr *addr)
{
	return espah_addr_any(wanted) || espah_addr_equal(wanted, addr);
}

static __always_inline bool tmpl_fits(const struct espah_tmpl *tmpl,
				      const struct espah_sa *sa)
{
	if (tmpl->proto != sa->id.proto || tmpl->mode != sa->mode)
		return false;
	if (tmpl->reqid && tmpl->reqid != sa->reqid)
		return false;
	if (tmpl->spi && tmpl->spi != sa->id.spi)
		return false;
	/* In transport mode the policy's selector has seen the addresses, or the tunnel
	 * that was around it.
	 */
	if (tmpl->mode == ESPAH_MODE_TRANSPORT)
		return true;
	if (!tmpl->family)
		return true;
	return tmpl->family == sa->id.family &&
	       addr_fits(&tmpl->src, &sa->src) &&
	       addr_fits(&tmpl->dst, &sa->id.dst);
}

/* Looks for a template's SA from *@at on, and goes behind it. No tunnel is passed over. */
static bool find_tmpl(const struct espah_tmpl *tmpl,
		      struct espah_sa *const *sas, unsigned int count,
		      unsigned int *at)
{
	unsigned int i;

	/* What is not missed need not be looked for. */
	if (tmpl->optional && tmpl->mode == ESPAH_MODE_TRANSPORT)
		return true;
	for (i = *at; i < count; i++) {
		if (tmpl_fits(tmpl, sas[i])) {
			*at = i + 1;
			return true;
		}
		if (sas[i]->mode != ESPAH_MODE_TRANSPORT)
			break;
	}
	return tmpl->optional;
}

/**
 * espah_path_fits() - is this the protection that a policy asks for?
 * @config: policy of the action "protect"
 * @sas: SAs that the packet came under, outermost first
 * @count: how many, one at least
 *
 * As with xfrm: each template that is required has its SA, the last template first, and
 * in this order. Transport mode that was not asked for does no harm; a tunnel that no
 * template names is a promise about addresses that nobody has made.
 *
 * Return: true if it is.
 */
bool espah_path_fits(const struct espah_policy_config *config,
		     struct espah_sa *const *sas, unsigned int count)
{
	unsigned int at = 0, i;

	for (i = config->tmpls; i-- > 0;)
		if (!find_tmpl(&config->tmpl[i], sas, count, &at))
			return false;
	for (; at < count; at++)
		if (sas[at]->mode != ESPAH_MODE_TRANSPORT)
			return false;
	return true;
}

/* SAs that move and the policies that move with them are not changed in one instant: where the
 * ones are not as the others want them, they may be so when all have moved.
 */
static noinline bool fits_moved(const struct espah_policy *policy,
				struct espah_sa *const *sas, unsigned int count)
{
	struct espah_sa *last[ESPAH_TMPLS_MAX];
	const struct espah_policy *heir;
	unsigned int i;

	for (i = 0; i < count; i++)
		last[i] = espah_heir_last(sas[i]);
	/* SAs were found before; policies know of their heirs before any SA moves. */
	smp_rmb();
	heir = READ_ONCE(policy->heir);
	return espah_path_fits(heir ? &heir->config : &policy->config, last,
			       count);
}

static bool any_tunnel(struct espah_sa *const *sas, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (sas[i]->mode != ESPAH_MODE_TRANSPORT)
			return true;
	return false;
}

/* Where no policy has the id of a virtual interface, its SAs are all that there is to ask
 * about what comes by it, as where it sends (net/routed.c).
 */
static bool needs_none(const struct espah_sa *sa)
{
	return sa->if_id && !espah_spd_has_link(sa->en, sa->if_id);
}

/**
 * espah_policy_admits() - may a packet that came under these SAs pass?
 * @policy: inbound policy that speaks of the packet, or NULL
 * @sas: SAs that the packet came under, outermost first
 * @count: how many, one at least; all of one virtual interface, or of none
 *
 * RFC 4301 section 5.2 step 4: the packet must have had the protection that
 * its policy asks for. A tunnel, one in BEET mode too, is a promise about addresses that
 * only a policy can make; a transport-mode packet without one is as good as clear, and for
 * this host.
 *
 * Return: 0, or the counter that says why not.
 */
unsigned int espah_policy_admits(const struct espah_policy *policy,
				 struct espah_sa *const *sas,
				 unsigned int count)
{
	if (!policy)
		return (any_tunnel(sas, count) ||
			espah_default_blocks(sas[0]->en, ESPAH_DIR_IN)) &&
		       !needs_none(sas[0]) ?
		       ESPAH_A_CNT_IN_NO_POLICY : 0;

	switch (policy->config.action) {
	case ESPAH_ACTION_DISCARD:
		return ESPAH_A_CNT_IN_POLICY_DISCARD;
	case ESPAH_ACTION_PROTECT:
		return espah_path_fits(&policy->config, sas, count) ||
		       fits_moved(policy, sas, count) ?
		       0 : ESPAH_A_CNT_IN_POLICY_MISMATCH;
	default:
		return any_tunnel(sas, count) ? ESPAH_A_CNT_IN_POLICY_MISMATCH :
						0;
	}
}

/* Apart, since it needs the address of its argument, which costs. */
static noinline unsigned int admits_one(const struct espah_policy *policy,
					struct espah_sa *sa)
{
	return espah_policy_admits(policy, &sa, 1);
}

/**
 * espah_policy_admits_one() - may a packet that came under this SA alone pass?
 * @policy: inbound policy that speaks of the packet, or NULL
 * @sa: SA
 *
 * As espah_policy_admits(), where there is nothing to search.
 *
 * Return: 0, or the counter that says why not.
 */
unsigned int espah_policy_admits_one(const struct espah_policy *policy,
				     struct espah_sa *sa)
{
	if (likely(policy && policy->config.tmpls == 1 &&
		   tmpl_fits(policy->config.tmpl, sa)))
		return 0;
	return admits_one(policy, sa);
}
