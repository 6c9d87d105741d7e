// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The names of the files that a configuration was read from.
 */
#include <stdlib.h>
#include <string.h>

#include "conf_tree.h"

struct file {
	char *name;
	unsigned int mode;
};

struct ike_conf_files {
	unsigned int refs;
	unsigned int count;
	struct file *file;
};

/* Return: none yet, with one reference; or NULL without memory. */
struct ike_conf_files *ike_files_new(void)
{
	struct ike_conf_files *files = calloc(1, sizeof(*files));

	if (files)
		files->refs = 1;
	return files;
}

struct ike_conf_files *ike_files_get(struct ike_conf_files *files)
{
	files->refs++;
	return files;
}

void ike_files_put(struct ike_conf_files *files)
{
	unsigned int i;

	if (!files || --files->refs)
		return;
	for (i = 0; i < files->count; i++)
		free(files->file[i].name);
	free(files->file);
	free(files);
}

const char *ike_files_add(struct ike_conf_files *files, const char *name, unsigned int mode)
{
	struct file *grown = reallocarray(files->file, files->count + 1, sizeof(*grown));
	char *kept = strdup(name);

	if (grown)
		files->file = grown;
	if (!grown || !kept) {
		free(kept);
		return NULL;
	}
	files->file[files->count++] = (struct file){ .name = kept, .mode = mode };
	return kept;
}

unsigned int ike_files_mode(const struct ike_conf_files *files, const char *name)
{
	unsigned int i;

	for (i = 0; i < files->count; i++) {
		if (files->file[i].name == name)
			return files->file[i].mode;
	}
	return 0;
}
