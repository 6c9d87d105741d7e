// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "name : other, connections.third { }": what a section does not say itself it has from those
 * that it names, the first one first.
 */
#include <string.h>

#include "conf_tree.h"

/*
 * Dots separate sections; one may be part of a name too, so that each section
 * whose name the rest begins with is tried.
 */
static struct ike_tree_section *find(struct ike_tree_section *from, const char *name)
{
	struct ike_tree_section *section, *found;

	for (section = from->sections; section; section = section->next) {
		size_t len = strlen(section->name);

		if (strncmp(section->name, name, len))
			continue;
		if (!name[len])
			found = section;
		else
			found = name[len] == '.' ? find(section, name + len + 1) : NULL;
		if (found) {
			section->referred = true;
			return found;
		}
	}
	return NULL;
}

static bool is_within(const struct ike_tree_section *inner, const struct ike_tree_section *outer)
{
	while (inner && inner != outer)
		inner = inner->parent;
	return inner;
}

/* Whatever @to does not have. */
static int inherit(struct ike_tree *tree, struct ike_tree_section *to,
		   const struct ike_tree_section *from, struct espah_err *err)
{
	const struct ike_tree_section *section;
	const struct ike_tree_key *key;

	for (key = from->keys; key; key = key->next) {
		struct ike_tree_key *mine = ike_tree_key_find(to, key->name);

		if (mine)
			continue;
		mine = ike_tree_key_add(tree, to, key->name, err);
		if (!mine)
			return -1;
		mine->place = key->place;
		mine->value = key->value;
	}
	for (section = from->sections; section; section = section->next) {
		struct ike_tree_section *mine = ike_tree_section_find(to, section->name);

		if (!mine) {
			mine = ike_tree_section_add(tree, to, section->name, err);
			if (!mine)
				return -1;
			mine->place = section->place;
		}
		if (inherit(tree, mine, section, err))
			return -1;
	}
	return 0;
}

static int resolve(struct ike_tree *tree, struct ike_tree_section *section, struct espah_err *err);

static int take(struct ike_tree *tree, struct ike_tree_section *section,
		const struct ike_tree_ref *ref, struct espah_err *err)
{
	struct ike_tree_section *from = find(&tree->root, ref->name);

	if (!from)
		return espah_err_usage(err, "%s:%u: there is no section '%.64s' to inherit from",
				       ref->place.file, ref->place.line, ref->name);
	if (from->state == IKE_TREE_RESOLVING || is_within(section, from) ||
	    is_within(from, section))
		return espah_err_usage(err, "%s:%u: '%.64s' inherits from itself",
				       ref->place.file, ref->place.line, ref->name);
	if (resolve(tree, from, err))
		return -1;
	if (!inherit(tree, section, from, err))
		return 0;
	espah_err_prefix(err, "%s:%u: ", ref->place.file, ref->place.line);
	return -1;
}

static int resolve(struct ike_tree *tree, struct ike_tree_section *section, struct espah_err *err)
{
	const struct ike_tree_ref *ref;
	struct ike_tree_section *child;

	if (section->state == IKE_TREE_RESOLVED)
		return 0;
	section->state = IKE_TREE_RESOLVING;
	for (child = section->sections; child; child = child->next) {
		if (resolve(tree, child, err))
			return -1;
	}
	for (ref = section->refs; ref; ref = ref->next) {
		if (take(tree, section, ref, err))
			return -1;
	}
	section->state = IKE_TREE_RESOLVED;
	return 0;
}

int ike_tree_resolve(struct ike_tree *tree, struct espah_err *err)
{
	return resolve(tree, &tree->root, err);
}
