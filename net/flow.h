/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ESPAH_FLOW_H
#define _ESPAH_FLOW_H

#include <linux/skbuff.h>

#include "selector.h"

void espah_flow_of(const struct sk_buff *skb, struct espah_flow *flow);
void espah_flow_leaving(const struct sk_buff *skb, struct espah_flow *flow);

#endif /* _ESPAH_FLOW_H */
