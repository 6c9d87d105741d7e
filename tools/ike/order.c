// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "order.h"
#include "sa_table.h"

struct ike_order_join {
	struct ike_order_join *next;
	struct ike_order *order;
};

struct ike_order *ike_order_new(struct ike_sa_table *table, struct ike_verdict *verdict)
{
	struct ike_order *order = calloc(1, sizeof(*order));

	if (!order)
		return NULL;
	order->verdict = verdict;
	order->parts = 1;
	order->next = table->orders;
	table->orders = order;
	return order;
}

void ike_order_part(struct ike_order *order)
{
	if (order)
		order->parts++;
}

static void unlink_order(struct ike_sa_table *table, struct ike_order *order)
{
	struct ike_order **at = &table->orders;

	while (*at != order)
		at = &(*at)->next;
	*at = order->next;
}

static void end_joins(struct ike_sa_table *table, struct ike_order *order)
{
	struct ike_order_join *join;

	while (order->joins) {
		join = order->joins;
		order->joins = join->next;
		ike_order_end(table, join->order, order->failed ? order->words : NULL);
		free(join);
	}
}

void ike_order_end(struct ike_sa_table *table, struct ike_order *order, const char *words)
{
	if (!order)
		return;
	/* The first that went wrong is what is told. */
	if (words && !order->failed) {
		order->failed = 1;
		snprintf(order->words, sizeof(order->words), "%s", words);
	}
	if (--order->parts)
		return;
	unlink_order(table, order);
	if (order->verdict)
		order->verdict->tell(order->verdict, order->failed, order->words);
	end_joins(table, order);
	free(order);
}

void ike_order_join(struct ike_sa_table *table, struct ike_order *first,
		    struct ike_order *order)
{
	struct ike_order_join *join;

	if (!order || first == order) {
		ike_order_end(table, order, NULL);
		return;
	}
	join = calloc(1, sizeof(*join));
	if (!join) {
		ike_order_end(table, order, "no memory");
		return;
	}
	join->order = order;
	join->next = first->joins;
	first->joins = join;
}

void ike_order_forget(struct ike_sa_table *table, const struct ike_verdict *verdict)
{
	struct ike_order *order;

	for (order = table->orders; order; order = order->next) {
		if (order->verdict == verdict)
			order->verdict = NULL;
	}
}

void ike_orders_free(struct ike_sa_table *table)
{
	struct ike_order *order;

	while (table->orders) {
		order = table->orders;
		table->orders = order->next;
		while (order->joins) {
			struct ike_order_join *join = order->joins;

			order->joins = join->next;
			free(join);
		}
		free(order);
	}
}
