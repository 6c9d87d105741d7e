// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE SAs and their children as JSON: Documentation/cli-json.md says what each key is. */
#include <stdio.h>

#include "v2.h"

static const char *state_name(const struct ike_sa *sa)
{
	static const char * const names[] = {
		[IKE_SA_CONNECTING]	= "connecting",
		[IKE_SA_HALF_OPEN]	= "half-open",
		[IKE_SA_UP]		= "established",
		[IKE_SA_REPLACED]	= "replaced",
		[IKE_SA_GONE]		= "gone",
		[IKE_SA_DEAD]		= "gone",
	};

	if (ike_task_queued(sa, &ike_v2_task_delete_ike, NULL))
		return "closing";
	return names[sa->state];
}

static const char *child_state_name(const struct ike_child *child)
{
	static const char * const names[] = {
		[IKE_CHILD_INBOUND]	= "inbound",
		[IKE_CHILD_UP]		= "up",
		[IKE_CHILD_REPLACED]	= "replaced",
		[IKE_CHILD_DELETING]	= "closing",
		[IKE_CHILD_LINGERING]	= "lingering",
	};

	return names[child->state];
}

static json_t *list_selectors(const struct ike_ts_list *list)
{
	json_t *array = json_array();
	char text[128];
	unsigned int i;

	for (i = 0; i < list->count; i++)
		json_array_append_new(array, json_string(ike_ts_print(&list->ts[i], text,
								      sizeof(text))));
	return array;
}

static json_t *spi_string(uint32_t spi)
{
	char text[16];

	snprintf(text, sizeof(text), "0x%08x", spi);
	return json_string(text);
}

static json_t *ike_spi_string(const uint8_t *spi)
{
	char text[24];

	snprintf(text, sizeof(text), "%08x%08x", ike_get_u32(spi), ike_get_u32(spi + 4));
	return json_string(text);
}

static void set_string(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, json_string(value));
}

static void set_number(json_t *object, const char *key, uint64_t value)
{
	json_object_set_new(object, key, json_integer(value));
}

static void set_left(json_t *object, const char *key, const struct ike_sa *sa,
		     const struct ike_timer *timer)
{
	uint64_t now = ike_sa_now(sa);

	if (ike_timer_armed(timer))
		set_number(object, key, timer->when > now ? (timer->when - now) / 1000 : 0);
}

static void set_usage(json_t *object, const struct ike_child *child)
{
	const struct ike_daemon *daemon = child->sa->daemon;
	struct ike_kernel_usage usage = {};

	if (child->in && !daemon->edge->sa_usage(daemon->kernel, &child->local.addr, child->spi_in,
						 &usage)) {
		set_number(object, "packets_in", usage.packets);
		set_number(object, "bytes_in", usage.bytes);
	}
	if (child->out && !daemon->edge->sa_usage(daemon->kernel, &child->remote.addr,
						  child->spi_out, &usage)) {
		set_number(object, "packets_out", usage.packets);
		set_number(object, "bytes_out", usage.bytes);
	}
}

static json_t *list_child(const struct ike_child *child)
{
	json_t *object = json_object();
	char text[128];

	set_string(object, "name", child->conf->name);
	set_number(object, "id", child->number);
	set_string(object, "state", child_state_name(child));
	set_string(object, "mode",
		   child->mode == ESPAH_MODE_TRANSPORT ? "transport" : "tunnel");
	set_number(object, "reqid", child->reqid);
	json_object_set_new(object, "spi_in", spi_string(child->spi_in));
	json_object_set_new(object, "spi_out", spi_string(child->spi_out));
	json_object_set_new(object, "encap", json_boolean(child->encap));
	set_string(object, "proposal", ike_suite_print(&child->suite, text, sizeof(text)));
	json_object_set_new(object, "local_ts", list_selectors(&child->local_ts));
	json_object_set_new(object, "remote_ts", list_selectors(&child->remote_ts));
	set_number(object, "age", (ike_sa_now(child->sa) - child->born) / 1000);
	set_usage(object, child);
	return object;
}

static json_t *list_sa(const struct ike_sa *sa)
{
	json_t *object = json_object(), *children = json_array();
	char id[IKE_ID_MAX], endpoint[IKE_ENDPOINT_STRLEN], suite[128];
	const struct ike_child *child;

	set_string(object, "name", sa->conn->name);
	set_number(object, "id", sa->number);
	set_number(object, "version", sa->version);
	set_string(object, "state", state_name(sa));
	json_object_set_new(object, "initiator", json_boolean(sa->initiator));
	json_object_set_new(object, "spi_i", ike_spi_string(sa->spi_i));
	json_object_set_new(object, "spi_r", ike_spi_string(sa->spi_r));
	set_string(object, "local", ike_endpoint_print(&sa->local, endpoint, sizeof(endpoint)));
	set_string(object, "remote", ike_endpoint_print(&sa->remote, endpoint, sizeof(endpoint)));
	json_object_set_new(object, "nat_local", json_boolean(sa->nat_local));
	json_object_set_new(object, "nat_remote", json_boolean(sa->nat_remote));
	if (sa->state != IKE_SA_CONNECTING && sa->state != IKE_SA_HALF_OPEN) {
		set_string(object, "local_id", ike_id_print(&sa->my_id, id, sizeof(id)));
		set_string(object, "remote_id", ike_id_print(&sa->peer_id, id, sizeof(id)));
		set_string(object, "proposal", ike_suite_print(&sa->suite, suite, sizeof(suite)));
	}
	set_number(object, "age", (ike_sa_now(sa) - sa->born) / 1000);
	set_left(object, "rekey_in", sa, &sa->rekey);
	set_left(object, "expires_in", sa, &sa->expire);
	for (child = sa->children; child; child = child->next)
		json_array_append_new(children, list_child(child));
	json_object_set_new(object, "children", children);
	return object;
}

json_t *ike_sas_list(struct ike_daemon *daemon)
{
	json_t *array = json_array();
	const struct ike_sa *sa;

	for (sa = daemon->sas->all; sa; sa = sa->next) {
		if (ike_sa_alive(sa))
			json_array_append_new(array, list_sa(sa));
	}
	return array;
}
