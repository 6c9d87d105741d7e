/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _IKE_RANDOM_H
#define _IKE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Octets that nobody can predict; the process ends where the kernel gives none. */
void ike_random(void *p, size_t len);
/* Uniform, from 0 to @below - 1. */
uint64_t ike_random_below(uint64_t below);

#endif /* _IKE_RANDOM_H */
