/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_BUNDLE_H
#define _ESPAH_BUNDLE_H

#include <linux/refcount.h>
#include <linux/types.h>

#include "sa.h"
#include "spd.h"

/**
 * struct espah_layer - one SA of a bundle
 * @sa: SA, held; NULL behind the last one
 * @at: so many layers come before it
 */
struct espah_layer {
	struct espah_sa	*sa;
	u8		at;
};

/**
 * struct espah_bundle - the SAs that one packet goes under, one after the other
 * @refs: packets on their way that are to go under one more of them, and who makes it
 * @by_spi: its policy names the SPI of one of them, at least
 * @layers: innermost first
 *
 * Constant but for @refs. Who has one SA has no bundle, and pays nothing for it.
 */
struct espah_bundle {
	refcount_t		refs;
	bool			by_spi;
	struct espah_layer	layers[ESPAH_TMPLS_MAX + 1];
};

struct espah_bundle *espah_bundle_create(const struct espah_policy *policy,
					 struct espah_sa *const *sas,
					 unsigned int count);
struct espah_sa *espah_layer_sa(struct espah_layer *layer);
void espah_bundle_put(struct espah_bundle *bundle);
u32 espah_bundle_mark(const struct espah_bundle *bundle, u32 mark);
struct espah_sa *espah_bundle_routed(const struct espah_bundle *bundle);

/* The bundle that a layer is of. */
static inline struct espah_bundle *espah_layer_bundle(struct espah_layer *layer)
{
	return container_of(layer - layer->at, struct espah_bundle, layers[0]);
}

/* The layer that goes over this one, or NULL. */
static inline struct espah_layer *espah_layer_next(struct espah_layer *layer)
{
	return layer[1].sa ? layer + 1 : NULL;
}

#endif /* _ESPAH_BUNDLE_H */
