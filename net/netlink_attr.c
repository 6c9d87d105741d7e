// SPDX-License-Identifier: GPL-2.0-only
/* Attributes that more than one request has, and how they are refused. */

#include <linux/in.h>

#include "netlink_attr.h"

/* The core has found the culprit and has a sentence for all culprits of its
 * kind; ours says which attribute it is and what it should be.
 */
static void explain(const struct espah_nl_set *set,
		    struct netlink_ext_ack *extack)
{
	const char *sentence;
	int type;

	if (!extack || !extack->bad_attr)
		return;
	type = nla_type(extack->bad_attr);
	if (type > set->max)
		return;
	if (set->strays && set->policy[type].type == NLA_UNSPEC)
		sentence = set->strays[type];
	else
		sentence = set->wants[type];
	if (sentence)
		extack->_msg = sentence;
}

/* The last of two would win in silence. */
static int refuse_twins(struct nlattr **tb, const struct espah_nl_set *set,
			const struct nlattr *head, int len,
			struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int left;

	nla_for_each_attr(attr, head, len, left) {
		if (tb[nla_type(attr)] == attr ||
		    nla_type(attr) == set->repeats)
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "this attribute is given more than once");
		return -EINVAL;
	}
	return 0;
}

static int parse(struct nlattr **tb, const struct espah_nl_set *set,
		 const struct nlattr *head, int len,
		 struct netlink_ext_ack *extack)
{
	int err;

	err = __nla_parse(tb, set->max, head, len, set->policy,
			  NL_VALIDATE_STRICT, extack);
	if (err) {
		explain(set, extack);
		return err;
	}
	return refuse_twins(tb, set, head, len, extack);
}

/**
 * espah_nl_parse() - the attributes of a request
 * @tb: filled in; @set->max + 1 entries; of an attribute that repeats, the last
 * @set: attributes that the request may have
 * @nlh: request
 * @extack: where to say what is wrong with it
 *
 * Requests are parsed here and not by the generic-netlink core, so that every
 * refusal can name its attribute. A dump with something wrong in it is wiped
 * here; all other requests are wiped after they are done with.
 *
 * Return: 0 or a negative errno.
 */
int espah_nl_parse(struct nlattr **tb, const struct espah_nl_set *set,
		   const struct nlmsghdr *nlh, struct netlink_ext_ack *extack)
{
	const struct genlmsghdr *header = nlmsg_data(nlh);
	int err;

	if (header->reserved) {
		NL_SET_ERR_MSG(extack, "the reserved field of the genetlink header must be 0");
		err = -EINVAL;
	} else {
		err = parse(tb, set, nlmsg_attrdata(nlh, GENL_HDRLEN),
			    nlmsg_attrlen(nlh, GENL_HDRLEN), extack);
	}
	if (err)
		espah_nl_wipe(nlh);
	return err;
}

/**
 * espah_nl_wipe() - forget what a request said
 * @nlh: request that may hold keys
 *
 * Keys do not stay in the request: not for its answer, which may quote it, and
 * not in freed memory.
 */
void espah_nl_wipe(const struct nlmsghdr *nlh)
{
	memzero_explicit(nlmsg_attrdata(nlh, GENL_HDRLEN),
			 nlmsg_attrlen(nlh, GENL_HDRLEN));
}

/**
 * espah_nl_parse_nested() - the attributes inside one
 * @tb: filled in; @set->max + 1 entries
 * @set: attributes that the nest may have
 * @nest: the nest, marked as one
 * @extack: where to say what is wrong with it
 *
 * Return: 0 or a negative errno.
 */
int espah_nl_parse_nested(struct nlattr **tb, const struct espah_nl_set *set,
			  const struct nlattr *nest,
			  struct netlink_ext_ack *extack)
{
	return parse(tb, set, nla_data(nest), nla_len(nest), extack);
}

/**
 * espah_nl_need() - refuse a request that lacks an attribute
 * @tb: attributes
 * @set: set that they belong to
 * @nest: attribute that they are nested in, or NULL
 * @attr: number of the one that must be there
 * @extack: where to say so
 *
 * Return: 0 or -EINVAL.
 */
int espah_nl_need(struct nlattr **tb, const struct espah_nl_set *set,
		  const struct nlattr *nest, int attr,
		  struct netlink_ext_ack *extack)
{
	if (tb[attr])
		return 0;
	if (extack)
		extack->_msg = set->wants[attr];
	NL_SET_ERR_ATTR_MISS(extack, nest, attr);
	return -EINVAL;
}

/**
 * espah_nl_need_all() - refuse a request that lacks one of these attributes
 * @tb: attributes
 * @set: set that they belong to
 * @nest: attribute that they are nested in, or NULL
 * @attrs: numbers of the ones that must be there
 * @n: how many
 * @extack: where to say which is missing
 *
 * Return: 0 or -EINVAL.
 */
int espah_nl_need_all(struct nlattr **tb, const struct espah_nl_set *set,
		      const struct nlattr *nest, const u8 *attrs, size_t n,
		      struct netlink_ext_ack *extack)
{
	size_t i;
	int err;

	for (i = 0; i < n; i++) {
		err = espah_nl_need(tb, set, nest, attrs[i], extack);
		if (err)
			return err;
	}
	return 0;
}

/**
 * espah_nl_check_addr() - is this an address?
 * @attr: binary attribute
 * @extack: told that it is @attr
 *
 * Return: 0 or -EINVAL.
 */
int espah_nl_check_addr(const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	if (nla_len(attr) == sizeof(__be32) ||
	    nla_len(attr) == sizeof(struct in6_addr))
		return 0;
	NL_SET_BAD_ATTR(extack, attr);
	return -EINVAL;
}

/**
 * espah_nl_get_addr() - read an address
 * @attr: checked by espah_nl_check_addr()
 * @addr: set
 *
 * Return: AF_INET or AF_INET6.
 */
u16 espah_nl_get_addr(const struct nlattr *attr, union espah_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	memcpy(addr, nla_data(attr), nla_len(attr));
	return nla_len(attr) == sizeof(addr->v4) ? AF_INET : AF_INET6;
}

/**
 * espah_nl_put_addr() - write an address
 * @skb: message
 * @attr: attribute number
 * @addr: address
 * @family: of @addr
 *
 * Return: 0 or -EMSGSIZE.
 */
int espah_nl_put_addr(struct sk_buff *skb, int attr,
		      const union espah_addr *addr, u16 family)
{
	return nla_put(skb, attr, family == AF_INET ? sizeof(addr->v4) :
						      sizeof(addr->v6), addr);
}

/**
 * espah_nl_get_fwmark() - read a mark and its mask
 * @tb: attributes
 * @set: set that they belong to
 * @attr: number of the mark; that of the mask is the next
 * @mark: set, if they are there
 * @extack: where to say what is wrong with them
 *
 * Return: 0 or -EINVAL.
 */
int espah_nl_get_fwmark(struct nlattr **tb, const struct espah_nl_set *set,
			int attr, struct espah_fwmark *mark,
			struct netlink_ext_ack *extack)
{
	const u8 needed[] = { attr, attr + 1 };
	int err;

	if (!tb[attr] && !tb[attr + 1])
		return 0;
	err = espah_nl_need_all(tb, set, NULL, needed, ARRAY_SIZE(needed),
				extack);
	if (err)
		return err;
	mark->value = nla_get_u32(tb[attr]);
	mark->mask = nla_get_u32(tb[attr + 1]);
	if (!(mark->value & ~mark->mask))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, tb[attr],
			    "mark: it has bits that its mask has not, and no packet would match");
	return -EINVAL;
}

/**
 * espah_nl_put_fwmark() - write a mark and its mask
 * @skb: message
 * @attr: number of the mark; that of the mask is the next
 * @mark: mark; nothing is written where marks do not matter
 *
 * Return: 0 or -EMSGSIZE.
 */
int espah_nl_put_fwmark(struct sk_buff *skb, int attr,
			const struct espah_fwmark *mark)
{
	if (mark->mask && (nla_put_u32(skb, attr, mark->value) ||
			   nla_put_u32(skb, attr + 1, mark->mask)))
		return -EMSGSIZE;
	return 0;
}
