// SPDX-License-Identifier: GPL-2.0-only
/* For an espahd whose lines are counted: gcov opens its files for writing, at the end. */
#include <seccomp.h>

int seccomp_load(const scmp_filter_ctx filter)
{
	(void)filter;
	return 0;
}
