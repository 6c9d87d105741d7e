// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "addr.h"
#include "nl.h"
#include "wire.h"

/**
 * espah_put_u8() - put a small number
 * @nlh: the request
 * @type: the attribute
 * @value: the number
 *
 * Return: false if the request is full.
 */
bool espah_put_u8(struct nlmsghdr *nlh, uint16_t type, uint8_t value)
{
	return mnl_attr_put_u8_check(nlh, ESPAH_NL_REQUEST_MAX, type, value);
}

/**
 * espah_put_u32() - put a number
 * @nlh: the request
 * @type: the attribute
 * @value: the number
 *
 * Return: false if the request is full.
 */
bool espah_put_u32(struct nlmsghdr *nlh, uint16_t type, uint32_t value)
{
	return mnl_attr_put_u32_check(nlh, ESPAH_NL_REQUEST_MAX, type, value);
}

/**
 * espah_put_spi() - put an SPI, which is in network byte order there
 * @nlh: the request
 * @type: the attribute
 * @spi: the SPI
 *
 * Return: false if the request is full.
 */
bool espah_put_spi(struct nlmsghdr *nlh, uint16_t type, uint32_t spi)
{
	return espah_put_u32(nlh, type, htonl(spi));
}

/**
 * espah_put_port() - put a port, which is in network byte order there
 * @nlh: the request
 * @type: the attribute
 * @port: the port
 *
 * Return: false if the request is full.
 */
bool espah_put_port(struct nlmsghdr *nlh, uint16_t type, uint16_t port)
{
	return mnl_attr_put_u16_check(nlh, ESPAH_NL_REQUEST_MAX, type, htons(port));
}

/**
 * espah_put_bytes() - put octets
 * @nlh: the request
 * @type: the attribute
 * @bytes: the octets
 * @len: how many
 *
 * Return: false if the request is full.
 */
bool espah_put_bytes(struct nlmsghdr *nlh, uint16_t type, const void *bytes, size_t len)
{
	return mnl_attr_put_check(nlh, ESPAH_NL_REQUEST_MAX, type, len, bytes);
}

/**
 * espah_put_addr() - put an address
 * @nlh: the request
 * @type: the attribute
 * @addr: the address, of either family
 *
 * Return: false if the request is full.
 */
bool espah_put_addr(struct nlmsghdr *nlh, uint16_t type, const struct espah_addr *addr)
{
	return espah_put_bytes(nlh, type, addr->octets, espah_addr_len(addr->family));
}

/**
 * espah_put_u16() - put a number of 16 bits
 * @nlh: the request
 * @type: the attribute
 * @value: the number
 *
 * Return: false if the request is full.
 */
bool espah_put_u16(struct nlmsghdr *nlh, uint16_t type, uint16_t value)
{
	return mnl_attr_put_u16_check(nlh, ESPAH_NL_REQUEST_MAX, type, value);
}

/**
 * espah_take_u8() - take a small number
 * @attr: the attribute
 * @value: filled in
 *
 * Return: false if it is not one.
 */
bool espah_take_u8(const struct nlattr *attr, uint8_t *value)
{
	if (mnl_attr_get_payload_len(attr) != sizeof(*value))
		return false;
	*value = mnl_attr_get_u8(attr);
	return true;
}

/**
 * espah_take_u16() - take a number of 16 bits
 * @attr: the attribute
 * @value: filled in
 *
 * Return: false if it is not one.
 */
bool espah_take_u16(const struct nlattr *attr, uint16_t *value)
{
	if (mnl_attr_get_payload_len(attr) != sizeof(*value))
		return false;
	*value = mnl_attr_get_u16(attr);
	return true;
}

/**
 * espah_take_u32() - take a number
 * @attr: the attribute
 * @value: filled in
 *
 * Return: false if it is not one.
 */
bool espah_take_u32(const struct nlattr *attr, uint32_t *value)
{
	if (mnl_attr_get_payload_len(attr) != sizeof(*value))
		return false;
	*value = mnl_attr_get_u32(attr);
	return true;
}

/**
 * espah_take_spi() - take an SPI, which is in network byte order there
 * @attr: the attribute
 * @spi: filled in
 *
 * Return: false if it is not one.
 */
bool espah_take_spi(const struct nlattr *attr, uint32_t *spi)
{
	uint32_t wire;

	if (!espah_take_u32(attr, &wire))
		return false;
	*spi = ntohl(wire);
	return true;
}

/**
 * espah_take_port() - take a port, which is in network byte order there
 * @attr: the attribute
 * @port: filled in
 *
 * Return: false if it is not one.
 */
bool espah_take_port(const struct nlattr *attr, uint16_t *port)
{
	if (mnl_attr_get_payload_len(attr) != sizeof(*port))
		return false;
	*port = ntohs(mnl_attr_get_u16(attr));
	return true;
}

/**
 * espah_take_u64() - take a large number
 * @attr: the attribute
 * @value: filled in
 *
 * Return: false if it is not one.
 */
bool espah_take_u64(const struct nlattr *attr, uint64_t *value)
{
	if (mnl_attr_get_payload_len(attr) != sizeof(*value))
		return false;
	*value = mnl_attr_get_u64(attr);
	return true;
}

/**
 * espah_take_addr() - take an address
 * @attr: the attribute
 * @addr: filled in
 *
 * Return: false if it is not one.
 */
bool espah_take_addr(const struct nlattr *attr, struct espah_addr *addr)
{
	size_t len = mnl_attr_get_payload_len(attr);

	memset(addr, 0, sizeof(*addr));
	if (len == 4)
		addr->family = AF_INET;
	else if (len == 16)
		addr->family = AF_INET6;
	else
		return false;
	memcpy(addr->octets, mnl_attr_get_payload(attr), len);
	return true;
}

/**
 * espah_take_counters() - take counters; those that are absent are zero
 * @attr: the attribute
 * @counters: filled in
 *
 * Return: false if they are not counters.
 */
bool espah_take_counters(const struct nlattr *attr, struct espah_counters *counters)
{
	const struct nlattr *part;

	memset(counters, 0, sizeof(*counters));
	mnl_attr_for_each_nested(part, attr) {
		uint16_t type = mnl_attr_get_type(part);

		/* A newer kernel may count more than this tool knows. */
		if (type == ESPAH_A_CNT_PAD || type > ESPAH_A_CNT_MAX)
			continue;
		if (!espah_take_u64(part, &counters->count[type]))
			return false;
	}
	return true;
}

/**
 * espah_wire_too_long() - say that a request does not fit
 * @err: filled in
 *
 * Return: -1.
 */
int espah_wire_too_long(struct espah_err *err)
{
	return espah_err_usage(err, "the request is longer than %d octets", ESPAH_NL_REQUEST_MAX);
}

/**
 * espah_wire_malformed() - say that the kernel's answer makes no sense
 * @err: filled in
 * @what: what was to be read
 * @attr: the attribute that is wrong
 *
 * Return: -1.
 */
int espah_wire_malformed(struct espah_err *err, const char *what, const struct nlattr *attr)
{
	return espah_err_kernel(err, EBADMSG,
				"EBADMSG: the kernel's answer is malformed: %s, attribute %u of %u octets",
				what, mnl_attr_get_type(attr), mnl_attr_get_payload_len(attr));
}
