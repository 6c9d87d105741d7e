// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "buf.h"
#include "unit.h"

static void test_writes(void)
{
	static const uint8_t expected[] = {
		0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
		0x0c, 0x0d, 0x0e, 0x0f, 'a', 'b', 'c',
	};
	struct ike_buf buf;

	ike_buf_init(&buf, 100);
	ike_buf_u8(&buf, 0x01);
	ike_buf_u16(&buf, 0x0203);
	ike_buf_u32(&buf, 0x04050607);
	ike_buf_u64(&buf, 0x08090a0b0c0d0e0f);
	ike_buf_chunk_put(&buf, ike_chunk("abc", 3));
	check(!buf.full && ike_chunk_equal(ike_buf_chunk(&buf),
					   ike_chunk(expected, sizeof(expected))),
	      "numbers are written with the high octet first");
	check(ike_get_u16(buf.p + 1) == 0x0203 && ike_get_u32(buf.p + 3) == 0x04050607 &&
	      ike_get_u64(buf.p + 7) == 0x08090a0b0c0d0e0f, "numbers are read back");
	ike_buf_set_u16(&buf, 1, 0xfffe);
	ike_buf_set_u32(&buf, 3, 0xfdfcfbfa);
	check(!memcmp(buf.p, "\x01\xff\xfe\xfd\xfc\xfb\xfa\x08", 8), "numbers are overwritten");
	ike_buf_set_u32(&buf, buf.len - 3, 0);
	check(!memcmp(buf.p + buf.len - 3, "abc", 3), "nothing is overwritten behind the end");
	ike_buf_free(&buf);
	check(!buf.p && !buf.len && buf.max == 100, "a freed buffer is empty");
}

static void test_limits(void)
{
	static const uint8_t octets[3000] = { 1 };
	struct ike_buf buf;

	ike_buf_init(&buf, sizeof(octets));
	ike_buf_put(&buf, octets, 1);
	ike_buf_put(&buf, octets + 1, sizeof(octets) - 1);
	check(!buf.full && ike_chunk_equal(ike_buf_chunk(&buf), ike_chunk(octets, sizeof(octets))),
	      "a buffer grows to its limit");
	check(buf.room == sizeof(octets), "a buffer has no more memory than its limit");
	ike_buf_put(&buf, NULL, 0);
	check(!buf.full, "nothing fits always");
	ike_buf_u8(&buf, 0);
	check(buf.full && buf.len == sizeof(octets), "a write over the limit is not done");
	ike_buf_free(&buf);

	ike_buf_init(&buf, 10);
	check(!ike_buf_reserve(&buf, 11) && buf.full, "room over the limit is refused");
	ike_buf_u8(&buf, 0);
	check(!buf.len, "what fits is not written behind what did not");
	ike_buf_free(&buf);
	check(!buf.full, "a freed buffer is not full");

	ike_buf_init(&buf, 10);
	ike_buf_u8(&buf, 0);
	check(!ike_buf_reserve(&buf, SIZE_MAX) && buf.full, "a length does not wrap");
	ike_buf_free(&buf);
}

static void test_equal(void)
{
	static const struct ike_chunk none;
	struct ike_chunk a = ike_chunk("abcd", 4);

	check(ike_chunk_equal(a, ike_chunk("abcd", 4)) &&
	      ike_chunk_equal_secret(a, ike_chunk("abcd", 4)), "the same octets are equal");
	check(!ike_chunk_equal(a, ike_chunk("abce", 4)) &&
	      !ike_chunk_equal_secret(a, ike_chunk("abce", 4)), "other octets are not equal");
	check(!ike_chunk_equal(a, ike_chunk("abcde", 5)) &&
	      !ike_chunk_equal_secret(a, ike_chunk("abc", 3)), "other lengths are not equal");
	check(ike_chunk_equal(none, ike_chunk("", 0)) &&
	      ike_chunk_equal_secret(none, ike_chunk("", 0)), "nothing is nothing");
}

void test_ike_buf(void)
{
	test_writes();
	test_limits();
	test_equal();
}
