#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every algorithm, between espah and the kernel's own xfrm.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

# Around the ends of blocks and of words of 4 octets.
SIZES='0 1 2 3 4 7 8 15 16 17 33 1000 1400'

# understood MODE...: with the ciphers that are set, packets of many sizes pass both ways, and
# neither stack has anything to complain of.
understood() {
	local mode

	for mode; do
		protect_keyed espah xfrm "$mode"
		begin_counting
		wire_watch "$A@veth0" "$B@veth0"
		# shellcheck disable=SC2086
		{
			traffic udp "$A@10.9.0.1" "$B@10.9.0.2" $SIZES
			traffic udp "$B@10.9.0.2" "$A@10.9.0.1" $SIZES
		}
		traffic tcp "$A@10.9.0.1" "$B@10.9.0.2" 30000
		traffic tcp "$B@10.9.0.2" "$A@10.9.0.1" 20000
		wire_protected
		both_ends_agree
	done
}

# aead MODE... NAME OCTETS BITS: with the salt, the octets.
aead() {
	new_aead "${@: -3}"
	understood "${@:1:$# - 3}"
}

# pair MODE... ENC OCTETS AUTH OCTETS BITS
pair() {
	new_pair "${@: -5}"
	understood "${@:1:$# - 5}"
}

test_gcm() {
	aead transport 'rfc4106(gcm(aes))' 20 64
	aead tunnel 'rfc4106(gcm(aes))' 28 96
}

test_ccm() {
	aead tunnel 'rfc4309(ccm(aes))' 19 64
	aead transport 'rfc4309(ccm(aes))' 27 96
	aead tunnel transport 'rfc4309(ccm(aes))' 35 128
}

test_gmac() {
	aead tunnel 'rfc4543(gcm(aes))' 20 128
	aead transport 'rfc4543(gcm(aes))' 36 128
}

test_chacha20_poly1305() {
	aead tunnel transport 'rfc7539esp(chacha20,poly1305)' 36 128
}

test_cbc() {
	pair tunnel 'cbc(aes)' 16 'hmac(sha256)' 32 128
	pair transport 'cbc(aes)' 24 'xcbc(aes)' 16 96
	pair transport 'cbc(aes)' 32 'hmac(sha512)' 64 256
}

test_ctr() {
	pair transport 'rfc3686(ctr(aes))' 20 'hmac(sha256)' 32 128
	pair tunnel 'rfc3686(ctr(aes))' 36 'cmac(aes)' 16 96
}

test_camellia() {
	pair tunnel 'cbc(camellia)' 16 'hmac(sha384)' 48 192
	pair transport 'cbc(camellia)' 32 'hmac(sha1)' 20 96
}

test_3des() {
	pair transport 'cbc(des3_ede)' 24 'hmac(sha1)' 20 96
	pair tunnel 'cbc(des3_ede)' 24 'hmac(sha256)' 32 96
}

test_null() {
	pair tunnel 'ecb(cipher_null)' 0 'hmac(sha256)' 32 128
	pair transport 'ecb(cipher_null)' 0 'cmac(aes)' 16 96
	pair transport 'ecb(cipher_null)' 0 'xcbc(aes)' 16 96
}

# went_to DIGITS: the numbers of the SA that sends and of the one that receives begin so.
went_to() {
	local said

	said=$(espah -n "$A" state list)
	[[ $said == *'flag esn'* ]] || fail "expected 'flag esn', saw: $said"
	[[ $said == *" seq $1"* && $said == *" oseq $1"* ]] || fail "expected numbers from $1.. on, saw: $said"
}

# Extended sequence numbers, over 2^32 on the way; both SAs are told where to begin.
test_esn() {
	numbers='flag esn replay-seq 0xfffffff8 replay-oseq 0xfffffff8'
	aead tunnel transport 'rfc4106(gcm(aes))' 20 128
	aead tunnel 'rfc4309(ccm(aes))' 19 128
	aead transport 'rfc4543(gcm(aes))' 20 128
	aead tunnel 'rfc7539esp(chacha20,poly1305)' 36 128
	pair tunnel transport 'cbc(aes)' 16 'hmac(sha256)' 32 128
	pair transport 'rfc3686(ctr(aes))' 20 'cmac(aes)' 16 96
	pair tunnel 'ecb(cipher_null)' 0 'hmac(sha1)' 20 96
	went_to 0x1000000
}

# From any place in the 64 bits.
test_esn_high_half() {
	numbers='flag esn replay-seq 0xfffffff8 replay-oseq 0xfffffff8 replay-seq-hi 7 replay-oseq-hi 7'
	aead tunnel 'rfc4106(gcm(aes))' 36 128
	went_to 0x8000000
}

# What ip-xfrm(8) calls "auth" has the same ICV on both sides.
test_icv_of_xfrm() {
	local mac octets

	for mac in 'hmac(sha1) 20' 'hmac(sha256) 32' 'hmac(sha384) 48' 'hmac(sha512) 64' 'xcbc(aes) 16' \
		'cmac(aes) 16'; do
		read -r mac octets <<<"$mac"
		new_pair 'cbc(aes)' 32 "$mac" "$octets"
		understood tunnel
	done
}

# RFC 8221 says MUST NOT of these: who has a peer that knows nothing else says so to the module.
test_legacy() {
	local words="state add src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x1100"

	# shellcheck disable=SC2086
	assert_fails_with 'enc name: RFC 8221 .*legacy=1' espah -n "$A" $words \
		enc 'cbc(des)' 0x0123456789abcdef auth-trunc 'hmac(sha256)' "$(rand_key 32)" 128
	legacy_take 1
	pair tunnel 'cbc(des)' 8 'hmac(md5)' 16 96
	pair transport 'cbc(blowfish)' 56 'hmac(sha256)' 32 128
	pair transport 'cbc(cast5)' 16 'hmac(sha256)' 32 128
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
