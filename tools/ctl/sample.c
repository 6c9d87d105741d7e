// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "info.h"
#include "sample.h"

static int by_id(const void *left, const void *right)
{
	const struct espah_sa *a = left, *b = right;

	return a->id < b->id ? -1 : a->id > b->id;
}

/**
 * sample_take() - ask for the figures as they are now
 * @nl: the way to the kernel
 * @sample: filled in; the caller frees it, also after a failure
 * @err: filled in on failure
 *
 * SAs that come and go while they are listed do not matter.
 *
 * Return: 0, or -1.
 */
int sample_take(struct espah_nl *nl, struct sample *sample, struct espah_err *err)
{
	struct timespec now;

	memset(sample, 0, sizeof(*sample));
	if (espah_info_get(nl, &sample->info, err))
		return -1;
	if (espah_sa_dump(nl, &sample->sas, false, err) && err->num != EAGAIN)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	sample->time = now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
	if (sample->sas.count)
		qsort(sample->sas.sa, sample->sas.count, sizeof(*sample->sas.sa), by_id);
	return 0;
}

/**
 * sample_free() - forget figures
 * @sample: from sample_take()
 */
void sample_free(struct sample *sample)
{
	espah_sa_list_wipe(&sample->sas);
}

/**
 * sample_seconds() - the time between two samples
 * @before: the older one
 * @now: the newer one
 *
 * Return: seconds, never 0.
 */
double sample_seconds(const struct sample *before, const struct sample *now)
{
	return now->time > before->time ? (now->time - before->time) / 1e9 : 0.000000001;
}

/* An id may be given out again. */
static const struct espah_sa *same_sa(const struct sample *before, const struct espah_sa *sa)
{
	const struct espah_sa *old = NULL;

	if (before->sas.count)
		old = bsearch(sa, before->sas.sa, before->sas.count, sizeof(*sa), by_id);
	return old && old->spi == sa->spi && old->packets <= sa->packets ? old : NULL;
}

/**
 * sample_rate() - what an SA has carried between two samples
 * @before: the older one
 * @now: the newer one
 * @index: which of the newer one's SAs
 *
 * Return: packets and octets of a second; all that it has where it is new.
 */
struct sa_rate sample_rate(const struct sample *before, const struct sample *now, size_t index)
{
	const struct espah_sa *sa = &now->sas.sa[index];
	const struct espah_sa *old = same_sa(before, sa);
	double seconds = sample_seconds(before, now);

	return (struct sa_rate){
		.sa = sa,
		.packets = (sa->packets - (old ? old->packets : 0)) / seconds,
		.bytes = (sa->bytes - (old ? old->bytes : 0)) / seconds,
	};
}

static int show_all(struct ctl *ctl, struct watch *watch, sample_show show,
		    struct sample *before, struct espah_err *err)
{
	struct sample now;
	uint32_t round;
	int ret = 0;

	for (round = 0; !watch->rounds || round < watch->rounds; round++) {
		if (!watch_wait(watch))
			break;
		ret = sample_take(ctl->nl, &now, err);
		if (!ret)
			ret = show(ctl, watch, before, &now, err);
		sample_free(before);
		*before = now;
		if (ret)
			break;
	}
	return ret;
}

/**
 * watch_samples() - take samples and show each, until it is stopped
 * @ctl: the options
 * @watch: how often
 * @show: shows one
 * @err: filled in on failure
 *
 * Return: 0, or -1.
 */
int watch_samples(struct ctl *ctl, struct watch *watch, sample_show show, struct espah_err *err)
{
	struct sample before = {};
	int ret;

	if (ctl_connect(ctl, err) || watch_begin(watch, ctl, err))
		return -1;
	ret = sample_take(ctl->nl, &before, err);
	if (!ret)
		ret = show_all(ctl, watch, show, &before, err);
	sample_free(&before);
	watch_end(watch);
	return ret;
}
