// SPDX-License-Identifier: GPL-2.0-only
/* What the suites share: packets, and a route for them. */

#include <kunit/resource.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/route.h>

#include "fixture.h"

static void free_skb(struct kunit_resource *res)
{
	kfree_skb(res->data);
}

static int make_skb(struct kunit_resource *res, void *context)
{
	res->data = alloc_skb(*(unsigned int *)context, GFP_KERNEL);
	return res->data ? 0 : -ENOMEM;
}

/**
 * fixture_skb() - a packet, gone with its test case
 * @test: test case
 * @head: octets of room in front
 * @data: what is in it, or NULL for zeros
 * @len: octets of @data
 *
 * Return: the packet, with its network header at its data.
 */
struct sk_buff *fixture_skb(struct kunit *test, unsigned int head,
			    const void *data, unsigned int len)
{
	unsigned int size = head + len;
	struct sk_buff *skb;

	skb = kunit_alloc_resource(test, make_skb, free_skb, GFP_KERNEL, &size);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, head);
	if (data)
		skb_put_data(skb, data, len);
	else
		skb_put_zero(skb, len);
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	skb->protocol = htons(ETH_P_IP);
	return skb;
}

/**
 * fixture_skb_paged() - a packet whose end lies in a page
 * @test: test case
 * @data: what is in it
 * @len: octets of @data, no more than a page
 * @linear: so many of them in the linear part
 *
 * Return: the packet, with its network header at its data.
 */
struct sk_buff *fixture_skb_paged(struct kunit *test, const void *data,
				  unsigned int len, unsigned int linear)
{
	struct sk_buff *skb = fixture_skb(test, 0, data, linear);
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	memcpy(page_address(page), data + linear, len - linear);
	skb_add_rx_frag(skb, 0, page, 0, len - linear, PAGE_SIZE);
	return skb;
}

/**
 * fixture_ip_header() - a header without options, from A to B
 * @iph: where it goes
 * @proto: protocol of what follows
 * @len: octets of the packet
 */
void fixture_ip_header(struct iphdr *iph, u8 proto, u16 len)
{
	memset(iph, 0, sizeof(*iph));
	iph->version = IPVERSION;
	iph->ihl = sizeof(*iph) / 4;
	iph->tot_len = htons(len);
	iph->ttl = 64;
	iph->protocol = proto;
	iph->saddr = htonl(FIXTURE_A);
	iph->daddr = htonl(FIXTURE_B);
	ip_send_check(iph);
}

static void free_route(struct kunit_resource *res)
{
	dst_release(res->data);
}

static int make_route(struct kunit_resource *res, void *context)
{
	struct dst_metrics *metrics = context;
	struct rtable *route;

	route = rt_dst_alloc(init_net.loopback_dev, 0, RTN_UNICAST, false);
	if (!route)
		return -ENOMEM;
	ip_dst_init_metrics(&route->dst, metrics);
	res->data = &route->dst;
	return 0;
}

/**
 * fixture_route() - a route that leads nowhere, gone with its test case
 * @test: test case
 * @hoplimit: its hop limit, or 0 for the default
 * @mtu: its MTU, or 0 for the device's
 *
 * Return: the route.
 */
struct dst_entry *fixture_route(struct kunit *test, u32 hoplimit, u32 mtu)
{
	struct dst_metrics *metrics = kzalloc(sizeof(*metrics), GFP_KERNEL);
	struct dst_entry *dst;

	KUNIT_ASSERT_NOT_NULL(test, metrics);
	refcount_set(&metrics->refcnt, 1);
	metrics->metrics[RTAX_HOPLIMIT - 1] = hoplimit;
	metrics->metrics[RTAX_MTU - 1] = mtu;
	dst = kunit_alloc_resource(test, make_route, free_route, GFP_KERNEL,
				   metrics);
	/* The route has a reference of its own, if there is one. */
	if (refcount_dec_and_test(&metrics->refcnt))
		kfree(metrics);
	KUNIT_ASSERT_NOT_NULL(test, dst);
	return dst;
}
