/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that is there or not, as a test wants: malloc(), calloc(), realloc(), reallocarray(),
 * strdup() and strndup() of the tools and of the tests come here. Libraries have their own.
 */
#ifndef _UNIT_MEMORY_H
#define _UNIT_MEMORY_H

#include <stdbool.h>

/* The next but @before so many fails, and none after it. */
void memory_fails_after(unsigned int before);
/* So many of a thousand fail, by chance. */
void memory_fails_often(unsigned int seed, unsigned int per_mille);
/* None fails any more; true if one did. */
bool memory_has_failed(void);
/* What tests allocate for themselves in between is there, and does not count. */
void memory_hold(void);
void memory_go_on(void);

#endif /* _UNIT_MEMORY_H */
