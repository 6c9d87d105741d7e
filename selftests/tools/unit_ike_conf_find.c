// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which connection and which secret of a configuration fit a peer; a connection that outlives it.
 */
#include <stdio.h>
#include <string.h>

#include "../../tools/ike/conf.h"
#include "unit.h"
#include "unit_ike_conf.h"

#define PSK	"local { auth = psk\n}\nremote { auth = psk\n}\n"

static const char file[] =
	"connections {\n"
	"any { " PSK "}\n"
	"net { " PSK "remote_addrs = 10.0.0.0/24\n}\n"
	"wide { " PSK "remote_addrs = 10.0.0.0/8\nlocal_addrs = 192.0.2.1\n}\n"
	"range { " PSK "remote_addrs = 10.0.0.1-10.0.0.100\nversion = 2\n}\n"
	"host { " PSK "remote_addrs = fe80::1, 10.0.0.7\nchildren { one { } two { }\n} }\n"
	"mine { " PSK "remote_addrs = 10.0.0.7\nlocal_addrs = 192.0.2.0/24\n}\n"
	"again { " PSK "remote_addrs = 10.0.0.7\n}\n"
	"}\n"
	"secrets {\n"
	"ike-none { secret = none\n}\n"
	"ike-moon { secret = moon\nid = moon\n}\n"
	"ike-sun { secret = sun\nid = sun\n}\n"
	"ike-both { secret = both\nid-1 = moon\nid-2 = sun\n}\n"
	"ike-wild { secret = wild\nid-1 = moon\nid-2 = *.example.org\n}\n"
	"ike-venus { secret = venus\nid-1 = moon\nid-2 = venus.example.org\n}\n"
	"}\n";

static struct espah_addr addr(const char *text)
{
	struct espah_addr addr = {};
	struct espah_err err;

	espah_addr_parse(&addr, text, &err);
	return addr;
}

static struct ike_id id(const char *text)
{
	struct ike_id id = {};
	struct espah_err err;

	ike_id_read(&id, text, &err);
	return id;
}

/* The connections in the order in which they are offered. */
static void check_conns(const struct ike_conf *conf, const char *local, const char *remote,
			uint8_t version, const char *expected)
{
	struct espah_addr mine = addr(local), theirs = addr(remote);
	struct ike_conf_conn *conn = NULL;
	char seen[256] = "", name[128];

	while ((conn = ike_conf_find_conn(conf, &mine, &theirs, version, conn))) {
		size_t len = strlen(seen);

		snprintf(seen + len, sizeof(seen) - len, "%s ", conn->name);
	}
	snprintf(name, sizeof(name), "connections from %s to %s by version %u", remote, local,
		 version);
	check_text(seen, expected, name);
}

static void check_secret(const struct ike_conf *conf, const char *mine, const char *theirs,
			 const char *expected)
{
	const struct ike_id ours = id(mine), peer = id(theirs);
	const struct ike_conf_secret *secret = ike_conf_find_secret(conf, &ours, &peer);
	char seen[64] = "", name[128];

	if (secret)
		snprintf(seen, sizeof(seen), "%.*s", (int)secret->len, (char *)secret->secret);
	snprintf(name, sizeof(name), "the secret of '%s' and '%s'", mine, theirs);
	check_text(seen, expected, name);
}

static void check_names(const struct ike_conf *conf)
{
	struct ike_conf_conn *conn;
	struct ike_conf_child *child = ike_conf_child_by_name(conf, "two", &conn);

	check(child && !strcmp(child->name, "two") && !strcmp(conn->name, "host"),
	      "a child by its name, and its connection");
	check(!ike_conf_child_by_name(conf, "host", &conn) && !conn,
	      "a connection's name is no child's");
	conn = ike_conf_conn_by_name(conf, "net");
	check(conn && !strcmp(conn->name, "net"), "a connection by its name");
	check(!ike_conf_conn_by_name(conf, "two"), "a child's name is no connection's");
}

static void look_up(const struct ike_conf *conf)
{
	check_conns(conf, "192.0.2.1", "10.0.0.7", 2, "mine host again range net wide any ");
	check_conns(conf, "192.0.2.1", "10.0.0.7", 1, "mine host again net wide any ");
	check_conns(conf, "198.51.100.1", "10.0.0.7", 2, "host again range net any ");
	check_conns(conf, "192.0.2.1", "10.0.0.101", 2, "net wide any ");
	check_conns(conf, "192.0.2.1", "10.200.0.1", 2, "wide any ");
	check_conns(conf, "fe80::2", "fe80::1", 2, "host any ");
	check_conns(conf, "192.0.2.1", "203.0.113.1", 2, "any ");
	check_secret(conf, "moon", "sun", "both");
	check_secret(conf, "sun", "moon", "both");
	check_secret(conf, "mars", "sun", "sun");
	check_secret(conf, "moon", "mars", "moon");
	check_secret(conf, "moon", "venus.example.org", "venus");
	check_secret(conf, "moon", "mars.example.org", "wild");
	check_secret(conf, "mars", "jupiter", "none");
	check_names(conf);
}

/* Each of many is offered once: those for the address as they stand, then those for any. */
static void many(void)
{
	static struct ike_conf_conn conns[1000];
	struct ike_conf conf = { .conns = conns };
	struct espah_addr mine = addr("192.0.2.1"), theirs = addr("10.0.0.7");
	struct ike_conf_conn *conn = NULL;
	unsigned int i, right = 0, for_it = 0;

	for (i = 0; i < ARRAY_SIZE(conns); i++) {
		conns[i].next = i + 1 < ARRAY_SIZE(conns) ? &conns[i + 1] : NULL;
		conns[i].remotes = i % 7 == 3;
		conns[i].remote_addr[0] = (struct espah_range){ theirs, theirs };
		for_it += conns[i].remotes;
	}
	for (i = 0; (conn = ike_conf_find_conn(&conf, &mine, &theirs, 2, conn)); i++) {
		unsigned int any = i - for_it;

		right += conn == (i < for_it ? &conns[7 * i + 3] :
						&conns[any + (any + 3) / 6]);
	}
	check(i == ARRAY_SIZE(conns) && right == i, "1,000 connections, each once and in order");
}

void test_ike_conf_find(void)
{
	struct ike_conf_conn *kept;
	struct espah_err err = {};
	struct ike_conf *conf;

	conf_dir_enter();
	conf_file("espahd.conf", file, 0600);
	conf = ike_conf_load("espahd.conf", &err);
	check_text(err.text, "", "the configuration is right");
	if (conf) {
		look_up(conf);
		kept = ike_conf_conn_get(ike_conf_conn_by_name(conf, "host"));
		ike_conf_free(conf);
		check_text(kept->place.file, "espahd.conf", "a connection knows its file");
		check(kept->children && !strcmp(kept->children->name, "one"), "and its children");
		ike_conf_conn_put(kept);
	}
	conf_dir_leave();
	many();
}
