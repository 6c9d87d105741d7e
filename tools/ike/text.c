// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "text.h"

void ike_text_add(char *buf, size_t size, const char *text)
{
	static const char cut[] = "...";
	size_t len = strlen(buf);

	if ((size_t)snprintf(buf + len, size - len, "%s", text) >= size - len &&
	    size >= sizeof(cut))
		memcpy(buf + size - sizeof(cut), cut, sizeof(cut));
}
