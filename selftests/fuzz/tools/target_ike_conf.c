// SPDX-License-Identifier: GPL-2.0-only
/* A configuration file, without others that it includes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../tools/ike/conf.h"
#include "../../../tools/ike/log.h"
#include "fuzz.h"

/* Nothing is to be read but the file itself. */
static void make_harmless(char *text)
{
	static const char * const words[] = { "include", "certs", "file" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		char *at = text;

		while ((at = strstr(at, words[i])))
			*at = 'x';
	}
}

static int file_of(const char *text)
{
	size_t len = strlen(text);
	int fd = memfd_create("conf", MFD_CLOEXEC);

	must(fd >= 0 && !fchmod(fd, 0600) && write(fd, text, len) == (ssize_t)len, "a file");
	return fd;
}

/* Values that fit together, whatever the file says. */
static void check(const struct ike_conf *conf)
{
	const struct ike_conf_conn *conn;
	const struct ike_conf_child *child;

	for (conn = conf->conns; conn; conn = conn->next) {
		must(conn->proposals.count > 0, "a proposal of '%s'", conn->name);
		must(!conn->rekey_time || conn->rand_time < conn->rekey_time,
		     "'%s' to live before it is rekeyed", conn->name);
		for (child = conn->children; child; child = child->next) {
			must(child->local_ts.count && child->remote_ts.count,
			     "selectors of '%s'", child->name);
			must(!child->rekey_time || !child->life_time ||
			     child->life_time > child->rekey_time,
			     "'%s' to be rekeyed before it ends", child->name);
		}
	}
}

void fuzz_ike_conf(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), path[64];
	struct espah_err err;
	struct ike_conf *conf;
	int fd;

	memset(&err, 0xa5, sizeof(err));
	ike_log_open(IKE_LOG_ERROR, 0);
	make_harmless(text);
	fd = file_of(text);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	conf = ike_conf_load(path, &err);
	if (conf)
		check(conf);
	else
		must_be_sentence(&err);
	ike_conf_free(conf);
	close(fd);
	free(text);
}
