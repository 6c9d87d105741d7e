// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "kernel_own.h"
#include "log.h"

/* Events that are read at once; then datagrams and timers have their turn. */
#define BATCH_MAX	64

static void tell_acquire(const struct ike_kernel_handler *handler,
			 const struct espah_policy *policy)
{
	struct ike_ts src, dst;

	ike_kernel_flow(&policy->sel, &src, &dst);
	handler->acquire(handler->to, policy->tmpl[0].reqid, &src, &dst);
}

static void tell_mapping(const struct ike_kernel_handler *handler, const struct espah_sa *sa)
{
	const struct ike_endpoint remote = { .addr = sa->src, .port = sa->encap_sport };

	handler->mapping(handler->to, &sa->dst, sa->spi, &remote);
}

static void tell(const struct ike_kernel *kernel, const struct espah_event *event)
{
	const struct ike_kernel_handler *handler = &kernel->handler;

	switch (event->cmd) {
	case 0:
	case ESPAH_CMD_SA_FLUSH_NTF:
		handler->overrun(handler->to);
		break;
	case ESPAH_CMD_SA_EXPIRE_NTF:
		handler->expire(handler->to, &event->sa.dst, event->sa.spi,
				event->expired == ESPAH_EXPIRED_HARD);
		break;
	case ESPAH_CMD_ACQUIRE_NTF:
		tell_acquire(handler, &event->policy);
		break;
	case ESPAH_CMD_SA_MAPPING_NTF:
		tell_mapping(handler, &event->sa);
		break;
	}
}

static void ready(struct ike_watch *watch, uint32_t events)
{
	const struct ike_kernel *kernel = container_of(watch, struct ike_kernel, watch);
	struct espah_event event;
	struct espah_err err;
	int most = BATCH_MAX;
	int got = 1;

	(void)events;
	while (got && most--) {
		got = espah_events_read(kernel->events, &event, &err);
		if (got < 0)
			ike_log_limited(IKE_LOG_WARNING, "an event of the kernel is lost: %s",
					err.text);
		if (got <= 0)
			continue;
		tell(kernel, &event);
		espah_event_wipe(&event);
	}
}

int ike_kernel_listen(struct ike_kernel *kernel, struct espah_err *err)
{
	kernel->events = espah_events_open(kernel->nl, err);
	if (!kernel->events)
		return -1;
	kernel->watch.fd = espah_events_fd(kernel->events);
	kernel->watch.ready = ready;
	if (ike_watch_add(kernel->loop, &kernel->watch, EPOLLIN))
		return espah_err_kernel(err, errno, "%s: cannot watch the kernel's events: %s",
					strerrorname_np(errno), strerror(errno));
	return 0;
}

void ike_kernel_deafen(struct ike_kernel *kernel)
{
	if (!kernel->events)
		return;
	ike_watch_del(kernel->loop, &kernel->watch);
	espah_events_close(kernel->events);
}
