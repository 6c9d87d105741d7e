// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "sandbox.h"

static int sys_error(struct espah_err *err, const char *what)
{
	int num = errno;

	return espah_err_kernel(err, num, "%s: cannot %s: %s", strerrorname_np(num), what,
				strerror(num));
}

int ike_sandbox_begin(struct espah_err *err)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none))
		return sys_error(err, "forbid core files");
	if (prctl(PR_SET_DUMPABLE, 0))
		return sys_error(err, "forbid debuggers");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return sys_error(err, "forbid new privileges");
	return 0;
}

/*
 * The limit holds for memory of later as well, when the capability is gone:
 * to reach it would look like having no memory.
 */
int ike_sandbox_lock_memory(struct espah_err *err)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	if (setrlimit(RLIMIT_MEMLOCK, &limit) &&
	    (getrlimit(RLIMIT_MEMLOCK, &limit) || limit.rlim_cur != RLIM_INFINITY))
		return espah_err_kernel(err, EPERM,
					"EPERM: cannot keep keys out of swap: locked memory is limited to %llu octets; set the limit to 'unlimited' (ulimit -l)",
					(unsigned long long)limit.rlim_cur);
	/* Not what is mapped and never touched. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))
		return sys_error(err, "keep keys out of swap");
	return 0;
}

int ike_sandbox_user_find(struct ike_sandbox_user *user, const char *name,
			  struct espah_err *err)
{
	const struct passwd *entry;

	memset(user, 0, sizeof(*user));
	errno = 0;
	entry = getpwnam(name ? name : IKE_SANDBOX_USER);
	if (!entry && name)
		return espah_err_usage(err, "there is no user '%s'; expected the name of one",
				       name);
	if (!entry) {
		user->uid = geteuid();
		user->gid = getegid();
		return 0;
	}
	user->uid = entry->pw_uid;
	user->gid = entry->pw_gid;
	snprintf(user->name, sizeof(user->name), "%s", entry->pw_name);
	return 0;
}

/* With all of the user's groups: one of them may be who can read private keys. */
static int user_take(const struct ike_sandbox_user *user, struct espah_err *err)
{
	if (user->uid == geteuid())
		return 0;
	if (prctl(PR_SET_KEEPCAPS, 1) || initgroups(user->name, user->gid) ||
	    setresgid(user->gid, user->gid, user->gid) ||
	    setresuid(user->uid, user->uid, user->uid))
		return espah_err_kernel(err, errno, "%s: cannot become the user '%s': %s",
					strerrorname_np(errno), user->name, strerror(errno));
	/* Which the change of user may have allowed again. */
	if (prctl(PR_SET_DUMPABLE, 0))
		return sys_error(err, "forbid debuggers");
	return 0;
}

/*
 * Without CAP_SETPCAP it stays as it is, which is as good: it counts when a
 * program is executed, and none can be.
 */
static int bounds_empty(struct espah_err *err)
{
	unsigned long cap;

	for (cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++) {
		if (prctl(PR_CAPBSET_DROP, cap) && errno != EPERM)
			return sys_error(err, "empty the capability bounding set");
	}
	return 0;
}

static int caps_drop(struct espah_err *err)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};

	data[CAP_TO_INDEX(CAP_NET_ADMIN)].permitted = CAP_TO_MASK(CAP_NET_ADMIN);
	data[CAP_TO_INDEX(CAP_NET_ADMIN)].effective = CAP_TO_MASK(CAP_NET_ADMIN);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
		return sys_error(err, "clear the ambient capabilities");
	if (syscall(SYS_capset, &header, data))
		return sys_error(err, "keep CAP_NET_ADMIN and no other capability");
	return 0;
}

int ike_sandbox_enter(const struct ike_sandbox_user *user, struct espah_err *err)
{
	if (bounds_empty(err) || user_take(user, err) || caps_drop(err))
		return -1;
	return ike_seccomp_enter(err);
}
