// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files beside a configuration: certificates, authorities and private keys.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf_read.h"
#include "log.h"

/* Where private keys are; the sections with their passphrases are called so too. */
static const char * const key_dirs[] = { "private", "rsa", "ecdsa", "pkcs8" };

/* Return: the name, in @dir beside the file if it is relative; to be freed. */
static char *path_of(const struct ike_reading *reading, const char *dir, const char *name)
{
	char *path = NULL;

	if (*name == '/')
		return strdup(name);
	if (asprintf(&path, "%s%s/%s", reading->dir, dir, name) < 0)
		return NULL;
	return path;
}

/* What is no file might never end, or never begin. */
static int check_file(const char *path, struct espah_err *err)
{
	struct stat info;

	if (stat(path, &info))
		return espah_err_usage(err, "cannot open '%s': %s", path, strerror(errno));
	if (!S_ISREG(info.st_mode))
		return espah_err_usage(err, "'%s' is not a regular file", path);
	return 0;
}

static int add_cert(struct ike_cert_list *list, const char *path, struct espah_err *err)
{
	struct ike_cert *cert;

	if (list->count == IKE_CERTS_MAX)
		return espah_err_usage(err, "'%s' is too much; there may be %d certificates",
				       path, IKE_CERTS_MAX);
	if (check_file(path, err))
		return -1;
	cert = ike_cert_load(path, err);
	if (!cert)
		return -1;
	list->cert[list->count++] = cert;
	return 0;
}

int ike_load_cert(struct ike_reading *reading, const char *dir, const char *name,
		  struct ike_cert_list *list)
{
	char *path = path_of(reading, dir, name);
	int ret = path ? add_cert(list, path, reading->err) : ike_conf_no_memory(reading);

	free(path);
	return ret;
}

/* For each file in a folder beside the configuration; without the folder for none. */
static int each_file(struct ike_reading *reading, const char *dir,
		     int (*take)(struct ike_reading *reading, const char *path))
{
	struct dirent **entries;
	char *path = NULL;
	int count, i, ret = 0;

	if (asprintf(&path, "%s%s", reading->dir, dir) < 0)
		return ike_conf_no_memory(reading);
	count = scandir(path, &entries, NULL, alphasort);
	if (count < 0 && errno != ENOENT && errno != ENOTDIR)
		ret = espah_err_usage(reading->err, "cannot look into '%s': %s", path,
				      strerror(errno));
	free(path);
	for (i = 0; i < count; i++) {
		path = path_of(reading, dir, entries[i]->d_name);
		if (!ret && !path)
			ret = ike_conf_no_memory(reading);
		if (!ret && *entries[i]->d_name != '.')
			ret = take(reading, path);
		free(path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return ret;
}

static int take_authority(struct ike_reading *reading, const char *path)
{
	return add_cert(&reading->conf->anchors, path, reading->err);
}

int ike_load_authorities(struct ike_reading *reading)
{
	return each_file(reading, "x509ca", take_authority);
}

static int add_key(struct ike_reading *reading, const char *path, const char *secret)
{
	struct ike_conf_key *key;

	if (check_file(path, reading->err))
		return -1;
	key = calloc(1, sizeof(*key));
	if (!key)
		return ike_conf_no_memory(reading);
	key->next = reading->conf->keys;
	reading->conf->keys = key;
	key->place.file = ike_files_add(reading->conf->files, path, 0);
	if (!key->place.file)
		return ike_conf_no_memory(reading);
	key->key = ike_key_load(path, secret, reading->err);
	return key->key ? 0 : -1;
}

/* Those with a passphrase have been loaded already. */
static int take_key(struct ike_reading *reading, const char *path)
{
	const struct ike_conf_key *key;

	for (key = reading->conf->keys; key; key = key->next) {
		if (!strcmp(key->place.file, path))
			return 0;
	}
	return add_key(reading, path, NULL);
}

/* secrets { private* { file, secret } } */
struct passphrase {
	const char *file;
	const char *secret;
};

static int take_text(struct ike_reading *reading, const struct ike_conf_word *word,
		     const struct ike_tree_key *key, void *to)
{
	(void)reading;
	(void)word;
	*(const char **)to = key->value;
	return 0;
}

static int take_secret(struct ike_reading *reading, const struct ike_conf_word *word,
		       const struct ike_tree_key *key, void *to)
{
	return ike_check_private(reading, key) || take_text(reading, word, key, to) ? -1 : 0;
}

#define FIELD(field) .at = offsetof(struct passphrase, field)

static const struct ike_conf_word keys[] = {
	{ .name = "file", .take = take_text, FIELD(file) },
	{ .name = "secret", .take = take_secret, FIELD(secret) },
	{ }
};

static const char * const no_sections[] = { NULL };

static const struct ike_conf_words words = {
	.keys = keys,
	.sections = no_sections,
};

static int read_passphrase(struct ike_reading *reading, const struct ike_tree_section *section,
			   const char *dir)
{
	struct passphrase passphrase = {};
	char *path;
	int ret;

	if (ike_words_read(reading, section, &words, &passphrase))
		return -1;
	if (!passphrase.file)
		return ike_conf_fail(reading, section, NULL,
				     "there is no file; expected file = NAME of a key in %s/", dir);
	path = path_of(reading, dir, passphrase.file);
	if (!path)
		return ike_conf_no_memory(reading);
	ret = add_key(reading, path, passphrase.secret);
	free(path);
	return ret ? ike_conf_at(reading, section, "file") : 0;
}

static int load_dir(struct ike_reading *reading, const struct ike_tree_section *secrets,
		    const char *dir)
{
	const struct ike_tree_section *section = secrets ? secrets->sections : NULL;

	for (; section; section = section->next) {
		if (!strncmp(section->name, dir, strlen(dir)) &&
		    read_passphrase(reading, section, dir))
			return -1;
	}
	return each_file(reading, dir, take_key);
}

int ike_load_keys(struct ike_reading *reading, const struct ike_tree_section *secrets)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(key_dirs); i++) {
		if (load_dir(reading, secrets, key_dirs[i]))
			return -1;
	}
	return 0;
}

static bool is_used(const struct ike_conf *conf, const struct ike_key *key)
{
	const struct ike_conf_conn *conn;
	unsigned int i;

	for (conn = conf->conns; conn; conn = conn->next) {
		for (i = 0; i < conn->local.certs.count; i++) {
			if (ike_key_fits(key, conn->local.certs.cert[i]))
				return true;
		}
	}
	return false;
}

void ike_keys_unused(const struct ike_conf *conf)
{
	const struct ike_conf_key *key;

	for (key = conf->keys; key; key = key->next) {
		if (!is_used(conf, key->key))
			ike_log(IKE_LOG_WARNING,
				"the private key %s fits no certificate of a connection's local { }",
				key->place.file);
	}
}
