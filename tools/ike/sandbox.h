/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the process may do: less and less on its way to the network's first octet.
 */
#ifndef _IKE_SANDBOX_H
#define _IKE_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

#include "../lib/err.h"

/* The user that is taken, where there is one of this name, unless another is named. */
#define IKE_SANDBOX_USER	"espahd"

struct ike_sandbox_user {
	uid_t uid;
	gid_t gid;
	char name[64];
};

/*
 * The first step, before any key is in memory: no core file, no debugger of the
 * same user, no program that gives new privileges.
 */
int ike_sandbox_begin(struct espah_err *err);
/*
 * Everything that is in memory now, or will be, stays out of swap. Needs
 * CAP_IPC_LOCK now, or an unlimited RLIMIT_MEMLOCK.
 */
int ike_sandbox_lock_memory(struct espah_err *err);
/*
 * @name NULL: IKE_SANDBOX_USER, and where there is no such user, the one that
 * the process has. Reads the system's databases, so it comes before the last step.
 */
int ike_sandbox_user_find(struct ike_sandbox_user *user, const char *name,
			  struct espah_err *err);
/*
 * The last step, when sockets are bound: another user, CAP_NET_ADMIN and
 * nothing else, the system calls of seccomp.c and no others. Files are opened
 * for reading only from then on, with the rights of @user and of its groups:
 * what a later "load" is to read must be readable for these. It must be so at
 * the start already, since the first configuration is read in here as well.
 */
int ike_sandbox_enter(const struct ike_sandbox_user *user, struct espah_err *err);

/* Of seccomp.c: any other system call than those of the list ends the process. */
int ike_seccomp_enter(struct espah_err *err);

#endif /* _IKE_SANDBOX_H */
