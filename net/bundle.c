// SPDX-License-Identifier: GPL-2.0-only
/* The SAs that an outbound packet goes under where its policy has several templates: an SA
 * bundle (RFC 2401 section 4.3), innermost first.
 */

#include <linux/slab.h>

#include "bundle.h"
#include "heir.h"
#include "sad.h"

static bool names_spi(const struct espah_policy *policy)
{
	unsigned int i;

	for (i = 0; i < policy->config.tmpls; i++)
		if (policy->config.tmpl[i].spi)
			return true;
	return false;
}

/**
 * espah_bundle_create() - hold the SAs of a packet until it is through
 * @policy: policy that asks for them
 * @sas: SAs, innermost first; the caller holds RCU, under which it found them
 * @count: how many, no more than %ESPAH_TMPLS_MAX
 *
 * Return: the bundle, or an ERR_PTR(): -ENOMEM, or -ENOENT where an SA is on its way out.
 * Ends with espah_bundle_put().
 */
struct espah_bundle *espah_bundle_create(const struct espah_policy *policy,
					 struct espah_sa *const *sas,
					 unsigned int count)
{
	struct espah_bundle *bundle = kzalloc(sizeof(*bundle), GFP_ATOMIC);
	unsigned int i;

	if (!bundle)
		return ERR_PTR(-ENOMEM);
	refcount_set(&bundle->refs, 1);
	bundle->by_spi = names_spi(policy);
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

static bool same_selector(const struct espah_sa *a, const struct espah_sa *b)
{
	const struct espah_selector_rcu *one = rcu_dereference(a->sel);
	const struct espah_selector_rcu *two = rcu_dereference(b->sel);

	return one && two ? espah_selector_equal(&one->sel, &two->sel) :
			    one == two;
}

/* Whoever has found the one would have found the other, and its packet goes the same way. What
 * makes slots alike is alike already.
 */
static bool is_like(const struct espah_sa *sa, const struct espah_sa *old,
		    bool by_spi)
{
	return (!by_spi || sa->id.spi == old->id.spi) &&
	       espah_fwmark_equal(&sa->mark, &old->mark) &&
	       espah_fwmark_equal(&sa->output_mark, &old->output_mark) &&
	       same_selector(sa, old);
}

static noinline struct espah_sa *successor(const struct espah_sa *old,
					   bool by_spi)
{
	enum espah_sa_slot which = old->reqid ? ESPAH_SLOT_REQID :
						ESPAH_SLOT_ANY;
	const struct espah_slot_key key = {
		.src	= old->src,
		.dst	= old->id.dst,
		.reqid	= old->reqid,
		.if_id	= old->if_id,
		.family	= old->id.family,
		.proto	= old->id.proto,
		.mode	= old->mode,
	};
	const struct espah_slot *slot = espah_slot_find(old->en, &key);
	struct espah_sa *sa;

	if (!slot)
		return NULL;
	list_for_each_entry_rcu(sa, &slot->sas, slot_node[which])
		if (is_like(sa, old, by_spi))
			return sa;
	return NULL;
}

/**
 * espah_layer_sa() - the SA that a packet goes under, when the layers before have taken it
 * @layer: layer of a bundle that the caller holds
 *
 * The caller holds RCU, and the answer is good as long.
 *
 * Return: the layer's SA; where that was removed meanwhile, one that is in its place, or NULL.
 */
struct espah_sa *espah_layer_sa(struct espah_layer *layer)
{
	struct espah_sa *sa = layer->sa;

	return unlikely(espah_sa_gone(sa)) ?
	       successor(sa, espah_layer_bundle(layer)->by_spi) : sa;
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
