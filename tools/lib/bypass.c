// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/xfrm.h>

#include "bypass.h"

/*
 * What understands the option may be a module, and it is loaded for who speaks
 * to it by netlink only. Where that fails, the option says so.
 */
static void load_xfrm_user(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_XFRM);

	if (fd >= 0)
		close(fd);
}

static int allow(int fd, int domain, uint8_t dir)
{
	const struct xfrm_userpolicy_info policy = {
		.sel.family = domain,
		.dir = dir,
		.action = XFRM_POLICY_ALLOW,
	};

	if (domain == AF_INET)
		return setsockopt(fd, IPPROTO_IP, IP_XFRM_POLICY, &policy, sizeof(policy));
	return setsockopt(fd, IPPROTO_IPV6, IPV6_XFRM_POLICY, &policy, sizeof(policy));
}

/**
 * espah_socket_bypass() - let a socket send and receive in clear
 * @fd: the socket, IPv4 or IPv6; what is received so must be UDP
 * @err: filled in on failure
 *
 * No policy of espah's or xfrm's speaks of the socket's packets any more, until
 * it is closed. It takes CAP_NET_ADMIN.
 *
 * Return: 0, or -1.
 */
int espah_socket_bypass(int fd, struct espah_err *err)
{
	socklen_t len = sizeof(int);
	const char *need = "";
	int domain;

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len))
		return espah_err_kernel(err, errno, "the descriptor %d is no socket: %s", fd,
					strerror(errno));
	if (domain != AF_INET && domain != AF_INET6)
		return espah_err_usage(err, "the socket is neither IPv4 nor IPv6");
	load_xfrm_user();
	if (!allow(fd, domain, XFRM_POLICY_IN) && !allow(fd, domain, XFRM_POLICY_OUT))
		return 0;
	if (errno == EPERM)
		need = "; CAP_NET_ADMIN is needed in the user namespace of the network namespace";
	else if (errno == EINVAL)
		need = "; the module xfrm_user is needed";
	return espah_err_kernel(err, errno,
				"the socket cannot be taken out of the policies: %s%s",
				strerror(errno), need);
}
