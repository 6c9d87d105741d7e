// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two exchanges about one SA at once: RFC 7296 sections 2.8.1 and 2.8.2 say which
 * of two new SAs stays, 2.25.1 and 2.25.2 who is told what.
 */
#include "v2.h"

static const struct ike_task *under_way(const struct ike_sa *sa, const struct ike_task_kind *kind)
{
	const struct ike_task *task = ike_task_current(sa);

	return task && task->kind == kind ? task : NULL;
}

static bool closing(const struct ike_sa *sa)
{
	return sa->state != IKE_SA_UP || ike_task_queued(sa, &ike_v2_task_delete_ike, NULL);
}

uint16_t ike_v2_may_create(const struct ike_sa *sa)
{
	/* Of two new IKE SAs, it is not yet known which one has the children. */
	if (closing(sa) || sa->parent || under_way(sa, &ike_v2_task_rekey_ike))
		return IKE_N_TEMPORARY_FAILURE;
	return 0;
}

uint16_t ike_v2_may_rekey_child(const struct ike_sa *sa, const struct ike_child *child)
{
	(void)sa;
	return ike_child_in_use(child) ? 0 : IKE_N_TEMPORARY_FAILURE;
}

uint16_t ike_v2_may_rekey_ike(const struct ike_sa *sa)
{
	if (closing(sa) || sa->parent || under_way(sa, &ike_v2_task_child) ||
	    under_way(sa, &ike_v2_task_rekey_child) || under_way(sa, &ike_v2_task_delete_child))
		return IKE_N_TEMPORARY_FAILURE;
	return 0;
}

struct ike_offer *ike_v2_rekeying_child(const struct ike_sa *sa, const struct ike_child *child)
{
	const struct ike_task *task = under_way(sa, &ike_v2_task_rekey_child);

	return task && task->child == child ? task->offer : NULL;
}

struct ike_ike_offer *ike_v2_rekeying_ike(const struct ike_sa *sa)
{
	const struct ike_task *task = under_way(sa, &ike_v2_task_rekey_ike);

	return task ? task->ike : NULL;
}

void ike_v2_child_not_known(const struct ike_sa *sa, uint32_t spi)
{
	const struct ike_task *task = ike_task_current(sa);

	if (task && task->offer && task->offer->closed_spis < IKE_CLOSED_MAX)
		task->offer->closed_spi[task->offer->closed_spis++] = spi;
}

static void replaced(struct ike_child *old)
{
	old->replaced = true;
	old->state = IKE_CHILD_REPLACED;
}

void ike_v2_child_replaced(struct ike_child *old, struct ike_child *child)
{
	struct ike_offer *offer = ike_v2_rekeying_child(old->sa, old);

	child->replaces = old;
	ike_child_switch_later(child);
	if (!offer) {
		replaced(old);
		return;
	}
	/* Which of the two stays is known when our own exchange has ended. */
	offer->collided = true;
	offer->rival = child;
	offer->rival_lowest = child->lowest;
}

void ike_v2_child_taken_back(const struct ike_child *child)
{
	struct ike_offer *offer = child->replaces ?
				  ike_v2_rekeying_child(child->sa, child->replaces) : NULL;

	if (offer && offer->rival == child)
		offer->collided = false;
}

void ike_v2_child_rekeyed(struct ike_sa *sa, struct ike_offer *offer, struct ike_child *old,
			  struct ike_child *child)
{
	if (old)
		replaced(old);
	/* The rival may have been replaced itself by now: what stands in its place stays. */
	if (offer->collided && ike_nonce_compare(&child->lowest, &offer->rival_lowest) < 0) {
		ike_sa_log(sa, IKE_LOG_DEBUG, "both ends have rekeyed: the peer's stays");
		child->redundant = true;
		ike_v2_delete_child(child, NULL);
		return;
	}
	if (offer->rival) {
		ike_sa_log(sa, IKE_LOG_DEBUG, "both ends have rekeyed: ours stays");
		offer->rival->redundant = true;
	}
	child->replaces = old;
	if (!ike_child_install_or_close(child))
		return;
	if (offer->rival)
		ike_child_remove_out(offer->rival);
	if (old)
		ike_v2_delete_child(old, NULL);
}

/* Who has ordered the end of @old while it was rekeyed wants that of @heir, too. */
static void hand_over(struct ike_sa *old, struct ike_sa *heir)
{
	struct ike_task *task = ike_task_find(old, &ike_v2_task_delete_ike, NULL);
	struct ike_order *order = NULL;

	if (task) {
		order = task->order;
		task->order = NULL;
	}
	ike_sa_inherit(heir, old);
	if (task)
		ike_v2_delete_ike(heir, order);
}

void ike_v2_ike_replaced(struct ike_sa *old, struct ike_sa *made)
{
	struct ike_ike_offer *offer = ike_v2_rekeying_ike(old);

	if (!offer) {
		ike_sa_log(old, IKE_LOG_INFO, "rekeyed by the peer as [%u]", made->number);
		ike_sa_inherit(made, old);
		return;
	}
	offer->collided = true;
	offer->rival = made;
	offer->rival_lowest = made->lowest;
	made->parent = old;
}

/*
 * Who has had our answer has moved all to its new SA, and closes this one, whatever
 * has become of our own request (sections 2.8.2, 2.25.2).
 */
bool ike_v2_ike_rival_stays(struct ike_sa *sa, const struct ike_ike_offer *offer)
{
	if (!offer->rival)
		return false;
	ike_sa_log(sa, IKE_LOG_INFO, "both ends have rekeyed it: the peer's [%u] stays",
		   offer->rival->number);
	hand_over(sa, offer->rival);
	return true;
}

/* What the peer has made and is to close itself. */
static void await_close(struct ike_sa *sa, struct ike_sa *heir)
{
	sa->state = IKE_SA_REPLACED;
	sa->parent = NULL;
	sa->heir = heir;
	if (ike_sa_timer(sa, &sa->end, IKE_CLOSE_TIME))
		ike_sa_kill(sa, "no memory");
}

void ike_v2_ike_rekeyed(struct ike_sa *sa, struct ike_ike_offer *offer, struct ike_sa *made)
{
	struct ike_sa *rival = offer->rival;

	if (rival && ike_nonce_compare(&made->lowest, &offer->rival_lowest) < 0) {
		(void)ike_v2_ike_rival_stays(sa, offer);
		ike_v2_delete_ike(made, NULL);
		return;
	}
	ike_sa_log(sa, IKE_LOG_INFO, "rekeyed as [%u]", made->number);
	hand_over(sa, made);
	if (rival)
		await_close(rival, made);
	/* The last request over the old one (section 2.8). */
	ike_v2_delete_ike(sa, NULL);
}

void ike_v2_forget_child(struct ike_sa *sa, const struct ike_child *child)
{
	struct ike_task *task;

	for (task = sa->tasks; task; task = task->next) {
		if (task->offer && task->offer->rival == child)
			task->offer->rival = NULL;
	}
}

void ike_v2_forget_sa(struct ike_sa_table *table, const struct ike_sa *gone)
{
	struct ike_task *task;
	struct ike_sa *sa;

	for (sa = table->all; sa; sa = sa->next) {
		if (sa->heir == gone)
			sa->heir = NULL;
		if (sa->parent == gone)
			sa->parent = NULL;
		task = ike_task_current(sa);
		if (task && task->ike && task->ike->rival == gone)
			task->ike->rival = NULL;
	}
}
