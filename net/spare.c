// SPDX-License-Identifier: GPL-2.0-only
/* Memory of the requests that are made of the crypto API, which stays with the CPU. */

#include "spare.h"

DEFINE_PER_CPU(void *, espah_spare);

/**
 * espah_spare_exit() - no request is made any more
 */
void espah_spare_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kfree_sensitive(per_cpu(espah_spare, cpu));
}
