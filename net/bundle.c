// SPDX-License-Identifier: GPL-2.0-only
/* The SAs that an outbound packet goes under where its policy has several templates: an SA
 * bundle (RFC 2401 section 4.3), innermost first.
 */

#include <linux/slab.h>

#include "bundle.h"

/**
 * espah_bundle_create() - hold the SAs of a packet until it is through
 * @sas: SAs, innermost first; the caller holds RCU, under which it found them
 * @count: how many, no more than %ESPAH_TMPLS_MAX
 *
 * Return: the bundle, or an ERR_PTR(): -ENOMEM, or -ENOENT where an SA is on its way out.
 * Ends with espah_bundle_put().
 */
struct espah_bundle *espah_bundle_create(struct espah_sa *const *sas,
					 unsigned int count)
{
	struct espah_bundle *bundle = kzalloc(sizeof(*bundle), GFP_ATOMIC);
	unsigned int i;

	if (!bundle)
		return ERR_PTR(-ENOMEM);
	refcount_set(&bundle->refs, 1);
	for (i = 0; i < count; i++) {
		if (!espah_sa_hold(sas[i])) {
			espah_bundle_put(bundle);
			return ERR_PTR(-ENOENT);
		}
		bundle->layers[i].sa = sas[i];
		bundle->layers[i].at = i;
	}
	return bundle;
}

/**
 * espah_bundle_put() - somebody needs the bundle no more
 * @bundle: bundle
 */
void espah_bundle_put(struct espah_bundle *bundle)
{
	const struct espah_layer *layer;

	if (!refcount_dec_and_test(&bundle->refs))
		return;
	for (layer = bundle->layers; layer->sa; layer++)
		espah_sa_put(layer->sa);
	kfree(bundle);
}

/**
 * espah_bundle_mark() - what a packet is marked with when it is protected
 * @bundle: bundle that it goes under
 * @mark: of the packet in clear
 *
 * Return: the mark.
 */
u32 espah_bundle_mark(const struct espah_bundle *bundle, u32 mark)
{
	const struct espah_layer *layer;

	for (layer = bundle->layers; layer->sa; layer++)
		mark = espah_fwmark_apply(&layer->sa->output_mark, mark);
	return mark;
}

/**
 * espah_bundle_routed() - whose way the protected packet goes
 * @bundle: bundle that it goes under
 *
 * Return: the SA of the outermost tunnel; where all is transport mode, and the packet
 * keeps its own way, that of the innermost.
 */
struct espah_sa *espah_bundle_routed(const struct espah_bundle *bundle)
{
	const struct espah_layer *layer;
	struct espah_sa *routed = bundle->layers[0].sa;

	for (layer = bundle->layers; layer->sa; layer++)
		if (layer->sa->mode != ESPAH_MODE_TRANSPORT)
			routed = layer->sa;
	return routed;
}
