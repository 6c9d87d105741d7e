// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A configuration: read, and given back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf_read.h"

static const struct ike_conf_word no_keys[] = {
	{ }
};

static const char * const root_sections[] = { "connections", "secrets", NULL };
static const char * const root_lacks[] = { "authorities", "pools", NULL };

static const struct ike_conf_words root_words = {
	.keys = no_keys,
	.sections = root_sections,
	.lacks = root_lacks,
};

static int check_root(struct ike_reading *reading, const struct ike_tree_section *root)
{
	const struct ike_tree_section *children = ike_tree_section_find(root, "children");

	if (children && !children->referred)
		return ike_conf_fail(reading, children, NULL,
				     "children belong to a connection; expected connections { NAME { children { ... } } }");
	return ike_words_read(reading, root, &root_words, NULL);
}

static int read_all(struct ike_reading *reading)
{
	const struct ike_tree_section *root = &reading->tree->root;
	const struct ike_tree_section *secrets = ike_tree_section_find(root, "secrets");
	const struct ike_tree_section *conns = ike_tree_section_find(root, "connections");

	if (check_root(reading, root) ||
	    (secrets && ike_read_secrets(reading, secrets)) ||
	    ike_load_keys(reading, secrets) || ike_load_authorities(reading) ||
	    (conns && ike_read_conns(reading, conns)))
		return -1;
	ike_keys_unused(reading->conf);
	return 0;
}

/* "etc/" of "etc/espahd.conf" */
static char *dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strndup(path, slash ? slash + 1 - path : 0);
}

static int read_tree(struct ike_tree *tree, const char *path, struct ike_conf *conf,
		     struct espah_err *err)
{
	struct ike_reading reading = { .conf = conf, .tree = tree, .err = err };
	int ret;

	conf->files = ike_files_get(tree->files);
	conf->vault = ike_vault_new();
	reading.dir = dir_of(path);
	if (conf->vault && reading.dir)
		ret = read_all(&reading);
	else
		ret = ike_conf_no_memory(&reading);
	free(reading.dir);
	return ret;
}

struct ike_conf *ike_conf_load(const char *path, struct espah_err *err)
{
	struct ike_conf *conf = calloc(1, sizeof(*conf));
	struct ike_tree tree;
	int ret;

	if (!conf) {
		espah_err_kernel(err, ENOMEM, "no memory for the configuration");
		return NULL;
	}
	ret = ike_tree_read(&tree, path, err) || ike_tree_resolve(&tree, err) ||
	      read_tree(&tree, path, conf, err);
	ike_tree_free(&tree);
	if (!ret)
		return conf;
	ike_conf_free(conf);
	return NULL;
}

void ike_cert_list_free(struct ike_cert_list *list)
{
	while (list->count)
		ike_cert_free(list->cert[--list->count]);
}

static void secrets_free(struct ike_conf *conf)
{
	while (conf->secrets) {
		struct ike_conf_secret *secret = conf->secrets;

		conf->secrets = secret->next;
		free(secret->id);
		free(secret);
	}
	ike_vault_free(conf->vault);
}

void ike_conf_free(struct ike_conf *conf)
{
	if (!conf)
		return;
	while (conf->conns) {
		struct ike_conf_conn *conn = conf->conns;

		conf->conns = conn->next;
		conn->next = NULL;
		ike_conf_conn_put(conn);
	}
	while (conf->keys) {
		struct ike_conf_key *key = conf->keys;

		conf->keys = key->next;
		ike_key_free(key->key);
		free(key);
	}
	secrets_free(conf);
	ike_cert_list_free(&conf->anchors);
	ike_files_put(conf->files);
	free(conf);
}
