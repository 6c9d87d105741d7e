// SPDX-License-Identifier: GPL-2.0-only
/* What becomes of packets that no policy speaks of. RFC 4301 section 4.4.1 wants them
 * discarded; as with xfrm they pass, until somebody says otherwise.
 */

#include <linux/module.h>

#include "default.h"
#include "flowtable.h"
#include "hooks.h"
#include "netns.h"

static bool blocks_any(const struct espah_defaults *defaults)
{
	int dir;

	for (dir = 0; dir < ESPAH_DIRS; dir++)
		if (defaults->block[dir])
			return true;
	return false;
}

/**
 * espah_default_any() - does some direction block what no policy speaks of?
 * @en: namespace; the caller holds its lock
 *
 * Return: false if such packets pass in all directions.
 */
bool espah_default_any(const struct espah_net *en)
{
	lockdep_assert_held(&en->lock);

	return blocks_any(&en->defaults);
}

/* To block takes the hooks, and the module stays meanwhile. */
static int begin(struct espah_net *en)
{
	int err;

	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	err = espah_hooks_get(en);
	if (err)
		module_put(THIS_MODULE);
	return err;
}

/**
 * espah_default_set() - say what becomes of packets that no policy speaks of
 * @en: namespace; the caller holds its lock
 * @defaults: for all directions
 *
 * Return: 0 or a negative errno; nothing has changed then.
 */
int espah_default_set(struct espah_net *en,
		      const struct espah_defaults *defaults)
{
	bool before = espah_default_any(en);
	bool after = blocks_any(defaults);
	int err = after && !before ? begin(en) : 0;
	int dir;

	lockdep_assert_held(&en->lock);

	if (err)
		return err;
	for (dir = 0; dir < ESPAH_DIRS; dir++)
		WRITE_ONCE(en->defaults.block[dir], defaults->block[dir]);
	if (after)
		espah_flowtable_empty();
	if (before && !after) {
		espah_hooks_put(en);
		module_put(THIS_MODULE);
	}
	return 0;
}
