// SPDX-License-Identifier: GPL-2.0-only
/* An SA as a request describes it. */

#include <linux/in.h>

#include "netlink.h"
#include "netlink_attr.h"
#include "netlink_sa.h"

const char *const espah_nl_sa_wants[ESPAH_A_SA_MAX + 1] = {
	[ESPAH_A_SA_SRC] = "src: an address of 4 or 16 octets is needed",
	[ESPAH_A_SA_DST] = "dst: an address of 4 or 16 octets is needed",
	[ESPAH_A_SA_PROTO] = "proto: 50 (ESP) or 51 (AH) is needed",
	[ESPAH_A_SA_SPI] = "spi: a number of 4 octets in network byte order is needed, 256 or more",
	[ESPAH_A_SA_MODE] = "mode: 0 (transport), 1 (tunnel) or 2 (beet) is needed",
	[ESPAH_A_SA_REQID] = "reqid: a number of 4 octets is needed",
	[ESPAH_A_SA_REPLAY_WINDOW] = "replay-window: a number from 0 to 4096 is needed",
	[ESPAH_A_SA_SEL] = "sel: a nest of selector attributes is needed",
	[ESPAH_A_SA_AEAD] = "aead: a nest with name, key and icv-bits is needed, or enc and auth",
	[ESPAH_A_SA_SHOW_KEYS] = "show-keys: a flag without data is needed",
	[ESPAH_A_SA_ENCAP_SPORT] = "encap-sport: a port in network byte order is needed",
	[ESPAH_A_SA_ENCAP_DPORT] = "encap-dport: a port in network byte order is needed",
	[ESPAH_A_SA_ENCAP_OADDR] = "encap-oaddr: an address of 4 or 16 octets is needed",
	[ESPAH_A_SA_ENCAP_ODST] = "encap-odst: an address of 4 or 16 octets is needed",
	[ESPAH_A_SA_ENC] = "enc: a nest with name and key is needed; AH (proto 51) has auth alone",
	[ESPAH_A_SA_AUTH] = "auth: a nest is needed; no encryption without integrity (RFC 8221)",
	[ESPAH_A_SA_LIMITS] = "limits: a nest of limits is needed",
	[ESPAH_A_SA_SPI_MIN] = "spi-min: 4 octets in network byte order are needed, 256 or more",
	[ESPAH_A_SA_SPI_MAX] = "spi-max: 4 octets in network byte order are needed, 256 or more",
	[ESPAH_A_SA_TIMEOUT] = "timeout: a number of 4 octets is needed, 1 or more",
	[ESPAH_A_SA_OSEQ] = "oseq: a number of 8 octets is needed",
	[ESPAH_A_SA_SEQ] = "seq: a number of 8 octets is needed",
	[ESPAH_A_SA_FLAGS] = "flags: 4 octets are needed, without unknown bits",
	[ESPAH_A_SA_MARK] = "mark: 4 octets are needed, and mark-mask",
	[ESPAH_A_SA_MARK_MASK] = "mark-mask: 4 octets are needed, and mark",
	[ESPAH_A_SA_OUTPUT_MARK] = "output-mark: 4 octets are needed, and output-mark-mask",
	[ESPAH_A_SA_OUTPUT_MARK_MASK] = "output-mark-mask: 4 octets are needed, and output-mark",
	[ESPAH_A_SA_TTL] = "ttl: a number of one octet is needed",
	[ESPAH_A_SA_DSCP] = "dscp: a number from 0 to 63 is needed",
	[ESPAH_A_SA_TFCPAD] = "tfcpad: a number from 1 to 65535 is needed",
	[ESPAH_A_SA_NAT_KEEPALIVE] = "nat-keepalive: 1 to 3600 seconds are needed",
	[ESPAH_A_SA_FLOWLABEL] = "flowlabel: a number up to 1048576 is needed (which is by flow)",
	[ESPAH_A_SA_DUMMY_INTERVAL] = "dummy-interval: 0 to 3600000 milliseconds are needed",
	[ESPAH_A_SA_IF_ID] = "if-id: a number of 4 octets is needed",
	[ESPAH_A_SA_REPLAY_THRESH] = "replay-thresh: a number of 4 octets is needed",
	[ESPAH_A_SA_REPLAY_TIMER] = "replay-timer: 0 to 3600000 milliseconds are needed",
	[ESPAH_A_SA_DIR] = "dir: 0 (in) or 1 (out) is needed",
};

const char *const espah_nl_sa_strays[ESPAH_A_SA_MAX + 1] = {
	[ESPAH_A_SA_SRC] = "src: this request does not take it",
	[ESPAH_A_SA_DST] = "dst: this request does not take it",
	[ESPAH_A_SA_PROTO] = "proto: this request does not take it",
	[ESPAH_A_SA_SPI] = "spi: this request does not take it",
	[ESPAH_A_SA_MODE] = "mode: this request does not take it",
	[ESPAH_A_SA_REQID] = "reqid: this request does not take it",
	[ESPAH_A_SA_REPLAY_WINDOW] = "replay-window: this request does not take it",
	[ESPAH_A_SA_SEL] = "sel: this request does not take it",
	[ESPAH_A_SA_AEAD] = "aead: this request does not take it",
	[ESPAH_A_SA_SHOW_KEYS] = "show-keys: this request does not take it",
	[ESPAH_A_SA_ID] = "id: this request does not take it",
	[ESPAH_A_SA_OSEQ] = "oseq: this request does not take it",
	[ESPAH_A_SA_SEQ] = "seq: this request does not take it",
	[ESPAH_A_SA_PACKETS] = "packets: this request does not take it",
	[ESPAH_A_SA_BYTES] = "bytes: this request does not take it",
	[ESPAH_A_SA_ADD_TIME] = "add-time: this request does not take it",
	[ESPAH_A_SA_USE_TIME] = "use-time: this request does not take it",
	[ESPAH_A_SA_COUNTERS] = "counters: this request does not take it",
	[ESPAH_A_SA_PAD] = "pad: this request does not take it",
	[ESPAH_A_SA_ENC] = "enc: this request does not take it",
	[ESPAH_A_SA_ENCAP_SPORT] = "encap-sport: this request does not take it",
	[ESPAH_A_SA_ENCAP_DPORT] = "encap-dport: this request does not take it",
	[ESPAH_A_SA_ENCAP_OADDR] = "encap-oaddr: this request does not take it",
	[ESPAH_A_SA_ENCAP_ODST] = "encap-odst: this request does not take it",
	[ESPAH_A_SA_AUTH] = "auth: this request does not take it",
	[ESPAH_A_SA_LIMITS] = "limits: this request does not take it",
	[ESPAH_A_SA_STATE] = "state: this request does not take it",
	[ESPAH_A_SA_EXPIRED] = "expired: this request does not take it",
	[ESPAH_A_SA_SPI_MIN] = "spi-min: this request does not take it",
	[ESPAH_A_SA_SPI_MAX] = "spi-max: this request does not take it",
	[ESPAH_A_SA_TIMEOUT] = "timeout: this request does not take it",
	[ESPAH_A_SA_FLAGS] = "flags: this request does not take it",
	[ESPAH_A_SA_TTL] = "ttl: this request does not take it",
	[ESPAH_A_SA_MARK] = "mark: this request does not take it",
	[ESPAH_A_SA_MARK_MASK] = "mark-mask: this request does not take it",
	[ESPAH_A_SA_OUTPUT_MARK] = "output-mark: this request does not take it",
	[ESPAH_A_SA_OUTPUT_MARK_MASK] = "output-mark-mask: this request does not take it",
	[ESPAH_A_SA_DSCP] = "dscp: this request does not take it",
	[ESPAH_A_SA_TFCPAD] = "tfcpad: this request does not take it",
	[ESPAH_A_SA_NAT_KEEPALIVE] = "nat-keepalive: this request does not take it",
	[ESPAH_A_SA_FLOWLABEL] = "flowlabel: this request does not take it",
	[ESPAH_A_SA_DUMMY_INTERVAL] = "dummy-interval: this request does not take it",
	[ESPAH_A_SA_MAPPED_SRC] = "mapped-src: this request does not take it",
	[ESPAH_A_SA_MAPPED_SPORT] = "mapped-sport: this request does not take it",
	[ESPAH_A_SA_IF_ID] = "if-id: this request does not take it",
	[ESPAH_A_SA_REPLAY_THRESH] = "replay-thresh: this request does not take it",
	[ESPAH_A_SA_REPLAY_TIMER] = "replay-timer: this request does not take it",
	[ESPAH_A_SA_REPLAY_DUE] = "replay-due: this request does not take it",
	[ESPAH_A_SA_DIR] = "dir: this request does not take it",
};

/* Seconds; longer than any NAT waits. */
#define KEEPALIVE_MAX	3600

#define SA_FLAGS	(ESPAH_SA_FLAG_ESN | ESPAH_SA_FLAG_ALIGN4 | \
			 ESPAH_SA_FLAG_NOECN | \
			 ESPAH_SA_FLAG_DECAP_DSCP | ESPAH_SA_FLAG_NOPMTUDISC | \
			 ESPAH_SA_FLAG_DONT_ENCAP_DSCP | ESPAH_SA_FLAG_SET_DF | \
			 ESPAH_SA_FLAG_IIV)

/* Not constant for the kernel's older headers; nobody writes to them. */
static struct netlink_range_validation tfcpad_range = {
	.min	= 1,
	.max	= U16_MAX,
};

static struct netlink_range_validation flowlabel_range = {
	.max	= ESPAH_FLOWLABEL_AUTO,
};

/* Milliseconds. */
static struct netlink_range_validation hour_range = {
	.max	= 3600 * MSEC_PER_SEC,
};

static const struct nla_policy sa_policy[ESPAH_A_SA_MAX + 1] = {
	[ESPAH_A_SA_SRC]		= ESPAH_NL_ADDR,
	[ESPAH_A_SA_DST]		= ESPAH_NL_ADDR,
	[ESPAH_A_SA_PROTO]		= ESPAH_NL_IPSEC_PROTO,
	[ESPAH_A_SA_SPI]		= { .type = NLA_U32 },
	[ESPAH_A_SA_MODE]		= NLA_POLICY_MAX(NLA_U8,
							 ESPAH_MODE_BEET),
	[ESPAH_A_SA_REQID]		= { .type = NLA_U32 },
	[ESPAH_A_SA_REPLAY_WINDOW]	= NLA_POLICY_MAX(NLA_U32,
							 ESPAH_REPLAY_WINDOW_MAX),
	[ESPAH_A_SA_SEL]		= { .type = NLA_NESTED },
	[ESPAH_A_SA_AEAD]		= { .type = NLA_NESTED },
	[ESPAH_A_SA_ENC]		= { .type = NLA_NESTED },
	[ESPAH_A_SA_AUTH]		= { .type = NLA_NESTED },
	[ESPAH_A_SA_ENCAP_SPORT]	= { .type = NLA_U16 },
	[ESPAH_A_SA_ENCAP_DPORT]	= { .type = NLA_U16 },
	[ESPAH_A_SA_ENCAP_OADDR]	= ESPAH_NL_ADDR,
	[ESPAH_A_SA_ENCAP_ODST]		= ESPAH_NL_ADDR,
	[ESPAH_A_SA_LIMITS]		= { .type = NLA_NESTED },
	[ESPAH_A_SA_OSEQ]		= { .type = NLA_U64 },
	[ESPAH_A_SA_SEQ]		= { .type = NLA_U64 },
	[ESPAH_A_SA_FLAGS]		= NLA_POLICY_MASK(NLA_U32, SA_FLAGS),
	[ESPAH_A_SA_MARK]		= { .type = NLA_U32 },
	[ESPAH_A_SA_MARK_MASK]		= { .type = NLA_U32 },
	[ESPAH_A_SA_OUTPUT_MARK]	= { .type = NLA_U32 },
	[ESPAH_A_SA_OUTPUT_MARK_MASK]	= { .type = NLA_U32 },
	[ESPAH_A_SA_TTL]		= { .type = NLA_U8 },
	[ESPAH_A_SA_DSCP]		= NLA_POLICY_MAX(NLA_U8, 63),
	[ESPAH_A_SA_TFCPAD]		= NLA_POLICY_FULL_RANGE(NLA_U32,
								&tfcpad_range),
	[ESPAH_A_SA_NAT_KEEPALIVE]	= NLA_POLICY_RANGE(NLA_U32, 1,
							   KEEPALIVE_MAX),
	[ESPAH_A_SA_FLOWLABEL]		= NLA_POLICY_FULL_RANGE(NLA_U32,
								&flowlabel_range),
	[ESPAH_A_SA_DUMMY_INTERVAL]	= NLA_POLICY_FULL_RANGE(NLA_U32,
								&hour_range),
	[ESPAH_A_SA_IF_ID]		= { .type = NLA_U32 },
	[ESPAH_A_SA_REPLAY_THRESH]	= { .type = NLA_U32 },
	[ESPAH_A_SA_REPLAY_TIMER]	= NLA_POLICY_FULL_RANGE(NLA_U32,
								&hour_range),
	[ESPAH_A_SA_DIR]		= NLA_POLICY_MAX(NLA_U8, ESPAH_DIR_OUT),
};

const struct espah_nl_set espah_nl_sa_set = {
	.max	= ESPAH_A_SA_MAX,
	.policy	= sa_policy,
	.wants	= espah_nl_sa_wants,
	.strays	= espah_nl_sa_strays,
};

/**
 * espah_nl_get_sa_id() - what names an SA
 * @tb: the request's attributes
 * @config: @id, @src and @mark are set; the last two are optional here, and must agree
 *	where they are given
 * @extack: where to say what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int espah_nl_get_sa_id(struct nlattr **tb, struct espah_sa_config *config,
		       struct netlink_ext_ack *extack)
{
	static const u8 needed[] = {
		ESPAH_A_SA_DST, ESPAH_A_SA_PROTO, ESPAH_A_SA_SPI,
	};
	struct espah_sa_id *id = &config->id;
	int err;

	err = espah_nl_need_all(tb, &espah_nl_sa_set, NULL, needed, ARRAY_SIZE(needed),
				extack);
	if (err)
		return err;

	id->family = espah_nl_get_addr(tb[ESPAH_A_SA_DST], &id->dst);
	id->proto = nla_get_u8(tb[ESPAH_A_SA_PROTO]);
	id->spi = nla_get_be32(tb[ESPAH_A_SA_SPI]);
	if (ntohl(id->spi) < ESPAH_SPI_MIN) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_SPI],
				    "spi: 0 to 255 are reserved (RFC 4303 section 2.1, RFC 4302 section 2.4); 256 or more is needed");
		return -EINVAL;
	}
	if (tb[ESPAH_A_SA_SRC] &&
	    espah_nl_get_addr(tb[ESPAH_A_SA_SRC], &config->src) != id->family) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_SRC],
				    "src: must be of the same family as dst");
		return -EINVAL;
	}
	return espah_nl_get_fwmark(tb, &espah_nl_sa_set, ESPAH_A_SA_MARK, &config->mark,
				   extack);
}

/* UDP encapsulation: both ports, or nothing of it. */
static int get_encap(struct nlattr **tb, struct espah_sa_config *config,
		     struct netlink_ext_ack *extack)
{
	static const u8 ports[] = {
		ESPAH_A_SA_ENCAP_SPORT, ESPAH_A_SA_ENCAP_DPORT,
	};
	size_t i;
	int err;

	if (!tb[ESPAH_A_SA_ENCAP_SPORT] && !tb[ESPAH_A_SA_ENCAP_DPORT] &&
	    !tb[ESPAH_A_SA_ENCAP_OADDR] && !tb[ESPAH_A_SA_ENCAP_ODST]) {
		if (!tb[ESPAH_A_SA_NAT_KEEPALIVE])
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_NAT_KEEPALIVE],
				    "nat-keepalive: encap-sport and encap-dport are needed; a keepalive goes between them");
		return -EINVAL;
	}
	if (config->id.proto == IPPROTO_AH) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_ENCAP_SPORT] ?:
				    tb[ESPAH_A_SA_ENCAP_DPORT] ?:
				    tb[ESPAH_A_SA_ENCAP_OADDR] ?:
				    tb[ESPAH_A_SA_ENCAP_ODST],
				    "encap-sport, encap-dport: only ESP (proto 50) goes in UDP (RFC 3948), AH does not");
		return -EINVAL;
	}
	err = espah_nl_need_all(tb, &espah_nl_sa_set, NULL, ports, ARRAY_SIZE(ports),
				extack);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		if (nla_get_be16(tb[ports[i]]))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, tb[ports[i]],
				    "encap-sport, encap-dport: no datagram has the port 0");
		return -EINVAL;
	}
	config->encap_sport = nla_get_be16(tb[ESPAH_A_SA_ENCAP_SPORT]);
	config->encap_dport = nla_get_be16(tb[ESPAH_A_SA_ENCAP_DPORT]);
	if (tb[ESPAH_A_SA_NAT_KEEPALIVE])
		config->keepalive = nla_get_u32(tb[ESPAH_A_SA_NAT_KEEPALIVE]);
	if (tb[ESPAH_A_SA_ENCAP_OADDR] &&
	    espah_nl_get_addr(tb[ESPAH_A_SA_ENCAP_OADDR],
			      &config->encap_oaddr) != config->id.family) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_ENCAP_OADDR],
				    "encap-oaddr: must be of the same family as dst");
		return -EINVAL;
	}
	if (tb[ESPAH_A_SA_ENCAP_ODST] &&
	    espah_nl_get_addr(tb[ESPAH_A_SA_ENCAP_ODST],
			      &config->encap_odst) != config->id.family) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_ENCAP_ODST],
				    "encap-odst: must be of the same family as dst");
		return -EINVAL;
	}
	return 0;
}

/* Only AH has padding of its own, and only over IPv4 there is a choice. */
static int get_align4(struct nlattr **tb, struct espah_sa_config *config,
		      struct netlink_ext_ack *extack)
{
	config->align4 = config->flags & ESPAH_SA_FLAG_ALIGN4;
	if (!config->align4 || (config->id.proto == IPPROTO_AH &&
				config->id.family == AF_INET))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_FLAGS],
			    "flags: align4 is for AH over IPv4 (RFC 4302 section 2.6)");
	return -EINVAL;
}

static int get_dummy(struct nlattr **tb, struct espah_sa_config *config,
		     struct netlink_ext_ack *extack)
{
	if (!tb[ESPAH_A_SA_DUMMY_INTERVAL])
		return 0;
	if (config->id.proto == IPPROTO_AH) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_DUMMY_INTERVAL],
				    "dummy-interval: AH has no dummies (RFC 4303 section 2.6); ESP (proto 50) is needed");
		return -EINVAL;
	}
	config->dummy = nla_get_u32(tb[ESPAH_A_SA_DUMMY_INTERVAL]);
	return 0;
}

/* Extended or not (the flags are known), and from where on. */
static int get_numbers(struct nlattr **tb, struct espah_sa_config *config,
		       struct netlink_ext_ack *extack)
{
	u64 last;

	config->esn = config->flags & ESPAH_SA_FLAG_ESN;
	if (config->esn && !config->window && !config->no_in) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_FLAGS],
				    "flags: extended sequence numbers need a replay-window (RFC 4303 section 3.3.3)");
		return -EINVAL;
	}
	last = espah_seq_last(config->esn);
	if (tb[ESPAH_A_SA_OSEQ])
		config->oseq = nla_get_u64(tb[ESPAH_A_SA_OSEQ]);
	if (config->oseq >= last) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_OSEQ],
				    "oseq: no sequence number would be left; less than 2^32 - 1 is needed, or extended ones (flags)");
		return -ERANGE;
	}
	if (tb[ESPAH_A_SA_SEQ])
		config->seq = nla_get_u64(tb[ESPAH_A_SA_SEQ]);
	if (config->seq > last) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_SEQ],
				    "seq: there is no such sequence number; at most 2^32 - 1 is possible, or extended ones (flags)");
		return -ERANGE;
	}
	return 0;
}

/**
 * espah_nl_get_sa_config() - an SA as a request describes it
 * @tb: the request's attributes
 * @req: zeroed; filled in
 * @extack: where to say what is wrong
 *
 * All rules that span attributes are here and in what is called from here.
 *
 * Return: 0 or a negative errno.
 */
int espah_nl_get_sa_config(struct nlattr **tb, struct espah_nl_sa *req,
			   struct netlink_ext_ack *extack)
{
	struct espah_sa_config *config = &req->config;
	int err;

	err = espah_nl_get_sa_id(tb, config, extack);
	if (err)
		return err;
	if (tb[ESPAH_A_SA_MODE])
		config->mode = nla_get_u8(tb[ESPAH_A_SA_MODE]);
	if (tb[ESPAH_A_SA_REQID])
		config->reqid = nla_get_u32(tb[ESPAH_A_SA_REQID]);
	if (tb[ESPAH_A_SA_IF_ID])
		config->if_id = nla_get_u32(tb[ESPAH_A_SA_IF_ID]);
	if (tb[ESPAH_A_SA_REPLAY_WINDOW])
		config->window = nla_get_u32(tb[ESPAH_A_SA_REPLAY_WINDOW]);
	if (tb[ESPAH_A_SA_FLAGS])
		config->flags = nla_get_u32(tb[ESPAH_A_SA_FLAGS]);
	if (tb[ESPAH_A_SA_REPLAY_THRESH])
		config->thresholds.packets =
			nla_get_u32(tb[ESPAH_A_SA_REPLAY_THRESH]);
	if (tb[ESPAH_A_SA_REPLAY_TIMER])
		config->thresholds.interval =
			nla_get_u32(tb[ESPAH_A_SA_REPLAY_TIMER]);
	espah_nl_get_header(tb, &config->outer);
	err = espah_nl_get_sa_dir(tb, config, extack);
	if (!err)
		err = get_numbers(tb, config, extack);
	if (!err)
		err = get_dummy(tb, config, extack);
	if (!err)
		err = get_align4(tb, config, extack);
	if (!err)
		err = espah_nl_get_cipher(tb, &espah_nl_sa_set, config, extack);
	if (!err)
		err = get_encap(tb, config, extack);
	if (!err)
		err = espah_nl_get_fwmark(tb, &espah_nl_sa_set, ESPAH_A_SA_OUTPUT_MARK,
					  &config->output_mark, extack);
	if (!err && tb[ESPAH_A_SA_MODE])
		err = espah_nl_check_header(tb, config, extack);
	if (err)
		return err;
	if (tb[ESPAH_A_SA_LIMITS]) {
		err = espah_nl_get_limits(tb[ESPAH_A_SA_LIMITS], &req->limits,
					  extack);
		if (err)
			return err;
		config->limits = &req->limits;
	}
	if (!tb[ESPAH_A_SA_SEL])
		return 0;

	err = espah_nl_get_selector(tb[ESPAH_A_SA_SEL], &req->sel, extack);
	if (err)
		return err;
	config->sel = &req->sel;
	return 0;
}

/**
 * espah_nl_check_mode() - does the protocol have this mode?
 * @tb: the request's attributes
 * @config: the SA
 * @mode: its mode, which may be known from before
 * @extack: where to say that it has not
 *
 * Return: 0 or -EINVAL.
 */
int espah_nl_check_mode(struct nlattr **tb,
			const struct espah_sa_config *config, u8 mode,
			struct netlink_ext_ack *extack)
{
	if (mode != ESPAH_MODE_BEET || config->id.proto == IPPROTO_ESP)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_MODE],
			    "mode: BEET is a mode of ESP; proto 50 is needed");
	return -EINVAL;
}

/* What is not sent must be known: from the selector, which has the addresses inside. */
static int check_beet(struct nlattr **tb, const struct espah_selector *sel,
		      struct netlink_ext_ack *extack)
{
	if (!sel) {
		NL_SET_ERR_ATTR_MISS(extack, NULL, ESPAH_A_SA_SEL);
		NL_SET_ERR_MSG(extack,
			       "sel: in BEET mode it is needed; it has the addresses of the packets inside");
		return -EINVAL;
	}
	if (espah_addr_equal(&sel->src_min, &sel->src_max) &&
	    espah_addr_equal(&sel->dst_min, &sel->dst_max))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_SEL],
			    "sel: in BEET mode it is from one address to one address, those of the packets inside");
	return -EINVAL;
}

/**
 * espah_nl_check_selector() - may an SA of this mode have this selector?
 * @tb: the request's attributes
 * @config: the SA; without a selector, it shall have none
 * @mode: its mode, which may be known from before
 * @extack: where to say that it may not
 *
 * A tunnel may carry the other family, in BEET mode too.
 *
 * Return: 0 or -EINVAL.
 */
int espah_nl_check_selector(struct nlattr **tb,
			    const struct espah_sa_config *config, u8 mode,
			    struct netlink_ext_ack *extack)
{
	if (mode == ESPAH_MODE_BEET)
		return check_beet(tb, config->sel, extack);
	if (!config->sel || mode == ESPAH_MODE_TUNNEL ||
	    config->sel->family == config->id.family)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, tb[ESPAH_A_SA_SEL],
			    "sel: in transport mode its addresses must be of the same family as dst");
	return -EINVAL;
}

/**
 * espah_nl_need_cipher() - refuse an SA without algorithms
 * @tb: the request's attributes
 * @extack: where to say so
 *
 * Whether they suit each other and the protocol is for espah_nl_get_cipher().
 *
 * Return: 0 or -EINVAL.
 */
int espah_nl_need_cipher(struct nlattr **tb, struct netlink_ext_ack *extack)
{
	if (tb[ESPAH_A_SA_ENC] || tb[ESPAH_A_SA_AUTH])
		return 0;
	return espah_nl_need(tb, &espah_nl_sa_set, NULL, ESPAH_A_SA_AEAD, extack);
}
