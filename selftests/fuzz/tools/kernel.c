// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other end of the netlink socket: libmnl's functions for sockets are
 * replaced by ones that ask nobody.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "fuzz.h"

#define FAMILY	77

struct fuzz_kernel fuzz_kernel;

static struct nlmsghdr request;
/* How much of what was asked is answered already. */
static unsigned int answers;

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	(void)flags;
	return (struct mnl_socket *)&fuzz_kernel;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	(void)nl;
	(void)groups;
	(void)pid;
	return 0;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	(void)nl;
	(void)type;
	(void)buf;
	(void)len;
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *req, size_t len)
{
	const struct nlmsghdr *nlh = req;
	const uint8_t *octets = req;
	size_t i;

	(void)nl;
	must(nlh->nlmsg_len == len, "a request as long as it says");
	request = *nlh;
	answers = 0;
	/* FNV-1a, over all but the header: the sequence number depends on the clock. */
	for (i = sizeof(*nlh); i < len; i++)
		fuzz_kernel.sum = (fuzz_kernel.sum ^ octets[i]) * UINT64_C(0x100000001b3);
	return len;
}

static ssize_t agree(void *buf)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlmsgerr *error;
	int zero = 0;

	if (request.nlmsg_type == GENL_ID_CTRL && !answers++) {
		nlh->nlmsg_type = GENL_ID_CTRL;
		mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
		mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	} else if (request.nlmsg_flags & NLM_F_DUMP) {
		nlh->nlmsg_type = NLMSG_DONE;
		memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(zero)), &zero, sizeof(zero));
	} else {
		nlh->nlmsg_type = NLMSG_ERROR;
		nlh->nlmsg_flags = NLM_F_CAPPED;
		error = mnl_nlmsg_put_extra_header(nlh, sizeof(*error));
		error->error = 0;
		error->msg = request;
	}
	nlh->nlmsg_seq = request.nlmsg_seq;
	return nlh->nlmsg_len;
}

/* The next datagram of the script: two octets that say how long, and the octets. */
static ssize_t recite(void *buf, size_t size)
{
	const uint8_t *script = fuzz_kernel.script;
	struct nlmsghdr *nlh = buf;
	size_t len;
	int left;

	if (fuzz_kernel.script_len < 2) {
		errno = ETIMEDOUT;
		return -1;
	}
	len = script[0] << 8 | script[1];
	if (len > fuzz_kernel.script_len - 2)
		len = fuzz_kernel.script_len - 2;
	if (len > size)
		len = size;
	memcpy(buf, script + 2, len);
	fuzz_kernel.script += 2 + len;
	fuzz_kernel.script_len -= 2 + len;
	/* Nobody guesses the sequence number; all ones stands for a wrong one. */
	for (left = len; left >= (int)sizeof(*nlh) && nlh->nlmsg_len <= (unsigned int)left &&
	     mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		if (nlh->nlmsg_seq != UINT32_MAX)
			nlh->nlmsg_seq = request.nlmsg_seq;
	}
	return len;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	(void)nl;
	if (!fuzz_kernel.script || request.nlmsg_type == GENL_ID_CTRL)
		return agree(buf);
	return recite(buf, size);
}
