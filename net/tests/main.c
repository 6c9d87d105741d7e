// SPDX-License-Identifier: GPL-2.0-only
/* The suites as a module: they run, and report KTAP to the kernel's log, while
 * it is inserted.
 *
 * kunit_test_suites() would run them before the module's parameters are read,
 * and so all of them every time, and only where the kernel was told to.
 */

#include <linux/glob.h>
#include <linux/module.h>

#include "../lifetime.h"
#include "../sa.h"
#include "../spare.h"
#include "suites.h"

static char *suite = "*";
module_param(suite, charp, 0444);
MODULE_PARM_DESC(suite, "which suites to run: a name, or a pattern as in a shell");

static struct kunit_suite *const suites[] = {
	&addr_suite,
	&selector_suite,
	&flow_suite,
	&quoted_suite,
	&fwmark_suite,
	&ext6_suite,
	&replay_suite,
	&limits_suite,
	&algs_suite,
	&crypto_suite,
	&chapoly_suite,
	&esp_suite,
	&ah_suite,
	&cover_suite,
	&header_suite,
	&encap_suite,
	&encap6_suite,
	&beet_suite,
	&pmtu_suite,
	&fragment_suite,
	&segment_suite,
	&repair_suite,
	&tfc_suite,
	&mark_suite,
	&stats_suite,
	&drops_suite,
	&sa_suite,
	&lifetime_suite,
	&progress_suite,
	&term_suite,
	&sent_suite,
	&keepalive_suite,
	&dummy_suite,
	&sad_suite,
	&heir_suite,
	&move_suite,
	&trie_suite,
	&order_suite,
	&spd_suite,
	&queue_suite,
	&acquire_suite,
	&stranger_suite,
	&policy_suite,
	&path_suite,
	&bundle_suite,
	&netlink_attr_suite,
};

static bool wanted(int i)
{
	return glob_match(suite, suites[i]->name);
}

static int __init espah_kunit_init(void)
{
	int count = 0;
	int err;
	int i;

	for (i = 0; i < ARRAY_SIZE(suites); i++)
		count += wanted(i);
	if (!count) {
		pr_err("espah_kunit: no suite is named '%s'\n", suite);
		return -ENOENT;
	}

	err = espah_sa_init();
	if (err)
		return err;
	err = espah_lifetime_init();
	if (err) {
		espah_sa_exit();
		return err;
	}
	pr_info("KTAP version 1\n");
	pr_info("1..%d\n", count);
	for (i = 0; i < ARRAY_SIZE(suites); i++)
		if (wanted(i))
			kunit_run_tests(suites[i]);
	return 0;
}

static void __exit espah_kunit_exit(void)
{
	espah_lifetime_exit();
	espah_sa_exit();
	rcu_barrier();
	espah_spare_exit();
}

module_init(espah_kunit_init);
module_exit(espah_kunit_exit);

MODULE_DESCRIPTION("KUnit suites of espah");
MODULE_LICENSE("GPL");
