// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nl.h"

/**
 * espah_netns_enter() - move this process to another network namespace
 * @name: as ip-netns(8) has it, or a path if there is a slash in it
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int espah_netns_enter(const char *name, struct espah_err *err)
{
	char path[4096];
	int fd, ret;

	snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : "/run/netns/", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return espah_err_usage(err, "cannot open the network namespace '%s': %s", name,
				       strerror(errno));
	ret = setns(fd, CLONE_NEWNET);
	if (ret)
		espah_err_usage(err, "cannot enter the network namespace '%s': %s", name,
				strerror(errno));
	close(fd);
	return ret;
}
