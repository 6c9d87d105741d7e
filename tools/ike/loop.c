// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"

/* Events that are taken at once; the kernel keeps the others, and serves them in turn. */
#define EVENTS_MAX	32

struct ike_loop {
	int epoll;
	bool stop;
	uint64_t now;
	/* Those of this round; the ones from @next on have yet to be told. */
	struct epoll_event event[EVENTS_MAX];
	int events;
	int next;
	/*
	 * A binary heap, the timer that fires first on top. The place of a timer
	 * is its index plus 1.
	 */
	struct ike_timer **heap;
	size_t timers;
	size_t room;
};

static uint64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct ike_loop *ike_loop_new(void)
{
	struct ike_loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return NULL;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0) {
		free(loop);
		return NULL;
	}
	loop->now = clock_ms();
	return loop;
}

/* Timers that are still armed are not looked at: what they lay in may be gone. */
void ike_loop_free(struct ike_loop *loop)
{
	if (!loop)
		return;
	close(loop->epoll);
	free(loop->heap);
	free(loop);
}

void ike_loop_stop(struct ike_loop *loop)
{
	loop->stop = true;
}

uint64_t ike_loop_now(const struct ike_loop *loop)
{
	return loop->now;
}

int ike_watch_add(struct ike_loop *loop, struct ike_watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, watch->fd, &event);
}

int ike_watch_change(struct ike_loop *loop, struct ike_watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	return epoll_ctl(loop->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void ike_watch_del(struct ike_loop *loop, struct ike_watch *watch)
{
	int i;

	epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
	/* What the kernel has said of it in this round, but nobody has been told. */
	for (i = loop->next; i < loop->events; i++) {
		if (loop->event[i].data.ptr == watch)
			loop->event[i].data.ptr = NULL;
	}
}

static void heap_put(struct ike_loop *loop, size_t place, struct ike_timer *timer)
{
	loop->heap[place - 1] = timer;
	timer->place = place;
}

static struct ike_timer *heap_at(const struct ike_loop *loop, size_t place)
{
	return loop->heap[place - 1];
}

/* Nearer to the top, until the one above it fires no later. */
static void heap_up(struct ike_loop *loop, struct ike_timer *timer)
{
	size_t place = timer->place;

	while (place > 1 && heap_at(loop, place / 2)->when > timer->when) {
		heap_put(loop, place, heap_at(loop, place / 2));
		place /= 2;
	}
	heap_put(loop, place, timer);
}

/* Away from the top, until both below it fire no earlier. */
static void heap_down(struct ike_loop *loop, struct ike_timer *timer)
{
	size_t place = timer->place;
	size_t below;

	while (place <= loop->timers / 2) {
		below = 2 * place;
		if (below < loop->timers &&
		    heap_at(loop, below + 1)->when < heap_at(loop, below)->when)
			below++;
		if (heap_at(loop, below)->when >= timer->when)
			break;
		heap_put(loop, place, heap_at(loop, below));
		place = below;
	}
	heap_put(loop, place, timer);
}

static int heap_grow(struct ike_loop *loop)
{
	size_t room = loop->room ? 2 * loop->room : 64;
	struct ike_timer **heap = reallocarray(loop->heap, room, sizeof(struct ike_timer *));

	if (!heap)
		return -1;
	loop->heap = heap;
	loop->room = room;
	return 0;
}

int ike_timer_set(struct ike_loop *loop, struct ike_timer *timer, uint64_t ms)
{
	if (!timer->place) {
		if (loop->timers == loop->room && heap_grow(loop))
			return -1;
		heap_put(loop, ++loop->timers, timer);
	}
	timer->when = ms > UINT64_MAX - loop->now ? UINT64_MAX : loop->now + ms;
	heap_up(loop, timer);
	heap_down(loop, timer);
	return 0;
}

void ike_timer_cancel(struct ike_loop *loop, struct ike_timer *timer)
{
	struct ike_timer *last;
	size_t place = timer->place;

	if (!place)
		return;
	timer->place = 0;
	last = heap_at(loop, loop->timers--);
	if (last == timer)
		return;
	heap_put(loop, place, last);
	heap_up(loop, last);
	heap_down(loop, last);
}

/* How long epoll may sleep. */
static int patience(const struct ike_loop *loop)
{
	uint64_t when;

	if (!loop->timers)
		return -1;
	when = heap_at(loop, 1)->when;
	if (when <= loop->now)
		return 0;
	return when - loop->now > INT_MAX ? INT_MAX : (int)(when - loop->now);
}

static void tell_watches(struct ike_loop *loop)
{
	while (loop->next < loop->events && !loop->stop) {
		const struct epoll_event *event = &loop->event[loop->next++];
		struct ike_watch *watch = event->data.ptr;

		if (!watch)
			continue;
		loop->now = clock_ms();
		watch->ready(watch, event->events);
	}
	loop->events = 0;
	loop->next = 0;
}

/*
 * A timer that arms itself anew for now waits for the next round: file
 * descriptors have their turn before it.
 */
static void fire_timers(struct ike_loop *loop)
{
	size_t most = loop->timers;

	loop->now = clock_ms();
	while (most-- && loop->timers && !loop->stop) {
		struct ike_timer *timer = heap_at(loop, 1);

		if (timer->when > loop->now)
			break;
		ike_timer_cancel(loop, timer);
		timer->fire(timer);
	}
}

int ike_loop_run(struct ike_loop *loop)
{
	int got;

	while (!loop->stop) {
		loop->now = clock_ms();
		got = epoll_wait(loop->epoll, loop->event, EVENTS_MAX, patience(loop));
		if (got < 0 && errno != EINTR)
			return -1;
		loop->events = got > 0 ? got : 0;
		tell_watches(loop);
		fire_timers(loop);
	}
	loop->stop = false;
	return 0;
}
