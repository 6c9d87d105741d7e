/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages and payloads: bounds first, meaning second (RFC 7296 section 3).
 * Pure: octets in, values that point into them out, and the other way round.
 */
#ifndef _IKE_PAYLOAD_H
#define _IKE_PAYLOAD_H

#include "bad.h"
#include "buf.h"
#include "proto.h"

/* More payloads than this are not taken: certificate chains are the longest. */
#define IKE_PAYLOADS_MAX	48

struct ike_hdr {
	uint8_t spi_i[IKE_SPI_LEN];
	uint8_t spi_r[IKE_SPI_LEN];
	uint8_t next;
	uint8_t major;
	uint8_t minor;
	uint8_t exchange;
	uint8_t flags;
	uint32_t id;
	uint32_t length;
};

struct ike_payload {
	uint8_t type;
	/* Of SK and SKF: what the first payload within is. */
	uint8_t next;
	bool critical;
	struct ike_chunk body;
};

/* The payloads of a chain, in their order. Unknown ones that are not critical are left out. */
struct ike_payloads {
	unsigned int count;
	struct ike_payload payload[IKE_PAYLOADS_MAX];
	/* The type of an unknown critical payload, where that is the verdict. */
	uint8_t unsupported;
};

/* The body of a notification, section 3.10. */
struct ike_notify_body {
	uint8_t protocol;
	uint16_t type;
	struct ike_chunk spi;
	struct ike_chunk data;
};

/* Section 3.11. @spis are @count SPIs of @spi_len octets each. */
struct ike_delete_body {
	uint8_t protocol;
	uint8_t spi_len;
	uint16_t count;
	struct ike_chunk spis;
};

struct ike_ke_body {
	uint16_t group;
	struct ike_chunk value;
};

struct ike_id_body {
	uint8_t type;
	struct ike_chunk value;
};

struct ike_cert_body {
	uint8_t encoding;
	struct ike_chunk value;
};

struct ike_auth_body {
	uint8_t method;
	struct ike_chunk value;
};

/*
 * The header of a datagram, without the marker of port 4500. Its major version
 * is only told: answering a higher one is for the caller (section 2.5). Of
 * version 2, the rest is checked too: a known exchange, the initiator's SPI, and
 * flags, message id and responder's SPI as IKE_SA_INIT and IKE_AUTH have them.
 */
enum ike_bad ike_hdr_parse(struct ike_chunk message, struct ike_hdr *hdr);

/* A chain of payloads that begins with one of type @first. SK and SKF end it. */
enum ike_bad ike_payloads_parse(uint8_t first, struct ike_chunk chain,
				struct ike_payloads *payloads);

/* The first payload of this type, or NULL; and the one that follows @after. */
const struct ike_payload *ike_payload_find(const struct ike_payloads *payloads, uint8_t type);
const struct ike_payload *ike_payload_next(const struct ike_payloads *payloads,
					   const struct ike_payload *after);
/* The first well-formed notification of this type: false if there is none. */
bool ike_notify_find(const struct ike_payloads *payloads, uint16_t type,
		     struct ike_notify_body *body);

/* Of the types that the enum has, SPI and data are as long as they must be. */
enum ike_bad ike_notify_parse(struct ike_chunk body, struct ike_notify_body *notify);
enum ike_bad ike_delete_parse(struct ike_chunk body, struct ike_delete_body *del);
enum ike_bad ike_ke_parse(struct ike_chunk body, struct ike_ke_body *ke);
enum ike_bad ike_id_parse(struct ike_chunk body, struct ike_id_body *id);
enum ike_bad ike_cert_parse(struct ike_chunk body, struct ike_cert_body *cert);
enum ike_bad ike_auth_parse(struct ike_chunk body, struct ike_auth_body *auth);
enum ike_bad ike_nonce_parse(struct ike_chunk body);

/*
 * What a message must and may carry: one row a payload type. A table ends with
 * type 0. Notifications and vendor ids are allowed everywhere; other known
 * types that have no row are IKE_BAD_UNEXPECTED.
 */
struct ike_rule {
	uint8_t type;
	uint8_t min;
	uint8_t max;
};

enum ike_bad ike_rules_check(const struct ike_rule *rules, const struct ike_payloads *payloads);

/*
 * Writing. A message is begun, payloads are put one after another, and it is
 * ended, which sets the lengths and the chain of types.
 */
struct ike_writer {
	struct ike_buf buf;
	/* Without a header: the type of the first payload stands in @first only. */
	bool inner;
	uint8_t first;
	/* Where the type of the next payload goes; 0: to @first. */
	size_t next_at;
	/* Where the length of the payload that is open stands; 0: none is. */
	size_t open_at;
};

void ike_writer_begin(struct ike_writer *w, const struct ike_hdr *hdr);
/* A chain without a header, for the inside of an SK payload; ike_writer_first() tells its type. */
void ike_writer_begin_inner(struct ike_writer *w);
uint8_t ike_writer_first(const struct ike_writer *w);
void ike_writer_free(struct ike_writer *w);

/* The body of a payload of @type is written to the returned buffer until the next call. */
struct ike_buf *ike_payload_begin(struct ike_writer *w, uint8_t type);
void ike_payload_end(struct ike_writer *w);
void ike_put_notify(struct ike_writer *w, uint8_t protocol, struct ike_chunk spi, uint16_t type,
		    struct ike_chunk data);
void ike_put_delete(struct ike_writer *w, uint8_t protocol, uint8_t spi_len, uint16_t count,
		    const uint8_t *spis);
void ike_put_ke(struct ike_writer *w, uint16_t group, struct ike_chunk value);
void ike_put_id(struct ike_writer *w, uint8_t payload_type, uint8_t id_type,
		struct ike_chunk value);
void ike_put_cert(struct ike_writer *w, uint8_t payload_type, uint8_t encoding,
		  struct ike_chunk value);
void ike_put_auth(struct ike_writer *w, uint8_t method, struct ike_chunk value);
void ike_put_nonce(struct ike_writer *w, struct ike_chunk nonce);
/* Set the header's length. False if the message did not fit. */
bool ike_writer_end(struct ike_writer *w);

const char *ike_exchange_name(uint8_t exchange);
const char *ike_payload_name(uint8_t type);
/* "NO_PROPOSAL_CHOSEN", or NULL for one that has no name here. */
const char *ike_notify_name(uint16_t type);

#endif /* _IKE_PAYLOAD_H */
