/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The socket that "espah ike" talks to: a JSON object a line, in both
 * directions. Documentation/cli-json.md says which.
 */
#ifndef _IKE_CONTROL_H
#define _IKE_CONTROL_H

#include "daemon.h"

#define IKE_CONTROL_PATH	"/run/espahd.sock"
/* More at once are turned away, a longer request is refused. */
#define IKE_CONTROL_CLIENTS	16
#define IKE_CONTROL_LINE_MAX	4096

enum ike_command {
	IKE_COMMAND_LOAD,
	IKE_COMMAND_UP,
	IKE_COMMAND_DOWN,
	IKE_COMMAND_REKEY,
	IKE_COMMAND_LIST,
	IKE_COMMAND_LOG,
	IKE_COMMAND_STAT,
};

/* One line of a client. */
struct ike_request {
	enum ike_command command;
	/* The file of load, "" for the daemon's own; or the name for up, down and rekey. */
	char word[IKE_CONTROL_LINE_MAX];
	bool follow;
};

/* Pure. A failure has its sentence in @err. */
int ike_request_read(struct ike_request *request, const char *line, size_t len,
		     struct espah_err *err);

struct ike_control;

/*
 * Listen at @path, with mode 0600; root and the user that the process runs as
 * may connect. @conf_path is what "load" without a file reads. Where another
 * process listens there already, that is an error; a socket that nobody
 * listens at is replaced.
 */
struct ike_control *ike_control_open(struct ike_daemon *daemon, const char *path,
				     const char *conf_path, struct espah_err *err);
/* Clients get no further answers. The socket's name is removed where that is allowed. */
void ike_control_close(struct ike_control *control);

/*
 * Read a configuration and let the daemon go on with it; the old one is given
 * back. Also for the start and SIGHUP. On failure all stays as it is.
 */
int ike_control_load(struct ike_daemon *daemon, const char *path, struct espah_err *err);

#endif /* _IKE_CONTROL_H */
