#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every algorithm, between espah and the kernel's own xfrm.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/matrix.sh"
. "$(dirname "$0")/lib/traffic.sh"

test_gcm() {
	understood esp/aes128gcm8/transport/4/w1024/seq/plain esp/aes192gcm12/tunnel/4/w32/seq/plain
}

test_ccm() {
	understood esp/aes128ccm8/tunnel/4/w1024/seq/plain esp/aes192ccm12/transport/4/w32/seq/plain \
		esp/aes256ccm16/{tunnel,transport}/4/w1024/seq/plain
}

test_gmac() {
	understood esp/aes128gmac/tunnel/4/w1024/seq/plain esp/aes256gmac/transport/4/w32/seq/plain
}

test_chacha20_poly1305() {
	understood esp/chacha20poly1305/{tunnel,transport}/4/w1024/seq/plain
}

test_cbc() {
	understood esp/aes128/sha256/tunnel/4/w1024/seq/plain esp/aes192/aesxcbc/transport/4/w32/seq/plain \
		esp/aes256/sha512/transport/4/w1024/seq/plain
}

test_ctr() {
	understood esp/aes128ctr/sha256/transport/4/w1024/seq/plain esp/aes256ctr/aescmac/tunnel/4/w32/seq/plain
}

test_camellia() {
	understood esp/camellia128/sha384/tunnel/4/w1024/seq/plain esp/camellia256/sha1/transport/4/w32/seq/plain
}

test_3des() {
	understood esp/3des/sha1/transport/4/w1024/seq/plain esp/3des/sha256_96/tunnel/4/w32/seq/plain
}

test_null() {
	understood esp/null/sha256/tunnel/4/w1024/seq/plain esp/null/{aescmac,aesxcbc}/transport/4/w32/seq/plain
}

# went_to DIGITS: the numbers of the SA that sends and of the one that receives begin so.
went_to() {
	local said

	said=$(espah -n "$A" state list)
	[[ $said == *'flag esn'* ]] || fail "expected 'flag esn', saw: $said"
	[[ $said == *" seq $1"* && $said == *" oseq $1"* ]] || fail "expected numbers from $1.. on, saw: $said"
}

# Extended sequence numbers, over 2^32 on the way.
test_esn() {
	understood esp/aes128gcm16/{tunnel,transport}/4/w1024/esn/plain esp/aes128ccm16/tunnel/4/w32/esn/plain \
		esp/aes128gmac/transport/4/w1024/esn/plain esp/chacha20poly1305/tunnel/4/w1024/esn/plain \
		esp/aes128/sha256/{tunnel,transport}/4/w1024/esn/plain esp/aes128ctr/aescmac/transport/4/w32/esn/plain \
		esp/null/sha1/tunnel/4/w1024/esn/plain
}

# From any place in the 64 bits; both SAs are told where to begin.
test_esn_high_half() {
	numbers='flag esn replay-seq 0xfffffff8 replay-oseq 0xfffffff8 replay-seq-hi 7 replay-oseq-hi 7'
	new_aead 'rfc4106(gcm(aes))' 36 128
	protected tunnel 0 1 15 16 17 1400
	went_to 0x8000000
}

# What ip-xfrm(8) calls "auth" has the same ICV on both sides.
test_icv_of_xfrm() {
	local mac octets

	for mac in 'hmac(sha1) 20' 'hmac(sha256) 32' 'hmac(sha384) 48' 'hmac(sha512) 64' 'xcbc(aes) 16' \
		'cmac(aes) 16'; do
		read -r mac octets <<<"$mac"
		new_pair 'cbc(aes)' 32 "$mac" "$octets"
		protect_keyed espah xfrm tunnel
		counters_save "$A"
		assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
		assert_attempt arrived "$B@10.9.0.2" "$A@10.9.0.1"
		assert_counter_diff "$A" in-ok 1
	done
}

# RFC 8221 says MUST NOT of these: who has a peer that knows nothing else says so to the module.
test_legacy() {
	local words="state add src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x1100"

	# shellcheck disable=SC2086
	assert_fails_with 'enc name: RFC 8221 .*legacy=1' espah -n "$A" $words \
		enc 'cbc(des)' 0x0123456789abcdef auth-trunc 'hmac(sha256)' "$(rand_key 32)" 128
	legacy_take 1
	new_pair 'cbc(des)' 8 'hmac(md5)' 16 96
	protected tunnel 0 1 15 16 17 1400
	new_pair 'cbc(blowfish)' 56 'hmac(sha256)' 32 128
	protected transport 0 1 15 16 17 1400
	new_pair 'cbc(cast5)' 16 'hmac(sha256)' 32 128
	protected transport 0 1 15 16 17 1400
	legacy_take 0
}

# RFC 2451 section 2.3: 3DES whose keys make it DES.
test_weak_keys() {
	local part=0x0123456789abcdef other=fedcba9876543210
	local words="state add src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x1100" key

	for key in "$part${part#0x}$other" "$part$other$other"; do
		# shellcheck disable=SC2086
		assert_fails_with 'enc key: .*weak' espah -n "$A" $words enc 'cbc(des3_ede)' "$key" \
			auth-trunc 'hmac(sha256)' "$(rand_key 32)" 128
	done
}

module_load
ns_pair A B
traffic_start
run_tests "$@"
