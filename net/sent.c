// SPDX-License-Identifier: GPL-2.0-only
/* What was found for packets that left over IPv4: whoever looks the same in all that policies
 * and SAs can ask for finds the same, as long as none of them changes.
 */

#include "netns.h"
#include "sent.h"

/**
 * espah_sent_learn() - remember what was found for a packet
 * @en: namespace
 * @skb: packet of espah_sent_recall()
 * @policy: policy of the action "protect", with one template
 * @sa: SA that it wants
 * @generation: from espah_net_generation(), before they were found
 *
 * Where some selector asks for more than addresses and protocol, that is not seen of what
 * has no ports. The caller holds RCU, and has softirqs off.
 */
void espah_sent_learn(const struct espah_net *en, const struct sk_buff *skb,
		      struct espah_policy *policy, struct espah_sa *sa,
		      unsigned long generation)
{
	struct espah_sents __percpu *sents = READ_ONCE(en->sents);
	const struct iphdr *iph = ip_hdr(skb);
	__be32 ports;

	if (!sents || !espah_sent_simple(iph))
		return;
	ports = espah_flow_ports(skb);
	if (!ports && espah_narrow(en))
		return;
	*espah_sent_at(sents, iph, ports) = (struct espah_sent){
		.saddr		= iph->saddr,
		.daddr		= iph->daddr,
		.ports		= ports,
		.mark		= skb->mark,
		.oif		= skb_dst(skb)->dev->ifindex,
		.tos		= iph->tos,
		.proto		= iph->protocol,
		.policy		= policy,
		.sa		= sa,
		.generation	= generation,
	};
}

/**
 * espah_sent_prepare() - a namespace has SAs
 * @en: namespace; the caller holds its lock
 *
 * Without memory, all is looked for each time.
 */
void espah_sent_prepare(struct espah_net *en)
{
	lockdep_assert_held(&en->lock);

	if (!en->sents)
		WRITE_ONCE(en->sents, alloc_percpu_gfp(struct espah_sents,
						       ESPAH_GFP_PERCPU));
}

/**
 * espah_sent_free() - give back what espah_sent_prepare() has made
 * @en: namespace that no packet comes to any more
 */
void espah_sent_free(struct espah_net *en)
{
	free_percpu(en->sents);
}
