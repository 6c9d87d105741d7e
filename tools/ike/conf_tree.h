/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands in the files of a configuration, before anybody asks what it means.
 */
#ifndef _IKE_CONF_TREE_H
#define _IKE_CONF_TREE_H

#include "conf.h"
#include "vault.h"

/* What is more than that is refused: files within files, sections within sections. */
#define IKE_TREE_DEPTH		16
#define IKE_TREE_TEXT_MAX	(4 * 1024 * 1024)
#define IKE_TREE_NODES_MAX	200000

struct ike_tree_key {
	struct ike_tree_key *next;
	struct ike_place place;
	const char *name;
	/* NULL: "name =", which is as if it were not there, and hides what would be inherited. */
	const char *value;
};

/* Another section that one inherits from: "connections.moon". */
struct ike_tree_ref {
	struct ike_tree_ref *next;
	struct ike_place place;
	const char *name;
};

enum ike_tree_state {
	IKE_TREE_READ,
	IKE_TREE_RESOLVING,
	IKE_TREE_RESOLVED,
};

struct ike_tree_section {
	struct ike_tree_section *next;
	struct ike_tree_section *parent;
	struct ike_place place;
	const char *name;
	struct ike_tree_key *keys;
	struct ike_tree_section *sections;
	struct ike_tree_ref *refs;
	enum ike_tree_state state;
	/* Something inherits from it or from what is in it. */
	bool referred;
};

/*
 * Names and values point into the texts of the files, which are in @vault.
 * Places point to @files, which outlive the tree.
 */
struct ike_tree {
	struct ike_tree_section root;
	struct ike_vault *vault;
	struct ike_conf_files *files;
	size_t text_len;
	unsigned int nodes;
};

struct ike_conf_files *ike_files_new(void);
struct ike_conf_files *ike_files_get(struct ike_conf_files *files);
void ike_files_put(struct ike_conf_files *files);
/* Return: the name as it is kept, or NULL without memory. */
const char *ike_files_add(struct ike_conf_files *files, const char *name, unsigned int mode);
/* The mode of the file of that name, one that ike_files_add() returned. */
unsigned int ike_files_mode(const struct ike_conf_files *files, const char *name);

/* A file with all that it includes; nothing is inherited yet. */
int ike_tree_read(struct ike_tree *tree, const char *path, struct espah_err *err);
/* Let each section have what it inherits. */
int ike_tree_resolve(struct ike_tree *tree, struct espah_err *err);
void ike_tree_free(struct ike_tree *tree);

struct ike_tree_key *ike_tree_key_find(const struct ike_tree_section *section, const char *name);
struct ike_tree_section *ike_tree_section_find(const struct ike_tree_section *parent,
					       const char *name);
/* New ones, without a place or contents. NULL with the reason in @err. */
struct ike_tree_key *ike_tree_key_add(struct ike_tree *tree, struct ike_tree_section *section,
				      const char *name, struct espah_err *err);
struct ike_tree_section *ike_tree_section_add(struct ike_tree *tree,
					      struct ike_tree_section *parent, const char *name,
					      struct espah_err *err);
int ike_tree_ref_add(struct ike_tree *tree, struct ike_tree_section *section,
		     const struct ike_tree_ref *ref, struct espah_err *err);

#endif /* _IKE_CONF_TREE_H */
