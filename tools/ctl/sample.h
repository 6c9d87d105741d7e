/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures of a namespace at one time, and what they were a while before.
 */
#ifndef _ESPAH_SAMPLE_H
#define _ESPAH_SAMPLE_H

#include <stdint.h>

#include "../lib/sa.h"
#include "model.h"
#include "nl.h"
#include "watch.h"

struct sample {
	/* Nanoseconds, of a clock that only goes on. */
	uint64_t time;
	struct espah_info info;
	/* By their ids. */
	struct espah_sa_list sas;
};

/* What one SA has carried since, for a second. */
struct sa_rate {
	const struct espah_sa *sa;
	double packets;
	double bytes;
};

/* Shows the newer one of two samples. */
typedef int (*sample_show)(const struct ctl *ctl, const struct watch *watch,
			   const struct sample *before, const struct sample *now,
			   struct espah_err *err);

int watch_samples(struct ctl *ctl, struct watch *watch, sample_show show, struct espah_err *err);
int sample_take(struct espah_nl *nl, struct sample *sample, struct espah_err *err);
void sample_free(struct sample *sample);
double sample_seconds(const struct sample *before, const struct sample *now);
struct sa_rate sample_rate(const struct sample *before, const struct sample *now, size_t index);

#endif /* _ESPAH_SAMPLE_H */
