/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets that speak in clear whatever the policies say.
 */
#ifndef _ESPAH_BYPASS_H
#define _ESPAH_BYPASS_H

#include "err.h"

int espah_socket_bypass(int fd, struct espah_err *err);

#endif /* _ESPAH_BYPASS_H */
