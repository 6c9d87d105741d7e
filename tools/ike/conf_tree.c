// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sections and keys of a configuration, as they are found. Of equal names the later key
 * counts; sections of equal names are one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf_tree.h"

static void *node_new(struct ike_tree *tree, size_t size, struct espah_err *err)
{
	void *node;

	if (tree->nodes == IKE_TREE_NODES_MAX) {
		espah_err_usage(err, "more than %d sections and keys, inherited ones included",
				IKE_TREE_NODES_MAX);
		return NULL;
	}
	node = calloc(1, size);
	if (node)
		tree->nodes++;
	else
		espah_err_kernel(err, ENOMEM, "no memory for the configuration");
	return node;
}

struct ike_tree_key *ike_tree_key_find(const struct ike_tree_section *section, const char *name)
{
	struct ike_tree_key *key;

	for (key = section->keys; key && strcmp(key->name, name); key = key->next)
		;
	return key;
}

struct ike_tree_section *ike_tree_section_find(const struct ike_tree_section *parent,
					       const char *name)
{
	struct ike_tree_section *section;

	for (section = parent->sections; section && strcmp(section->name, name);
	     section = section->next)
		;
	return section;
}

struct ike_tree_key *ike_tree_key_add(struct ike_tree *tree, struct ike_tree_section *section,
				      const char *name, struct espah_err *err)
{
	struct ike_tree_key *key = node_new(tree, sizeof(*key), err), **end = &section->keys;

	if (!key)
		return NULL;
	key->name = name;
	while (*end)
		end = &(*end)->next;
	*end = key;
	return key;
}

struct ike_tree_section *ike_tree_section_add(struct ike_tree *tree,
					      struct ike_tree_section *parent, const char *name,
					      struct espah_err *err)
{
	struct ike_tree_section *section = node_new(tree, sizeof(*section), err);
	struct ike_tree_section **end = &parent->sections;

	if (!section)
		return NULL;
	section->name = name;
	section->parent = parent;
	while (*end)
		end = &(*end)->next;
	*end = section;
	return section;
}

int ike_tree_ref_add(struct ike_tree *tree, struct ike_tree_section *section,
		     const struct ike_tree_ref *from, struct espah_err *err)
{
	struct ike_tree_ref *ref = node_new(tree, sizeof(*ref), err), **end = &section->refs;

	if (!ref)
		return -1;
	ref->name = from->name;
	ref->place = from->place;
	while (*end)
		end = &(*end)->next;
	*end = ref;
	return 0;
}

static void contents_free(struct ike_tree_section *section)
{
	while (section->keys) {
		struct ike_tree_key *key = section->keys;

		section->keys = key->next;
		free(key);
	}
	while (section->refs) {
		struct ike_tree_ref *ref = section->refs;

		section->refs = ref->next;
		free(ref);
	}
	while (section->sections) {
		struct ike_tree_section *child = section->sections;

		section->sections = child->next;
		contents_free(child);
		free(child);
	}
}

void ike_tree_free(struct ike_tree *tree)
{
	contents_free(&tree->root);
	ike_vault_free(tree->vault);
	ike_files_put(tree->files);
	memset(tree, 0, sizeof(*tree));
}
