// SPDX-License-Identifier: GPL-2.0-or-later
#include "../lib/macros.h"
#include "payload.h"

static const char * const exchanges[] = {
	[IKE_SA_INIT] = "IKE_SA_INIT",
	[IKE_AUTH] = "IKE_AUTH",
	[CREATE_CHILD_SA] = "CREATE_CHILD_SA",
	[INFORMATIONAL] = "INFORMATIONAL",
};

/* As the figures of RFC 7296 abbreviate them. */
static const char * const payloads[] = {
	[IKE_P_SA] = "SA",
	[IKE_P_KE] = "KE",
	[IKE_P_IDI] = "IDi",
	[IKE_P_IDR] = "IDr",
	[IKE_P_CERT] = "CERT",
	[IKE_P_CERTREQ] = "CERTREQ",
	[IKE_P_AUTH] = "AUTH",
	[IKE_P_NONCE] = "NONCE",
	[IKE_P_NOTIFY] = "N",
	[IKE_P_DELETE] = "D",
	[IKE_P_VENDOR] = "V",
	[IKE_P_TSI] = "TSi",
	[IKE_P_TSR] = "TSr",
	[IKE_P_SK] = "SK",
	[IKE_P_CP] = "CP",
	[IKE_P_EAP] = "EAP",
	[IKE_P_SKF] = "SKF",
};

static const struct {
	uint16_t type;
	const char *name;
} notifies[] = {
	{ IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD, "UNSUPPORTED_CRITICAL_PAYLOAD" },
	{ IKE_N_INVALID_IKE_SPI, "INVALID_IKE_SPI" },
	{ IKE_N_INVALID_MAJOR_VERSION, "INVALID_MAJOR_VERSION" },
	{ IKE_N_INVALID_SYNTAX, "INVALID_SYNTAX" },
	{ IKE_N_INVALID_MESSAGE_ID, "INVALID_MESSAGE_ID" },
	{ IKE_N_INVALID_SPI, "INVALID_SPI" },
	{ IKE_N_NO_PROPOSAL_CHOSEN, "NO_PROPOSAL_CHOSEN" },
	{ IKE_N_INVALID_KE_PAYLOAD, "INVALID_KE_PAYLOAD" },
	{ IKE_N_AUTHENTICATION_FAILED, "AUTHENTICATION_FAILED" },
	{ IKE_N_SINGLE_PAIR_REQUIRED, "SINGLE_PAIR_REQUIRED" },
	{ IKE_N_NO_ADDITIONAL_SAS, "NO_ADDITIONAL_SAS" },
	{ IKE_N_INTERNAL_ADDRESS_FAILURE, "INTERNAL_ADDRESS_FAILURE" },
	{ IKE_N_FAILED_CP_REQUIRED, "FAILED_CP_REQUIRED" },
	{ IKE_N_TS_UNACCEPTABLE, "TS_UNACCEPTABLE" },
	{ IKE_N_INVALID_SELECTORS, "INVALID_SELECTORS" },
	{ IKE_N_TEMPORARY_FAILURE, "TEMPORARY_FAILURE" },
	{ IKE_N_CHILD_SA_NOT_FOUND, "CHILD_SA_NOT_FOUND" },
	{ IKE_N_INITIAL_CONTACT, "INITIAL_CONTACT" },
	{ IKE_N_SET_WINDOW_SIZE, "SET_WINDOW_SIZE" },
	{ IKE_N_ADDITIONAL_TS_POSSIBLE, "ADDITIONAL_TS_POSSIBLE" },
	{ IKE_N_IPCOMP_SUPPORTED, "IPCOMP_SUPPORTED" },
	{ IKE_N_NAT_DETECTION_SOURCE_IP, "NAT_DETECTION_SOURCE_IP" },
	{ IKE_N_NAT_DETECTION_DESTINATION_IP, "NAT_DETECTION_DESTINATION_IP" },
	{ IKE_N_COOKIE, "COOKIE" },
	{ IKE_N_USE_TRANSPORT_MODE, "USE_TRANSPORT_MODE" },
	{ IKE_N_HTTP_CERT_LOOKUP_SUPPORTED, "HTTP_CERT_LOOKUP_SUPPORTED" },
	{ IKE_N_REKEY_SA, "REKEY_SA" },
	{ IKE_N_ESP_TFC_PADDING_NOT_SUPPORTED, "ESP_TFC_PADDING_NOT_SUPPORTED" },
	{ IKE_N_NON_FIRST_FRAGMENTS_ALSO, "NON_FIRST_FRAGMENTS_ALSO" },
	{ IKE_N_SIGNATURE_HASH_ALGORITHMS, "SIGNATURE_HASH_ALGORITHMS" },
};

const char *ike_exchange_name(uint8_t exchange)
{
	if (exchange >= ARRAY_SIZE(exchanges) || !exchanges[exchange])
		return "unknown exchange";
	return exchanges[exchange];
}

const char *ike_payload_name(uint8_t type)
{
	if (type >= ARRAY_SIZE(payloads) || !payloads[type])
		return "unknown payload";
	return payloads[type];
}

const char *ike_notify_name(uint16_t type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(notifies); i++) {
		if (notifies[i].type == type)
			return notifies[i].name;
	}
	return NULL;
}
