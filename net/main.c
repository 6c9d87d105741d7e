// SPDX-License-Identifier: GPL-2.0-only
/* Module init and exit. */

#include <linux/module.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>

#include "conntrack.h"
#include "dev.h"
#include "flowtable.h"
#include "handlers.h"
#include "lifetime.h"
#include "netlink.h"
#include "netns.h"
#include "proc.h"
#include "sa.h"
#include "spare.h"

static int __init espah_init(void)
{
	int err;

	err = espah_sa_init();
	if (err)
		return err;
	err = espah_lifetime_init();
	if (err)
		goto exit_sa;
	err = espah_netns_init();
	if (err)
		goto exit_lifetime;
	err = espah_flowtable_init();
	if (err)
		goto exit_netns;
	err = espah_handlers_init();
	if (err)
		goto exit_flowtable;
	err = espah_proc_init();
	if (err)
		goto exit_handlers;
	err = espah_dev_init();
	if (err)
		goto exit_proc;
	/* Last: from here on there can be SAs and policies. */
	err = espah_netlink_init();
	if (err)
		goto exit_dev;
	return 0;

exit_dev:
	espah_dev_exit();
exit_proc:
	espah_proc_exit();
exit_handlers:
	espah_handlers_exit();
exit_flowtable:
	espah_flowtable_exit();
exit_netns:
	espah_netns_exit();
exit_lifetime:
	espah_lifetime_exit();
exit_sa:
	espah_sa_exit();
	return err;
}

/* Not called while an SA, a policy or an interface exists: each holds the module. */
static void __exit espah_exit(void)
{
	espah_netlink_exit();
	espah_dev_exit();
	espah_proc_exit();
	espah_handlers_exit();
	espah_flowtable_exit();
	espah_netns_exit();
	espah_conntrack_exit();
	espah_lifetime_exit();
	espah_sa_exit();
	/* The last policies are freed by code of ours. */
	rcu_barrier();
	espah_spare_exit();
}

module_init(espah_init);
module_exit(espah_exit);

MODULE_DESCRIPTION("IPsec: ESP with its own SAD, SPD and packet path");
MODULE_LICENSE("GPL");
MODULE_ALIAS_GENL_FAMILY("espah");
MODULE_ALIAS_RTNL_LINK("espah");
