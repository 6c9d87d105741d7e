// SPDX-License-Identifier: GPL-2.0-only
/* Where the stack meets netfilter; only in namespaces that have a policy, or block what
 * none speaks of, or have an SA that wants more.
 */

#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>

#include "clear.h"
#include "default.h"
#include "early.h"
#include "hooks.h"
#include "icmp.h"
#include "netns.h"
#include "output.h"

static const struct nf_hook_ops hooks[] = {
	/* Outbound packets are taken after everybody has had a word in them,
	 * source NAT above all, and before conntrack closes its books:
	 * espah_output_hook() does that for the ones it takes.
	 */
	{
		.hook		= espah_output_hook,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= NF_IP_PRI_CONNTRACK_CONFIRM - 1,
	},
	/* Clear arrivals are refused before the firewall spends time on them. */
	{
		.hook		= espah_clear_in_hook,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= NF_IP_PRI_FIRST,
	},
	{
		.hook		= espah_clear_fwd_hook,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_FORWARD,
		.priority	= NF_IP_PRI_FIRST,
	},
	/* The same for IPv6. Its conntrack confirms last of all. */
	{
		.hook		= espah_output_hook,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= NF_IP6_PRI_LAST - 1,
	},
	{
		.hook		= espah_clear_in6_hook,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= NF_IP6_PRI_FIRST,
	},
	{
		.hook		= espah_clear_fwd_hook,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_FORWARD,
		.priority	= NF_IP6_PRI_FIRST,
	},
	/* What is only read, when all others have let it pass. */
	{
		.hook		= espah_icmp_in6_hook,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= NF_IP6_PRI_LAST - 1,
	},
};

/* What is said of ESP in UDP over IPv4. Who has none of that does not pay for it. */
static const struct nf_hook_ops icmp4_hook = {
	.hook		= espah_icmp_in4_hook,
	.pf		= NFPROTO_IPV4,
	.hooknum	= NF_INET_LOCAL_IN,
	.priority	= NF_IP_PRI_LAST - 1,
};

/* What is for an SA of ours, when nobody else has a say. */
static const struct nf_hook_ops early4_hook = {
	.hook		= espah_early_hook,
	.pf		= NFPROTO_IPV4,
	.hooknum	= NF_INET_PRE_ROUTING,
	.priority	= NF_IP_PRI_LAST,
};

static const struct nf_hook_ops early6_hook = {
	.hook		= espah_early6_hook,
	.pf		= NFPROTO_IPV6,
	.hooknum	= NF_INET_PRE_ROUTING,
	.priority	= NF_IP6_PRI_LAST,
};

static bool any_policy(const struct espah_net *en)
{
	return !xa_empty(&en->spd.by_index) || espah_default_any(en);
}

/**
 * espah_hooks_get() - before a policy comes into force, or a default to block
 * @en: namespace; the caller holds its lock, and what comes is not in yet
 *
 * Return: 0 or a negative errno.
 */
int espah_hooks_get(struct espah_net *en)
{
	int err;

	lockdep_assert_held(&en->lock);

	if (any_policy(en))
		return 0;
	err = nf_register_net_hooks(en->net, hooks, ARRAY_SIZE(hooks));
	if (err)
		return err;
	WRITE_ONCE(en->hooked_in, en->hooked_in + 1);
	WRITE_ONCE(en->hooked_in6, 2);
	WRITE_ONCE(en->hooked_fwd, en->hooked_fwd + 1);
	return 0;
}

/**
 * espah_hooks_put() - after a policy ended, or a default to block
 * @en: namespace; the caller holds its lock, and what ended is out already
 */
void espah_hooks_put(struct espah_net *en)
{
	lockdep_assert_held(&en->lock);

	if (any_policy(en))
		return;
	WRITE_ONCE(en->hooked_in, en->hooked_in - 1);
	WRITE_ONCE(en->hooked_in6, 0);
	WRITE_ONCE(en->hooked_fwd, en->hooked_fwd - 1);
	nf_unregister_net_hooks(en->net, hooks, ARRAY_SIZE(hooks));
}

/**
 * espah_hooks_icmp_get() - before an SA with encapsulation over IPv4 is there
 * @en: namespace; the caller holds its lock
 *
 * Return: 0, to be ended with espah_hooks_icmp_put(), or a negative errno.
 */
int espah_hooks_icmp_get(struct espah_net *en)
{
	int err;

	lockdep_assert_held(&en->lock);

	if (!en->encapsulated) {
		err = nf_register_net_hook(en->net, &icmp4_hook);
		if (err)
			return err;
		WRITE_ONCE(en->hooked_in, en->hooked_in + 1);
	}
	WRITE_ONCE(en->encapsulated, en->encapsulated + 1);
	return 0;
}

/**
 * espah_hooks_icmp_put() - when such an SA is gone
 * @en: namespace; the caller holds its lock
 */
void espah_hooks_icmp_put(struct espah_net *en)
{
	lockdep_assert_held(&en->lock);

	WRITE_ONCE(en->encapsulated, en->encapsulated - 1);
	if (en->encapsulated)
		return;
	WRITE_ONCE(en->hooked_in, en->hooked_in - 1);
	nf_unregister_net_hook(en->net, &icmp4_hook);
}

/**
 * espah_hooks_early_get() - before an SA is there whose packets may be taken early
 * @en: namespace; the caller holds its lock
 * @family: of the SA
 *
 * Return: 0, to be ended with espah_hooks_early_put(), or a negative errno.
 */
int espah_hooks_early_get(struct espah_net *en, u16 family)
{
	bool is6 = family == AF_INET6;
	unsigned int *sas = is6 ? &en->early6 : &en->early;
	int err;

	lockdep_assert_held(&en->lock);

	if (!*sas) {
		err = nf_register_net_hook(en->net, is6 ? &early6_hook :
							  &early4_hook);
		if (err)
			return err;
		if (!is6)
			WRITE_ONCE(en->hooked_pre, 1);
	}
	(*sas)++;
	return 0;
}

/**
 * espah_hooks_early_put() - when such an SA is gone
 * @en: namespace; the caller holds its lock
 * @family: of the SA
 */
void espah_hooks_early_put(struct espah_net *en, u16 family)
{
	bool is6 = family == AF_INET6;
	unsigned int *sas = is6 ? &en->early6 : &en->early;

	lockdep_assert_held(&en->lock);

	if (--*sas)
		return;
	if (!is6)
		WRITE_ONCE(en->hooked_pre, 0);
	nf_unregister_net_hook(en->net, is6 ? &early6_hook : &early4_hook);
}
