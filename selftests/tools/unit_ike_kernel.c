// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the daemon asks of the module, and what it hears from it, with a kernel
 * of our own: each request is written down in words.
 */
#include <errno.h>
#include <stdarg.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "event.h"
#include "kernel.h"
#include "kernel_own.h"
#include "policy.h"
#include "sa.h"
#include "unit.h"
#include "unit_fake.h"

static struct ike_loop *loop;
static struct ike_kernel *kernel;
static char words[4096];
static struct espah_err err;

static const enum answer acks[] = {
	ANSWER_ACK, ANSWER_ACK, ANSWER_ACK, ANSWER_ACK, ANSWER_ACK, ANSWER_ACK, ANSWER_END
};

static void say(const char *fmt, ...) __printf(1, 2);

static void say(const char *fmt, ...)
{
	size_t len = strlen(words);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words + len, sizeof(words) - len, fmt, ap);
	va_end(ap);
}

static void say_alg(const char *kind, const struct espah_alg *alg)
{
	if (alg->name[0])
		say(" %s %s %.*s %u", kind, alg->name, alg->key_len, (const char *)alg->key,
		    alg->icv_bits);
}

static void say_selector(const struct espah_selector *sel)
{
	char src[ESPAH_RANGE_STRLEN], dst[ESPAH_RANGE_STRLEN];

	say(" sel %s %s %u", espah_range_print(&sel->src, src), espah_range_print(&sel->dst, dst),
	    sel->proto);
	if (espah_given(sel->given, ESPAH_A_SEL_SPORT_MIN))
		say(" from %u-%u", sel->sport.min, sel->sport.max);
	if (espah_given(sel->given, ESPAH_A_SEL_DPORT_MIN))
		say(" to %u-%u", sel->dport.min, sel->dport.max);
	if (espah_given(sel->given, ESPAH_A_SEL_TYPE_MIN))
		say(" type %u-%u", sel->type.min, sel->type.max);
	if (espah_given(sel->given, ESPAH_A_SEL_CODE_MIN))
		say(" code %u-%u", sel->code.min, sel->code.max);
	if (espah_given(sel->given, ESPAH_A_SEL_OPAQUE))
		say(" opaque");
}

static const char *print_addr(const struct espah_addr *addr, char *buf)
{
	return addr->family == AF_UNSPEC ? "-" : espah_addr_print(addr, buf);
}

static void say_sa(const struct espah_sa *sa)
{
	char src[ESPAH_ADDR_STRLEN], dst[ESPAH_ADDR_STRLEN];
	unsigned int i;

	say(" %s %s %u %x", print_addr(&sa->src, src), print_addr(&sa->dst, dst), sa->proto,
	    sa->spi);
	if (espah_given(sa->given, ESPAH_A_SA_REQID))
		say(" reqid %u", sa->reqid);
	if (espah_given(sa->given, ESPAH_A_SA_IF_ID))
		say(" if %u", sa->if_id);
	if (espah_given(sa->given, ESPAH_A_SA_MODE))
		say(" mode %u", sa->mode);
	if (espah_given(sa->given, ESPAH_A_SA_REPLAY_WINDOW))
		say(" window %u", sa->replay_window);
	if (espah_given(sa->given, ESPAH_A_SA_FLAGS))
		say(" flags %x", sa->flags);
	if (espah_given(sa->given, ESPAH_A_SA_SEL))
		say_selector(&sa->sel);
	if (espah_given(sa->given, ESPAH_A_SA_ENCAP_SPORT))
		say(" sport %u", sa->encap_sport);
	if (espah_given(sa->given, ESPAH_A_SA_ENCAP_DPORT))
		say(" dport %u", sa->encap_dport);
	say_alg("aead", &sa->aead);
	say_alg("enc", &sa->enc);
	say_alg("auth", &sa->auth);
	for (i = 0; i <= ESPAH_A_LIMIT_MAX; i++) {
		if (sa->limits.limit[i])
			say(" limit%u %llu", i, (unsigned long long)sa->limits.limit[i]);
	}
}

static void say_policy(const struct espah_policy *policy)
{
	const struct espah_tmpl *tmpl = &policy->tmpl[0];
	char src[ESPAH_ADDR_STRLEN], dst[ESPAH_ADDR_STRLEN];

	say(" dir %u", policy->dir);
	say_selector(&policy->sel);
	if (espah_given(policy->given, ESPAH_A_POLICY_IF_ID))
		say(" if %u", policy->if_id);
	if (policy->tmpls)
		say(" priority %u action %u tmpl %s %s %u mode %u level %u reqid %u",
		    policy->priority, policy->action, print_addr(&tmpl->src, src),
		    print_addr(&tmpl->dst, dst), tmpl->proto, tmpl->mode, tmpl->level,
		    tmpl->reqid);
}

static void look(const struct nlmsghdr *request)
{
	static const char *const names[] = {
		[ESPAH_CMD_SA_ADD] = "sa-add",
		[ESPAH_CMD_SA_UPDATE] = "sa-update",
		[ESPAH_CMD_SA_DEL] = "sa-del",
		[ESPAH_CMD_SA_GET] = "sa-get",
		[ESPAH_CMD_SA_ALLOC_SPI] = "sa-alloc-spi",
		[ESPAH_CMD_POLICY_GET] = "policy-get",
		[ESPAH_CMD_POLICY_UPDATE] = "policy-update",
		[ESPAH_CMD_POLICY_DEL] = "policy-del",
	};
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(request);
	struct espah_policy policy;
	struct espah_err ignored;
	struct espah_sa sa;

	say("%s", genl->cmd < ARRAY_SIZE(names) && names[genl->cmd] ? names[genl->cmd] : "?");
	if (genl->cmd == ESPAH_CMD_POLICY_UPDATE || genl->cmd == ESPAH_CMD_POLICY_DEL) {
		espah_policy_take(request, &policy, &ignored);
		say_policy(&policy);
	} else {
		espah_sa_take(request, &sa, &ignored);
		say_sa(&sa);
		espah_sa_wipe(&sa);
	}
	say("\n");
}

/* From now on, all is well. */
static void forget_asked(void)
{
	words[0] = '\0';
	fake.script = acks;
}

/* What the last calls asked for. */
static void check_asked(const char *expected, const char *name)
{
	check_text(words, expected, name);
	forget_asked();
}

static struct espah_addr addr(uint8_t last)
{
	return (struct espah_addr){ AF_INET, { 10, 0, 0, last } };
}

static struct ike_ts subnet(uint8_t second)
{
	return (struct ike_ts){
		.addr = { { AF_INET, { 10, second } }, { AF_INET, { 10, second, 255, 255 } } },
		.port_max = UINT16_MAX,
	};
}

static void test_spi(void)
{
	static const enum answer answers[] = { ANSWER_WHOLE_SA, ANSWER_ACK, ANSWER_END };
	static const enum answer refused[] = { ANSWER_EPERM, ANSWER_END };
	struct espah_addr src = addr(2), dst = addr(1);
	uint32_t spi = 0;

	fake.script = answers;
	check(!ike_kernel_spi_get(kernel, &src, &dst, 7, &spi, &err) && spi == 256,
	      "the kernel chooses an SPI");
	check_asked("sa-alloc-spi 10.0.0.2 10.0.0.1 50 0 reqid 7 mode 1\n", "for a larval SA");
	check(ike_kernel_spi_get(kernel, &src, &dst, 7, &spi, &err) == -1,
	      "an answer without an SPI is none");
	check_text(err.text, "EBADMSG: the kernel chose no SPI", "which is said");
	fake.script = refused;
	check(ike_kernel_spi_get(kernel, &src, &dst, 7, &spi, &err) == -1 && err.num == EPERM,
	      "nor is a refusal");
	forget_asked();
}

static const struct ike_suite gcm = { .encr = IKE_ENCR_AES_GCM_16, .encr_bits = 128 };

static struct ike_kernel_sa simple_sa(const struct ike_suite *suite)
{
	return (struct ike_kernel_sa){
		.src = addr(1), .dst = addr(2), .spi = 0xabcd, .reqid = 9, .replay_window = 64,
		.mode = ESPAH_MODE_TUNNEL, .suite = suite,
		.encr = ike_chunk("SECRETKEYOFESP", 14), .integ = ike_chunk("integrity", 9),
	};
}

/* How they are written down. */
#define SIMPLE	" 10.0.0.1 10.0.0.2 50 abcd reqid 9"
#define GCM	" aead rfc4106(gcm(aes)) SECRETKEYOFESP"
#define CBC	" enc cbc(aes) SECRETKEYOFESP 0"

static void add_suite(uint16_t encr, uint16_t integ)
{
	const struct ike_suite suite = { .encr = encr, .integ = integ };
	struct ike_kernel_sa sa = simple_sa(&suite);

	if (ike_kernel_sa_add(kernel, &sa, &err))
		say("%s", err.text);
}

static void test_suites(void)
{
	add_suite(IKE_ENCR_AES_GCM_16, IKE_INTEG_NONE);
	check_asked("sa-add" SIMPLE " mode 1" GCM " 128\n",
		    "AES-GCM has one key");
	add_suite(IKE_ENCR_AES_GCM_8, IKE_INTEG_NONE);
	check_asked("sa-add" SIMPLE " mode 1" GCM " 64\n",
		    "and an ICV of its own");
	add_suite(IKE_ENCR_AES_CBC, IKE_INTEG_HMAC_SHA2_256_128);
	check_asked("sa-add" SIMPLE " mode 1" CBC " auth hmac(sha256) integrity 128\n",
		    "AES-CBC has two");
	add_suite(IKE_ENCR_AES_CBC, IKE_INTEG_HMAC_SHA2_512_256);
	check_asked("sa-add" SIMPLE " mode 1" CBC " auth hmac(sha512) integrity 256\n",
		    "and an ICV of half the hash");
	add_suite(IKE_ENCR_AES_CBC, IKE_INTEG_NONE);
	check_asked("EOPNOTSUPP: the kernel module has no ESP with encryption 12 and integrity 0",
		    "but never without integrity");
	add_suite(3, IKE_INTEG_HMAC_SHA2_256_128);
	check_asked("EOPNOTSUPP: the kernel module has no ESP with encryption 3 and integrity 12",
		    "and nobody has 3DES");
}

static void test_sas(void)
{
	struct ike_ts src = subnet(1), dst = subnet(2);
	struct ike_kernel_sa sa = simple_sa(&gcm);

	sa.inbound = true;
	sa.soft_time = 10;
	sa.hard_bytes = 1ull << 40;
	sa.soft_packets = 12;
	check(!ike_kernel_sa_add(kernel, &sa, &err), "an inbound SA is added");
	check_asked("sa-update" SIMPLE " mode 1 window 64" GCM
		    " 128 limit2 10 limit7 1099511627776 limit8 12\n",
		    "to the one that has its SPI, with limits");
	sa = simple_sa(&gcm);
	sa.if_id = 7;
	check(!ike_kernel_sa_add(kernel, &sa, &err), "an SA of a virtual interface");
	check_asked("sa-add" SIMPLE " if 7 mode 1" GCM " 128\n", "says so");
	sa = simple_sa(&gcm);
	sa.mode = ESPAH_MODE_TRANSPORT;
	sa.sel_src = &src;
	sa.sel_dst = &dst;
	src.proto = 17;
	dst.proto = 17;
	check(!ike_kernel_sa_add(kernel, &sa, &err), "one of transport mode, too");
	check_asked("sa-add" SIMPLE " mode 0 sel 10.1.0.0/16 10.2.0.0/16 17" GCM " 128\n",
		    "for its flow");
	sa = simple_sa(&gcm);
	sa.sport = 4500;
	sa.dport = 1024;
	check(!ike_kernel_sa_add(kernel, &sa, &err), "ESP in UDP");
	check_asked("sa-add" SIMPLE " mode 1 sport 4500 dport 1024" GCM " 128\n",
		    "has the ports of both ends");
	sa = simple_sa(&gcm);
	sa.esn = true;
	check(!ike_kernel_sa_add(kernel, &sa, &err), "extended sequence numbers");
	check_asked("sa-add" SIMPLE " mode 1 window 64 flags 1" GCM " 128\n",
		    "need a window in both directions");
	sa = simple_sa(&gcm);
	sa.mode = ESPAH_MODE_TRANSPORT;
	sa.sel_src = &src;
	sa.sel_dst = &dst;
	dst.proto = 6;
	check(ike_kernel_sa_add(kernel, &sa, &err) == -1 && err.num == EOPNOTSUPP,
	      "a flow of two protocols is refused");
	sa = simple_sa(&gcm);
	sa.encr = ike_chunk(words, sizeof(words));
	check(ike_kernel_sa_add(kernel, &sa, &err) == -1 && err.num == EINVAL,
	      "and a key that is too long");
	check_asked("", "nothing was asked of the kernel for these");
}

static const struct {
	const char *src;
	const char *dst;
	const char *selector;
} upper[] = {
	{ "10.1.0.0/16[tcp]", "10.2.0.0/16[tcp/80]", "6 to 80-80" },
	{ "10.1.0.0/16[sctp/1000-2000]", "10.2.0.0/16[sctp]", "132 from 1000-2000" },
	{ "10.1.0.0/16[udp/53]", "10.2.0.0/16[udp/1-2]", "17 from 53-53 to 1-2" },
	{ "10.1.0.0/16[udp]", "10.2.0.0/16[udp/opaque]", "17 opaque" },
	{ "10.1.0.0/16[udp/opaque]", "10.2.0.0/16[udp/opaque]", "17 opaque" },
	{ "10.1.0.0/16[icmp/8]", "10.2.0.0/16[icmp/0]", "1 type 8-8 code 0-255" },
	{ "10.1.0.0/16[icmp/3(4)]", "10.2.0.0/16[icmp]", "1 type 3-3 code 4-4" },
	{ "10.1.0.0/16[icmp]", "10.2.0.0/16[icmp/8]", "1" },
	{ "10.1.0.0/16[icmp/opaque]", "10.2.0.0/16[icmp]", "1 opaque" },
	{ "10.1.0.0/16[135/1280-1535]", "10.2.0.0/16[135]", "135 type 5-5" },
};

/* Of a flow that waits, the same comes back. */
static void test_upper(void)
{
	struct ike_kernel_sa sa = simple_sa(&gcm);
	struct espah_selector sel, again;
	struct ike_ts src, dst;
	char expected[512];
	size_t i;

	sa.mode = ESPAH_MODE_TRANSPORT;
	sa.sel_src = &src;
	sa.sel_dst = &dst;
	for (i = 0; i < ARRAY_SIZE(upper); i++) {
		check(!ike_ts_read(&src, upper[i].src, NULL, &err) &&
		      !ike_ts_read(&dst, upper[i].dst, NULL, &err) &&
		      !ike_kernel_sa_add(kernel, &sa, &err), upper[i].selector);
		snprintf(expected, sizeof(expected),
			 "sa-add" SIMPLE " mode 0 sel 10.1.0.0/16 10.2.0.0/16 %s" GCM " 128\n",
			 upper[i].selector);
		check_asked(expected, "a selector of the upper layer");
		check(!ike_kernel_selector(&sel, &src, &dst, &err), "once more");
		if (espah_given(sel.given, ESPAH_A_SEL_OPAQUE))
			continue;
		ike_kernel_flow(&sel, &src, &dst);
		check(!ike_kernel_selector(&again, &src, &dst, &err) &&
		      !memcmp(&again, &sel, sizeof(sel)), "and there and back");
	}
}

static void test_sa_end(void)
{
	static const enum answer gone[] = { ANSWER_ESRCH, ANSWER_END };
	static const enum answer refused[] = { ANSWER_EPERM, ANSWER_END };
	static const enum answer there[] = { ANSWER_WHOLE_SA, ANSWER_ACK, ANSWER_END };
	struct ike_kernel_usage usage;
	struct espah_addr dst = addr(2);

	check(!ike_kernel_sa_del(kernel, &dst, 0x100, &err), "an SA is deleted");
	check_asked("sa-del - 10.0.0.2 50 100\n", "by what names it");
	fake.script = gone;
	check(!ike_kernel_sa_del(kernel, &dst, 0x100, &err), "one that is gone is deleted");
	fake.script = refused;
	check(ike_kernel_sa_del(kernel, &dst, 0x100, &err) == -1, "one may not be");
	forget_asked();
	fake.script = there;
	check(!ike_kernel_sa_usage(kernel, &dst, 0x100, &usage) && usage.packets == 3 &&
	      usage.bytes == 300 && usage.last_used == 1000000001, "how an SA was used");
	fake.script = gone;
	check(ike_kernel_sa_usage(kernel, &dst, 0x100, &usage) == -1 && !usage.packets,
	      "one that is gone was not");
	check_asked("sa-get - 10.0.0.2 50 100\nsa-get - 10.0.0.2 50 100\n", "is asked for");
}

static struct ike_kernel_policy simple_policy(uint32_t reqid)
{
	return (struct ike_kernel_policy){
		.local = addr(1), .remote = addr(2), .local_ts = subnet(1), .remote_ts = subnet(2),
		.reqid = reqid, .priority = 5, .mode = ESPAH_MODE_TUNNEL,
	};
}

/* How the three of a tunnel are put and taken away, written down. */
#define OUT	"sel 10.1.0.0/16 10.2.0.0/16 0"
#define IN	"sel 10.2.0.0/16 10.1.0.0/16 0"
#define BARE	" priority 5 action 0 tmpl - - 50 mode 0 level 0 reqid 3\n"
#define GONE	"policy-del dir 2 " IN "\npolicy-del dir 0 " IN "\npolicy-del dir 1 " OUT "\n"

static const char *put(uint32_t reqid, unsigned int count)
{
	static const char *const starts[] = {
		"1 " OUT " priority 5 action 0 tmpl 10.0.0.1 10.0.0.2",
		"0 " IN " priority 5 action 0 tmpl 10.0.0.2 10.0.0.1",
		"2 " IN " priority 5 action 0 tmpl 10.0.0.2 10.0.0.1",
	};
	static char text[1024];
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < count; i++)
		len += snprintf(text + len, sizeof(text) - len,
				"policy-update dir %s 50 mode 1 level 0 reqid %u\n", starts[i],
				reqid);
	return text;
}

static void test_policy_refs(void)
{
	struct ike_kernel_policy first = simple_policy(1), second = simple_policy(2);

	check(!ike_kernel_policy_add(kernel, &first, &err), "a policy is added");
	check_asked(put(1, 3), "in three directions");
	check(!ike_kernel_policy_add(kernel, &first, &err) &&
	      !ike_kernel_policy_del(kernel, &first, &err), "once more, and once less");
	check_asked("", "changes nothing");
	check(!ike_kernel_policy_add(kernel, &second, &err), "another of the same flow");
	check_asked(put(2, 3), "takes its place");
	check(!ike_kernel_policy_del(kernel, &second, &err), "when that goes");
	check_asked(put(1, 3), "the older one is back");
	ike_kernel_policy_add(kernel, &second, &err);
	forget_asked();
	check(!ike_kernel_policy_del(kernel, &first, &err), "when the older one goes");
	check_asked(put(2, 3), "the newer one stays");
	check(!ike_kernel_policy_del(kernel, &second, &err), "the last one goes");
	check_asked(GONE, "in three directions");
	check(ike_kernel_policy_del(kernel, &second, &err) == -1, "what is not there cannot go");
	check_text(err.text, "ENOENT: this policy was never added", "which is said");
	check_asked("", "and not asked");
}

/* The same flow by another interface is another flow. */
static void test_policy_links(void)
{
	struct ike_kernel_policy plain = simple_policy(3), routed = simple_policy(3);

	plain.mode = ESPAH_MODE_TRANSPORT;
	routed.mode = ESPAH_MODE_TRANSPORT;
	routed.if_id_in = 7;
	routed.if_id_out = 8;
	check(!ike_kernel_policy_add(kernel, &plain, &err), "a policy");
	forget_asked();
	check(!ike_kernel_policy_add(kernel, &routed, &err), "and one of virtual interfaces");
	check_asked("policy-update dir 1 " OUT " if 8" BARE "policy-update dir 0 " IN " if 7" BARE,
		    "for the one that packets go by, and the one that they come by");
	check(!ike_kernel_policy_del(kernel, &plain, &err), "the one goes");
	check_asked("policy-del dir 0 " IN "\npolicy-del dir 1 " OUT "\n", "alone");
	check(!ike_kernel_policy_del(kernel, &routed, &err), "and the other");
	check_asked("policy-del dir 0 " IN " if 7\npolicy-del dir 1 " OUT " if 8\n",
		    "of its interfaces");
}

static void test_policy_faults(void)
{
	static const enum answer refused[] = {
		ANSWER_ACK, ANSWER_EPERM, ANSWER_ENOENT, ANSWER_ENOENT, ANSWER_ACK, ANSWER_END
	};
	struct ike_kernel_policy policy = simple_policy(1);

	fake.script = refused;
	check(ike_kernel_policy_add(kernel, &policy, &err) == -1 && err.num == EPERM,
	      "a policy is refused in one direction");
	check(!strncmp(words, put(1, 2), strlen(put(1, 2))), "after another");
	check_text(words + strlen(put(1, 2)), GONE, "and taken back in all");
	forget_asked();
	policy.local_ts.port_max = 80;
	check(ike_kernel_policy_add(kernel, &policy, &err) == -1 && err.num == EOPNOTSUPP,
	      "ports of no protocol are refused");
	check_text(err.text,
		   "EOPNOTSUPP: the kernel module has no selector for this: 10.1.0.0/16[0/0-80]; expected one protocol on both sides, and ports of such as have any",
		   "and named");
	check_asked("", "before anything is asked");
	policy = simple_policy(3);
	policy.mode = ESPAH_MODE_TRANSPORT;
	check(!ike_kernel_policy_add(kernel, &policy, &err), "a policy of transport mode");
	check_asked("policy-update dir 1 " OUT BARE "policy-update dir 0 " IN BARE,
		    "has two directions and no outer addresses");
}

static void test_take_over(void)
{
	static const enum answer answers[] = {
		ANSWER_SA, ANSWER_WHOLE_SA, ANSWER_DONE, ANSWER_ACK,
		ANSWER_POLICY, ANSWER_POLICY_TMPL, ANSWER_DONE, ANSWER_END
	};
	uint32_t last_reqid = 77;

	fake.script = answers;
	check(!ike_kernel_take_over(kernel, &last_reqid, &err), "what was left is taken over");
	check(last_reqid == 1, "policies keep their reqids");
	check_asked("sa-get - - 0 0\nsa-del - 10.0.0.2 50 100\npolicy-get - - 0 0\n",
		    "SAs with a reqid are removed, others are not ours");
}

/* Events, each of one octet: what comes next. */
static const char *coming;

static void on_expire(void *to, const struct espah_addr *dst, uint32_t spi, bool hard)
{
	char text[ESPAH_ADDR_STRLEN];

	say("%s expire %s %x %s\n", (char *)to, espah_addr_print(dst, text), spi,
	    hard ? "hard" : "soft");
}

static void on_mapping(void *to, const struct espah_addr *dst, uint32_t spi,
		       const struct ike_endpoint *remote)
{
	char text[ESPAH_ADDR_STRLEN], from[IKE_ENDPOINT_STRLEN];

	say("%s mapping %s %x %s\n", (char *)to, espah_addr_print(dst, text), spi,
	    ike_endpoint_print(remote, from, sizeof(from)));
}

static void on_overrun(void *to)
{
	say("%s overrun\n", (char *)to);
}

static void on_acquire(void *to, uint32_t reqid, const struct ike_ts *flow_src,
		       const struct ike_ts *flow_dst)
{
	char src[64], dst[64];

	say("%s acquire %u %s %s\n", (char *)to, reqid, ike_ts_print(flow_src, src, sizeof(src)),
	    ike_ts_print(flow_dst, dst, sizeof(dst)));
}

static void put_acquire(struct nlmsghdr *nlh)
{
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct espah_addr src = addr(1), dst = addr(2);
	struct nlattr *nest;

	genl->cmd = ESPAH_CMD_ACQUIRE_NTF;
	mnl_attr_put_u8(nlh, ESPAH_A_POLICY_DIR, ESPAH_DIR_OUT);
	mnl_attr_put_u32(nlh, ESPAH_A_POLICY_INDEX, 8);
	nest = mnl_attr_nest_start(nlh, ESPAH_A_POLICY_SEL);
	mnl_attr_put(nlh, ESPAH_A_SEL_SRC_MIN, 4, src.octets);
	mnl_attr_put(nlh, ESPAH_A_SEL_SRC_MAX, 4, src.octets);
	mnl_attr_put(nlh, ESPAH_A_SEL_DST_MIN, 4, dst.octets);
	mnl_attr_put(nlh, ESPAH_A_SEL_DST_MAX, 4, dst.octets);
	mnl_attr_put_u8(nlh, ESPAH_A_SEL_PROTO, IPPROTO_UDP);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, ESPAH_A_POLICY_TMPL);
	mnl_attr_put_u32(nlh, ESPAH_A_TMPL_REQID, 11);
	mnl_attr_nest_end(nlh, nest);
}

static ssize_t next_event(void *buf)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	struct espah_addr src = addr(1), dst = addr(2);

	nlh->nlmsg_type = FAKE_FAMILY;
	switch (*coming++) {
	case 's':
	case 'h':
		genl->cmd = ESPAH_CMD_SA_EXPIRE_NTF;
		mnl_attr_put(nlh, ESPAH_A_SA_DST, 4, dst.octets);
		mnl_attr_put_u32(nlh, ESPAH_A_SA_SPI, htonl(0xabcd));
		mnl_attr_put_u8(nlh, ESPAH_A_SA_EXPIRED,
				coming[-1] == 'h' ? ESPAH_EXPIRED_HARD : ESPAH_EXPIRED_SOFT);
		break;
	case 'n':
		genl->cmd = ESPAH_CMD_SA_MAPPING_NTF;
		mnl_attr_put(nlh, ESPAH_A_SA_SRC, 4, src.octets);
		mnl_attr_put(nlh, ESPAH_A_SA_DST, 4, dst.octets);
		mnl_attr_put_u8(nlh, ESPAH_A_SA_PROTO, IPPROTO_ESP);
		mnl_attr_put_u32(nlh, ESPAH_A_SA_SPI, htonl(0xabcd));
		mnl_attr_put_u16(nlh, ESPAH_A_SA_ENCAP_SPORT, htons(1024));
		mnl_attr_put_u16(nlh, ESPAH_A_SA_ENCAP_DPORT, htons(4500));
		break;
	case 'q':
		put_acquire(nlh);
		break;
	case 'f':
		genl->cmd = ESPAH_CMD_SA_FLUSH_NTF;
		break;
	case 'a':
		genl->cmd = ESPAH_CMD_SA_ADD_NTF;
		break;
	case 'm':
		genl->cmd = ESPAH_CMD_SA_EXPIRE_NTF;
		mnl_attr_put(nlh, ESPAH_A_SA_SPI, 3, "xxx");
		break;
	case 'l':
		errno = ENOBUFS;
		return -1;
	default:
		coming--;
		errno = EAGAIN;
		ike_loop_stop(loop);
		return -1;
	}
	return nlh->nlmsg_len;
}

static void test_events(void)
{
	uint64_t one = 1;

	check(write(fake.event_fd, &one, sizeof(one)) == sizeof(one), "events come");
	fake.event = next_event;
	coming = "shamnqflm";
	ike_loop_run(loop);
	fake.event = NULL;
	check_asked("me expire 10.0.0.2 abcd soft\nme expire 10.0.0.2 abcd hard\n"
		    "me mapping 10.0.0.2 abcd 10.0.0.1[1024]\n"
		    "me acquire 11 10.0.0.1/32[udp] 10.0.0.2/32[udp]\n"
		    "me overrun\nme overrun\n",
		    "lifetimes, a peer that moved, a packet that waits, a flush, and what was lost; nothing else, and nothing malformed");
}

static void test_no_module(void)
{
	static const enum answer none[] = { ANSWER_ENOENT, ANSWER_END };
	const struct ike_kernel_handler handler = {};

	fake.script = none;
	check(!ike_kernel_open(loop, &handler, &err), "no module");
	check_text(err.text, "the kernel module is not loaded: try 'modprobe espah'",
		   "which is said");
}

void test_ike_kernel(void)
{
	static const enum answer family[] = { ANSWER_FAMILY, ANSWER_ACK, ANSWER_END };
	const struct ike_kernel_handler handler = {
		.acquire = on_acquire, .expire = on_expire, .mapping = on_mapping,
		.overrun = on_overrun, .to = "me",
	};

	loop = ike_loop_new();
	fake.event_fd = eventfd(0, EFD_NONBLOCK);
	test_no_module();
	fake.script = family;
	kernel = ike_kernel_open(loop, &handler, &err);
	check(kernel, "the way to the kernel is open");
	fake.look = look;
	fake.script = acks;
	test_spi();
	test_suites();
	test_sas();
	test_upper();
	test_sa_end();
	test_policy_refs();
	test_policy_links();
	test_policy_faults();
	test_take_over();
	test_events();
	fake.look = NULL;
	ike_kernel_close(kernel);
	close(fake.event_fd);
	ike_loop_free(loop);
}
