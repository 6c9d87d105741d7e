/* SPDX-License-Identifier: GPL-2.0-only */
/* An instruction that does nothing, with a number that nobody else has: counts.c counts what
 * runs between the two.
 */
#ifndef BENCH_MARKS_H
#define BENCH_MARKS_H

#define MARK_BEGIN	0x51fae511
#define MARK_END	0x51fae522

static inline void mark_begin(void)
{
	__asm__ volatile("nopl %c0(%%rax,%%rax,1)" :: "i"(MARK_BEGIN) : "memory");
}

static inline void mark_end(void)
{
	__asm__ volatile("nopl %c0(%%rax,%%rax,1)" :: "i"(MARK_END) : "memory");
}

#endif
