/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event loop: file descriptors, timers, signals; one thread.
 */
#ifndef _IKE_LOOP_H
#define _IKE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ike_loop;

/* A timer lies in what it belongs to; set to zero it is not armed. */
struct ike_timer {
	void (*fire)(struct ike_timer *timer);
	/* CLOCK_MONOTONIC, milliseconds. */
	uint64_t when;
	/* 1 and more: its place in the loop's heap; 0: not armed. */
	size_t place;
};

struct ike_watch {
	int fd;
	/* EPOLLIN, EPOLLOUT, EPOLLHUP ... */
	void (*ready)(struct ike_watch *watch, uint32_t events);
};

struct ike_loop *ike_loop_new(void);
void ike_loop_free(struct ike_loop *loop);
/* Until ike_loop_stop(). Return: 0, or -1 with errno. */
int ike_loop_run(struct ike_loop *loop);
void ike_loop_stop(struct ike_loop *loop);
/* Now, in milliseconds of CLOCK_MONOTONIC, as of the last event. */
uint64_t ike_loop_now(const struct ike_loop *loop);

int ike_watch_add(struct ike_loop *loop, struct ike_watch *watch, uint32_t events);
int ike_watch_change(struct ike_loop *loop, struct ike_watch *watch, uint32_t events);
/* Safe from within any callback: no event for it comes afterwards. */
void ike_watch_del(struct ike_loop *loop, struct ike_watch *watch);

/* Arm, or arm anew, @ms from now. -1 without memory (then it is not armed). */
int ike_timer_set(struct ike_loop *loop, struct ike_timer *timer, uint64_t ms);
void ike_timer_cancel(struct ike_loop *loop, struct ike_timer *timer);
static inline bool ike_timer_armed(const struct ike_timer *timer)
{
	return timer->place;
}

#endif /* _IKE_LOOP_H */
