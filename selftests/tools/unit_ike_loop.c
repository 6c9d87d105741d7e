// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event loop: what is ready is told, timers fire in their order, and what
 * was taken away in between is never heard of again.
 */
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "loop.h"
#include "unit.h"

#define TIMERS_MAX	300

static struct ike_loop *loop;

struct bell {
	struct ike_timer timer;
	/* How often it arms itself anew, each time for now. */
	unsigned int again;
};

static struct bell bell[TIMERS_MAX];
static unsigned int rung[TIMERS_MAX];
static unsigned int rings;
static unsigned int last_ring;

static void ring(struct ike_timer *timer)
{
	struct bell *b = container_of(timer, struct bell, timer);

	if (rings < TIMERS_MAX)
		rung[rings] = b - bell;
	rings++;
	if (b->again) {
		b->again--;
		ike_timer_set(loop, timer, 0);
	}
	if (rings == last_ring)
		ike_loop_stop(loop);
}

static void start(unsigned int last)
{
	unsigned int i;

	memset(bell, 0, sizeof(bell));
	for (i = 0; i < TIMERS_MAX; i++)
		bell[i].timer.fire = ring;
	rings = 0;
	last_ring = last;
	loop = ike_loop_new();
}

static void test_order(void)
{
	static const unsigned int when[] = { 9, 3, 7, 1, 5 };
	uint64_t begun;
	size_t i;

	start(4);
	begun = ike_loop_now(loop);
	for (i = 0; i < ARRAY_SIZE(when); i++)
		check(!ike_timer_set(loop, &bell[i].timer, when[i]), "a timer is armed");
	check(ike_timer_armed(&bell[2].timer), "and is said to be");
	ike_timer_cancel(loop, &bell[2].timer);
	ike_timer_cancel(loop, &bell[2].timer);
	check(!ike_timer_armed(&bell[2].timer), "a timer is cancelled, twice");
	ike_timer_set(loop, &bell[0].timer, 4);
	check(!ike_loop_run(loop), "a loop of timers ends");
	check(rings == 4 && rung[0] == 3 && rung[1] == 1 && rung[2] == 0 && rung[3] == 4,
	      "timers fire in order, armed anew and cancelled ones too");
	check(ike_loop_now(loop) >= begun + 5, "and none before its time");
	ike_loop_free(loop);
}

/* As many that the heap grows, armed, moved and cancelled without an order. */
static void test_many(void)
{
	bool sorted = true;
	unsigned int expected = 0;
	uint32_t seed = 1;
	size_t i;

	start(0);
	for (i = 0; i < 4000; i++) {
		unsigned int nr;

		seed = seed * 1664525 + 1013904223;
		nr = (seed >> 8) % TIMERS_MAX;
		if (seed >> 30)
			ike_timer_set(loop, &bell[nr].timer, (seed >> 20) % 40);
		else
			ike_timer_cancel(loop, &bell[nr].timer);
	}
	for (i = 0; i < TIMERS_MAX; i++)
		expected += ike_timer_armed(&bell[i].timer);
	last_ring = expected;
	ike_loop_run(loop);
	for (i = 1; i < rings; i++)
		sorted = sorted && bell[rung[i - 1]].timer.when <= bell[rung[i]].timer.when;
	check(expected > 100 && rings == expected, "each armed timer fires once");
	check(sorted, "and none before one that is due earlier");
	ike_timer_set(loop, &bell[0].timer, UINT64_MAX);
	ike_timer_set(loop, &bell[1].timer, 0);
	last_ring = rings + 1;
	ike_loop_run(loop);
	check(rung[rings - 1] != 0 && ike_timer_armed(&bell[0].timer),
	      "the end of time is not now");
	ike_loop_free(loop);
}

struct ear {
	struct ike_watch watch;
	struct ear *other;
	unsigned int heard;
	int fds[2];
};

/* Who hears first takes the other one away. */
static void hear(struct ike_watch *watch, uint32_t events)
{
	struct ear *ear = container_of(watch, struct ear, watch);

	ear->heard += events & EPOLLIN;
	if (ear->other)
		ike_watch_del(loop, &ear->other->watch);
	ear->other = NULL;
}

static void ear_open(struct ear *ear, struct ear *other)
{
	memset(ear, 0, sizeof(*ear));
	check(!pipe(ear->fds) && write(ear->fds[1], "x", 1) == 1, "a pipe with an octet");
	ear->watch.ready = hear;
	ear->watch.fd = ear->fds[0];
	ear->other = other;
	check(!ike_watch_add(loop, &ear->watch, EPOLLIN), "a watch is added");
}

static void ear_close(struct ear *ear)
{
	ike_watch_del(loop, &ear->watch);
	close(ear->fds[0]);
	close(ear->fds[1]);
}

/* Until a timer of some milliseconds has fired. */
static void run_for(uint64_t ms)
{
	last_ring = rings + 1;
	ike_timer_set(loop, &bell[0].timer, ms);
	check(!ike_loop_run(loop), "a loop of watches ends");
}

static void test_watches(void)
{
	struct ear ear[2];
	struct ear *first;
	unsigned int heard;

	start(0);
	ear_open(&ear[0], &ear[1]);
	ear_open(&ear[1], &ear[0]);
	run_for(2);
	first = ear[0].heard ? &ear[0] : &ear[1];
	check(first->heard >= 2, "what is left unread is told again");
	check(ear[0].heard + ear[1].heard == first->heard,
	      "what was taken away while it was ready is not heard of");
	heard = first->heard;
	check(!ike_watch_change(loop, &first->watch, 0), "a watch is changed");
	run_for(2);
	check(first->heard == heard, "and no more is told of it");
	ear_close(&ear[0]);
	ear_close(&ear[1]);
	ike_loop_free(loop);
}

/* A timer without a pause does not keep descriptors from being heard. */
static void test_turns(void)
{
	struct ear ear;

	start(50);
	ear_open(&ear, NULL);
	bell[0].again = 50;
	ike_timer_set(loop, &bell[0].timer, 0);
	ike_loop_run(loop);
	check(ear.heard == 50, "timers and descriptors take turns");
	ike_loop_stop(loop);
	check(!ike_loop_run(loop) && ear.heard == 50, "a loop stopped before does nothing");
	ear_close(&ear);
	ike_loop_free(loop);
}

void test_ike_loop(void)
{
	test_order();
	test_many();
	test_watches();
	test_turns();
}
