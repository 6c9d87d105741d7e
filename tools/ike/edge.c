// SPDX-License-Identifier: GPL-2.0-or-later
#include "edge.h"

const struct ike_edge ike_edge_real = {
	.now		= ike_loop_now,
	.timer_set	= ike_timer_set,
	.timer_cancel	= ike_timer_cancel,
	.send		= ike_net_send,
	.keepalive	= ike_net_keepalive,
	.port		= ike_net_port,
	.nat_port	= ike_net_nat_port,
	.source		= ike_net_source,
	.spi_get	= ike_kernel_spi_get,
	.sa_add		= ike_kernel_sa_add,
	.sa_del		= ike_kernel_sa_del,
	.sa_usage	= ike_kernel_sa_usage,
	.policy_add	= ike_kernel_policy_add,
	.policy_del	= ike_kernel_policy_del,
};
