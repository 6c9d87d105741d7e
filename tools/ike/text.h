/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that is put together in a buffer of fixed size.
 */
#ifndef _IKE_TEXT_H
#define _IKE_TEXT_H

#include <stddef.h>

/* Add @text behind what is in @buf; what does not fit its @size octets ends in "...". */
void ike_text_add(char *buf, size_t size, const char *text);

#endif /* _IKE_TEXT_H */
