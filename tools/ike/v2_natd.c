// SPDX-License-Identifier: GPL-2.0-or-later
/* Is there NAT between, and on whose side (RFC 7296 section 2.23)? */
#include <openssl/evp.h>
#include <string.h>

#include "random.h"
#include "v2.h"

/* SHA-1, which nothing secret hangs on. */
#define NATD_LEN	20

static bool digest(const uint8_t *spi_i, const uint8_t *spi_r, const struct ike_endpoint *endpoint,
		   uint8_t *out)
{
	uint8_t data[2 * IKE_SPI_LEN + 16 + 2];
	size_t addr_len = espah_addr_len(endpoint->addr.family), len = 2 * IKE_SPI_LEN;

	memcpy(data, spi_i, IKE_SPI_LEN);
	memcpy(data + IKE_SPI_LEN, spi_r, IKE_SPI_LEN);
	memcpy(data + len, endpoint->addr.octets, addr_len);
	len += addr_len;
	data[len++] = endpoint->port >> 8;
	data[len++] = endpoint->port;
	return EVP_Digest(data, len, out, NULL, EVP_sha1(), NULL) == 1;
}

void ike_v2_natd_put(const struct ike_sa *sa, struct ike_writer *w)
{
	uint8_t source[NATD_LEN], destination[NATD_LEN];

	if (!digest(sa->spi_i, sa->spi_r, &sa->local, source) ||
	    !digest(sa->spi_i, sa->spi_r, &sa->remote, destination))
		return;
	/* What cannot be right makes the peer see NAT, and encapsulate. */
	if (sa->conn->encap)
		ike_random(source, sizeof(source));
	ike_put_notify(w, IKE_PROTO_NONE, ike_chunk(NULL, 0), IKE_N_NAT_DETECTION_SOURCE_IP,
		       ike_chunk(source, sizeof(source)));
	ike_put_notify(w, IKE_PROTO_NONE, ike_chunk(NULL, 0), IKE_N_NAT_DETECTION_DESTINATION_IP,
		       ike_chunk(destination, sizeof(destination)));
}

/* True if there are such notifications, and none of them is of this endpoint. */
static bool changed(const struct ike_payloads *in, uint16_t type, const struct ike_hdr *hdr,
		    const struct ike_endpoint *endpoint)
{
	const struct ike_payload *at = ike_payload_find(in, IKE_P_NOTIFY);
	struct ike_notify_body notify;
	uint8_t expected[NATD_LEN];
	bool any = false;

	if (!digest(hdr->spi_i, hdr->spi_r, endpoint, expected))
		return false;
	for (; at; at = ike_payload_next(in, at)) {
		if (ike_notify_parse(at->body, &notify) || notify.type != type)
			continue;
		if (ike_chunk_equal(notify.data, ike_chunk(expected, sizeof(expected))))
			return false;
		any = true;
	}
	return any;
}

void ike_v2_natd_take(struct ike_sa *sa, const struct ike_hdr *hdr, const struct ike_payloads *in,
		      const struct ike_endpoint *local, const struct ike_endpoint *remote)
{
	const struct ike_conf_conn *conn = sa->conn;

	sa->nat_remote = changed(in, IKE_N_NAT_DETECTION_SOURCE_IP, hdr, remote);
	sa->nat_local = changed(in, IKE_N_NAT_DETECTION_DESTINATION_IP, hdr, local);
	sa->encap = sa->nat_local || sa->nat_remote || conn->encap;
	if (sa->nat_local || sa->nat_remote)
		ike_sa_log(sa, IKE_LOG_INFO, "NAT between: %s behind it",
			   !sa->nat_local ? "the peer is" :
			   sa->nat_remote ? "both ends are" : "this end is");
	/* Only the initiator goes over to the other port; the responder follows. */
	if (!sa->encap || !sa->initiator)
		return;
	sa->local.port = sa->daemon->edge->nat_port(sa->daemon->net);
	if (!conn->remote_port || conn->remote_port == IKE_PORT)
		sa->remote.port = IKE_PORT_NAT;
}

static void substitute(struct ike_ts_list *list, const struct espah_addr *addr)
{
	unsigned int i;

	for (i = 0; i < list->count; i++) {
		if (list->ts[i].addr.min.family != addr->family)
			continue;
		list->ts[i].addr.min = *addr;
		list->ts[i].addr.max = *addr;
	}
}

static struct espah_addr only_address(const struct ike_ts_list *list, sa_family_t family)
{
	const struct espah_range *addr = &list->ts[0].addr;

	if (!list->count || addr->min.family != family || !espah_addr_equal(&addr->min, &addr->max))
		return (struct espah_addr){};
	return addr->min;
}

/*
 * The addresses that the peer's packets have when they leave, which it has made their
 * checksums over: those of its selectors, before they become those of this end.
 */
void ike_v2_natd_originals(const struct ike_sa *sa, const struct ike_ts_list *local_ts,
			   const struct ike_ts_list *remote_ts, struct ike_child *child)
{
	if (sa->nat_local)
		child->local_was = only_address(local_ts, sa->local.addr.family);
	if (sa->nat_remote)
		child->remote_was = only_address(remote_ts, sa->remote.addr.family);
}

/*
 * In transport mode the peers' selectors have the addresses that each knows
 * itself, and the other, by; here they become those that packets have when they
 * are seen by this end (section 2.23.1).
 */
void ike_v2_natd_selectors(const struct ike_sa *sa, struct ike_ts_list *local_ts,
			   struct ike_ts_list *remote_ts)
{
	if (sa->nat_local)
		substitute(local_ts, &sa->local.addr);
	if (sa->nat_remote)
		substitute(remote_ts, &sa->remote.addr);
}
