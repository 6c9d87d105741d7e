/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_SPARE_H
#define _ESPAH_SPARE_H

#include <linux/percpu.h>
#include <linux/slab.h>

/* What most requests fit into. */
#define ESPAH_SPARE_SIZE	1024

/* Of each CPU, the memory of the last request that ended there, for the next one; or NULL.
 * Nothing smaller than ESPAH_SPARE_SIZE is kept. Taken and put back by one instruction: whoever
 * interrupts finds none, and gets memory of his own.
 */
DECLARE_PER_CPU(void *, espah_spare);

/**
 * espah_spare_take() - memory for a request
 * @size: its octets
 *
 * Return: so many octets or more, with anything in them, which end with
 * espah_spare_give(); or NULL without memory.
 */
static __always_inline void *espah_spare_take(size_t size)
{
	void *memory = NULL;

	if (likely(size <= ESPAH_SPARE_SIZE)) {
		memory = this_cpu_xchg(espah_spare, NULL);
		size = ESPAH_SPARE_SIZE;
	}
	return likely(memory) ? memory : kmalloc(size, GFP_ATOMIC);
}

/**
 * espah_spare_give() - a request has ended, perhaps on another CPU
 * @memory: from espah_spare_take()
 */
static __always_inline void espah_spare_give(void *memory)
{
	if (unlikely(this_cpu_cmpxchg(espah_spare, NULL, memory)))
		kfree(memory);
}

void espah_spare_exit(void);

#endif /* _ESPAH_SPARE_H */
