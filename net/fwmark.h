/* SPDX-License-Identifier: GPL-2.0-only */
/* A packet's mark, and what is asked of it or made of it: as xfrm has it. */
#ifndef _ESPAH_FWMARK_H
#define _ESPAH_FWMARK_H

#include <linux/types.h>

/**
 * struct espah_fwmark - some bits of a mark
 * @value: what they are; no other bit is set
 * @mask: which they are; 0 where marks do not matter
 */
struct espah_fwmark {
	u32	value;
	u32	mask;
};

static inline bool espah_fwmark_match(const struct espah_fwmark *wanted,
				      u32 mark)
{
	return (mark & wanted->mask) == wanted->value;
}

/* Those bits are set, and the others stay. */
static inline u32 espah_fwmark_apply(const struct espah_fwmark *set, u32 mark)
{
	return set->value | (mark & ~set->mask);
}

static inline bool espah_fwmark_equal(const struct espah_fwmark *a,
				      const struct espah_fwmark *b)
{
	return a->value == b->value && a->mask == b->mask;
}

#endif /* _ESPAH_FWMARK_H */
