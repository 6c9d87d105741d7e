/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command of the operator that goes on in the loop, in one or more parts.
 */
#ifndef _IKE_ORDER_H
#define _IKE_ORDER_H

#include "daemon.h"

struct ike_order {
	struct ike_order *next;
	/* Others of which one part is what this one is about. */
	struct ike_order_join *joins;
	/* NULL: nobody listens any more. */
	struct ike_verdict *verdict;
	/* Parts that have not ended. */
	unsigned int parts;
	int failed;
	char words[512];
};

/* With one part, which the caller ends with ike_order_end() when all others were begun. */
struct ike_order *ike_order_new(struct ike_sa_table *table, struct ike_verdict *verdict);
/* @order may be NULL, everywhere. */
void ike_order_part(struct ike_order *order);
/* A part has ended; with the last, the verdict is told. @words NULL: well. */
void ike_order_end(struct ike_sa_table *table, struct ike_order *order, const char *words);
/*
 * The caller's part of @order is what @first has begun already: it ends when
 * @first does, and as that does.
 */
void ike_order_join(struct ike_sa_table *table, struct ike_order *first,
		    struct ike_order *order);
void ike_order_forget(struct ike_sa_table *table, const struct ike_verdict *verdict);
void ike_orders_free(struct ike_sa_table *table);

#endif /* _IKE_ORDER_H */
