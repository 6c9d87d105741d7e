/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that a configuration needs beside it.
 */
#ifndef _UNIT_IKE_CONF_H
#define _UNIT_IKE_CONF_H

/* An empty folder that the process is in from now on; it ends where that cannot be. */
void conf_dir_enter(void);
/* Goes back, and removes it with all that is in it. */
void conf_dir_leave(void);
/* A file in there; folders are made. */
void conf_file(const char *path, const char *text, unsigned int mode);
/*
 * A certificate that has signed itself, with CN=@name and the name
 * @name.example.org, at @cert, and its key at @key, which @secret encrypts
 * unless it is NULL. NULL: not that file.
 */
void conf_cert(const char *name, const char *cert, const char *key, const char *secret);

#endif /* _UNIT_IKE_CONF_H */
