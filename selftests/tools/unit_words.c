// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "argv.h"
#include "migrate_text.h"
#include "names.h"
#include "policy_text.h"
#include "sa.h"
#include "state_text.h"
#include "unit.h"

enum kind {
	ADD, UPDATE, ALLOCSPI, ID, FILTER,
	POLICY, POLICY_KEY, POLICY_FILTER, POLICY_FLUSH,
	MIGRATE,
};

struct words_case {
	enum kind kind;
	const char *words;
	/* What was understood, or why it was refused. */
	const char *expected;
};

#define ENDS	"src 10.0.0.1 dst 10.0.0.2 proto esp spi 256 "
#define AH_ENDS	"src 10.0.0.1 dst 10.0.0.2 proto ah spi 256 "
#define MOVE	"move src 10.0.0.1 dst 10.0.0.2 to 10.0.0.3 10.0.0.4"
#define AEAD	"aead rfc4106(gcm(aes)) 0x0102 128 "

static const struct words_case cases[] = {
	{ ADD, ENDS AEAD, "10.0.0.1>10.0.0.2 50 100 mode 0 aead rfc4106(gcm(aes)) 2 128" },
	{ ADD, ENDS AEAD "mode tunnel reqid 0x11 replay-window 64",
	  "10.0.0.1>10.0.0.2 50 100 mode 1 reqid 17 window 64 aead rfc4106(gcm(aes)) 2 128" },
	{ ADD, "mode transport spi 0xffffffff proto 50 dst ::2 src ::1 aead x key 0x60",
	  "::1>::2 50 ffffffff mode 0 aead x 3 96" },
	{ ADD, ENDS AEAD "sel src 10.1.0.0/24 proto tcp reqid 5",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 reqid 5 aead rfc4106(gcm(aes)) 2 128 sel 10.1.0.0/24>0.0.0.0/0 6",
	},
	{ ADD, ENDS AEAD "sel",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 aead rfc4106(gcm(aes)) 2 128 sel 0.0.0.0/0>0.0.0.0/0 0",
	},
	{ ADD, ENDS AEAD "sel dst fd00::/8 src any",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 aead rfc4106(gcm(aes)) 2 128 sel ::/0>fd00::/8 0" },
	{ ADD, ENDS AEAD "flag esn replay-seq 5 replay-oseq-hi 15 replay-oseq 0x12",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 flags 1 seq 5 oseq f00000012 aead rfc4106(gcm(aes)) 2 128"
	},
	{ ADD, ENDS AEAD "flag noecn decap-dscp nopmtudisc af-unspec esn mode tunnel",
	  "10.0.0.1>10.0.0.2 50 100 mode 1 flags 29 aead rfc4106(gcm(aes)) 2 128" },
	{ ADD, ENDS AEAD "flag iiv",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 flags 128 aead rfc4106(gcm(aes)) 2 128" },
	{ ADD, ENDS AEAD "flag 0xa7 extra-flag dont-encap-dscp ttl 64",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 flags 61 ttl 64 aead rfc4106(gcm(aes)) 2 128" },
	{ ADD, ENDS AEAD "flag af-unspec ttl auto dscp inherit df inherit",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 aead rfc4106(gcm(aes)) 2 128" },
	{ ADD, ENDS AEAD "extra-flag 0x1 ttl inherit dscp 0 df set",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 flags 96 ttl 0 dscp 0 aead rfc4106(gcm(aes)) 2 128" },
	{ ADD, ENDS AEAD "tfcpad 1400",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 tfcpad 1400 aead rfc4106(gcm(aes)) 2 128" },
	{ ADD, ENDS AEAD "flowlabel 0xfffff",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 label fffff aead rfc4106(gcm(aes)) 2 128" },
	{ ADD, ENDS AEAD "flowlabel auto",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 label 100000 aead rfc4106(gcm(aes)) 2 128" },
	{ ADD, ENDS AEAD "flowlabel inherit",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 aead rfc4106(gcm(aes)) 2 128" },
	{ ADD, ENDS AEAD "dir out",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 dir out aead rfc4106(gcm(aes)) 2 128" },
	{ ADD, ENDS AEAD "dir fwd", "'dir': 'fwd' is not right; expected in or out" },
	{ ADD, ENDS AEAD "tfcpad 0",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 aead rfc4106(gcm(aes)) 2 128" },
	{ ADD, ENDS AEAD "df unset dscp 63",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 flags 16 dscp 63 aead rfc4106(gcm(aes)) 2 128" },
	{ ADD, ENDS AEAD "replay-seq-hi 1",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 seq 100000000 aead rfc4106(gcm(aes)) 2 128" },
	{ ADD, ENDS "enc ecb(cipher_null) 0x auth xcbc(aes) 0x030405",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 enc ecb(cipher_null) 0 auth xcbc(aes) 3 96" },
	{ ADD, ENDS "enc des3_ede 0x0102 auth sha1 0x030405",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 enc cbc(des3_ede) 2 auth hmac(sha1) 3 96" },
	{ ADD, ENDS "enc cbc(aes) 0x auth xcbc(aes) 0x030405",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 enc cbc(aes) 2 auth xcbc(aes) 3 96" },
	{ ADD, ENDS "enc cbc(aes) 0x0102 auth-trunc hmac(sha256) 0x030405 128",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 enc cbc(aes) 2 auth hmac(sha256) 3 128" },
	/* As many bits as xfrm has where nobody says it. */
	{ ADD, ENDS "auth hmac(sha256) 0x00 enc x 0x00",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 enc x 1 auth hmac(sha256) 1 96" },
	{ ADD, ENDS "auth hmac(sha384) 0x00",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 auth hmac(sha384) 1 192" },
	{ ADD, ENDS "auth hmac(sha512) 0x00",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 auth hmac(sha512) 1 256" },
	{ ADD, ENDS AEAD "encap espinudp 4500 4500 0.0.0.0 nat_keepalive_interval 20",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 aead rfc4106(gcm(aes)) 2 128 encap 4500 4500 0.0.0.0 keepalive 20",
	},
	{ ADD, ENDS AEAD "dummy_interval 20",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 aead rfc4106(gcm(aes)) 2 128 dummy 20",
	},
	{ ADD, ENDS AEAD "dummy_interval 0",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 aead rfc4106(gcm(aes)) 2 128 dummy 0",
	},
	{ ADD, "dummy_interval 3600001",
	  "'dummy_interval': '3600001' is not right; expected a number from 0 to 3600000" },
	{ ADD, "dummy_interval", "'dummy_interval': a number is missing" },
	{ UPDATE, ENDS "replay-thresh 4294967295 replay-timer 3600000",
	  "10.0.0.1>10.0.0.2 50 100 thresh 4294967295 timer 3600000" },
	{ UPDATE, ENDS "replay-thresh 0 replay-timer 0",
	  "10.0.0.1>10.0.0.2 50 100 thresh 0 timer 0" },
	{ ADD, "replay-timer 3600001",
	  "'replay-timer': '3600001' is not right; expected a number from 0 to 3600000" },
	{ ADD, "replay-thresh", "'replay-thresh': a number is missing" },
	{ ADD, ENDS AEAD "nat_keepalive_interval 0",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 aead rfc4106(gcm(aes)) 2 128" },
	{ ADD, ENDS AEAD "encap espinudp 4500 61000 192.0.2.9",
	  "10.0.0.1>10.0.0.2 50 100 mode 0 aead rfc4106(gcm(aes)) 2 128 encap 4500 61000 192.0.2.9",
	},
	{ ADD, AH_ENDS "auth-trunc hmac(sha256) 0x00 128 flag align4",
	  "10.0.0.1>10.0.0.2 51 100 mode 0 flags 2 auth hmac(sha256) 1 128" },
	{ ADD, AH_ENDS "auth x 0x00 flag align4 esn mode tunnel",
	  "10.0.0.1>10.0.0.2 51 100 mode 1 flags 3 auth x 1 0" },
	{ ADD, ENDS "auth x 0x00", "10.0.0.1>10.0.0.2 50 100 mode 0 auth x 1 0" },
	{ UPDATE, "dst 10.0.0.2 proto esp spi 256", "any>10.0.0.2 50 100" },
	{ UPDATE, ENDS "sel proto 89", "10.0.0.1>10.0.0.2 50 100 sel 0.0.0.0/0>0.0.0.0/0 89" },
	{ UPDATE, ENDS
	  "limit time-soft 1 limit byte-hard 18446744073709551615 limit packet-hard 0x10",
	  "10.0.0.1>10.0.0.2 50 100 limit 2=1 limit 7=18446744073709551615 limit 9=16" },
	{ UPDATE, ENDS
	  "limit time-use-soft 2 limit time-use-hard 3 limit byte-soft 4 limit packet-soft 5",
	  "10.0.0.1>10.0.0.2 50 100 limit 4=2 limit 5=3 limit 6=4 limit 8=5" },
	{ ALLOCSPI, "src 10.0.0.1 dst 10.0.0.2 proto esp",
	  "10.0.0.1>10.0.0.2 50 0 mode 0 min 0 max 0 timeout 0" },
	{ UPDATE, ENDS "limit time-hard 0 limit time-hard 0", "10.0.0.1>10.0.0.2 50 100" },
	{ ALLOCSPI,
	  "src ::1 dst ::2 proto esp mode tunnel reqid 3 min 256 max 0xffffffff timeout 9",
	  "::1>::2 50 0 mode 1 reqid 3 min 256 max 4294967295 timeout 9" },
	{ ID, ENDS, "10.0.0.1>10.0.0.2 50 100" },

	{ ADD, "", "'proto' is missing; expected proto esp" },
	{ ADD, "proto esp spi 256", "'dst' is missing; expected dst ADDR" },
	{ ADD, "proto esp dst 10.0.0.2", "'spi' is missing; expected spi NUMBER" },
	{ ADD, "proto esp dst 10.0.0.2 spi 256 " AEAD, "'src' is missing; expected src ADDR" },
	{ ADD, ENDS,
	  "'aead' is missing; expected aead NAME KEY BITS, or auth-trunc NAME KEY BITS, with enc NAME KEY for esp",
	},
	{ ADD, "src 10.0.0.1 dst ::2 proto esp spi 256",
	  "'src' is IPv4 and 'dst' is IPv6; both must be of one family" },
	{ ADD, "src 1.2.3",
	  "'src': '1.2.3' is not an address; expected one like 192.0.2.1 or 2001:db8::1" },
	{ ADD, "src", "'src': an address is missing" },
	{ ADD, ENDS "src 10.0.0.1", "'src': given twice" },
	{ ADD, "spi 4294967296",
	  "'spi': '4294967296' is not right; expected a number from 0 to 4294967295" },
	{ ADD, "spi -1", "'spi': '-1' is not right; expected a number from 0 to 4294967295" },
	{ ADD, "spi 0xg", "'spi': '0xg' is not right; expected a number from 0 to 4294967295" },
	{ ADD, "spi 99999999999999999999",
	  "'spi': '99999999999999999999' is not right; expected a number from 0 to 4294967295" },
	{ ADD, "replay-window 4097",
	  "'replay-window': '4097' is not right; expected a number from 0 to 4096" },
	{ ADD, "mode x", "'mode': 'x' is not right; expected transport, tunnel or beet" },
	{ ADD, "mode ro",
	  "'mode': 'ro' is not supported by this version; expected transport, tunnel or beet" },
	{ ADD, ENDS AEAD "mode beet sel src 192.0.2.1 dst 192.0.2.2",
	  "10.0.0.1>10.0.0.2 50 100 mode 2 aead rfc4106(gcm(aes)) 2 128 sel 192.0.2.1/32>192.0.2.2/32 0",
	},
	{ ADD, "proto comp",
	  "'proto': 'comp' is not supported by this version; expected esp or ah" },
	{ ADD, "proto tcp", "'proto': 'tcp' is not an IPsec protocol; expected esp or ah" },
	{ ADD, "foo",
	  "'foo' is not a word of this command; expected one of: src, dst, proto, spi, mode, reqid, replay-window, replay-seq, replay-oseq, replay-seq-hi, replay-oseq-hi, replay-thresh, replay-timer, flag, extra-flag, ttl, dscp, df, flowlabel, tfcpad, aead, enc, auth, auth-trunc, encap, nat_keepalive_interval, dummy_interval, output-mark, if_id, limit, dir, mark, sel",
	},
	{ ADD, ENDS AEAD "encap espinudp 4500 61000 192.0.2.9 odst 192.0.2.7 mode tunnel",
	  "10.0.0.1>10.0.0.2 50 100 mode 1 aead rfc4106(gcm(aes)) 2 128 encap 4500 61000 192.0.2.9 odst 192.0.2.7",
	},
	{ ADD, "encap espinudp 1 2 0.0.0.0 odst", "'encap': an address is missing" },
	{ ADD, "nat_keepalive_interval 3601",
	  "'nat_keepalive_interval': '3601' is not right; expected a number from 0 to 3600" },
	{ ADD, "encap", "'encap': the kind of encapsulation is missing" },
	{ ADD, "encap espinudp-nonike 1 2 0.0.0.0",
	  "'encap': 'espinudp-nonike' is not supported by this version; expected espinudp" },
	{ ADD, "encap espinudp",
	  "'encap': a port is missing; expected espinudp SPORT DPORT OADDR" },
	{ ADD, "encap espinudp 1",
	  "'encap': a port is missing; expected espinudp SPORT DPORT OADDR" },
	{ ADD, "encap espinudp 1 0",
	  "'encap': '0' is not right; expected a number from 1 to 65535" },
	{ ADD, "encap espinudp 65536",
	  "'encap': '65536' is not right; expected a number from 1 to 65535" },
	{ ADD, "enc", "'enc': the name of an algorithm is missing" },
	{ ADD, "enc x", "'enc': the key is missing" },
	{ ADD, "auth x", "'auth': the key is missing" },
	{ ADD, "auth-trunc x 0x00",
	  "'auth-trunc': the length of the ICV is missing; expected NAME KEY BITS" },
	{ ADD, "flag foo",
	  "'flag': 'foo' is no flag; expected one of: noecn, decap-dscp, nopmtudisc, af-unspec, align4, esn, iiv"
	},
	{ ADD, "extra-flag noecn",
	  "'extra-flag': 'noecn' is no flag; expected one of: dont-encap-dscp" },
	{ ADD, "flag noecn wildrecv",
	  "'flag': 'wildrecv' is of Mobile IPv6, and IPsec has nothing of it" },
	{ ADD, "flag icmp", "'flag': 'icmp' is not supported by this version" },
	{ ADD, "flag 0x100",
	  "'flag': '0x100' is not right; expected a number from 0 to 255" },
	{ ADD, "extra-flag oseq-may-wrap",
	  "'extra-flag': 'oseq-may-wrap' is not possible: no sequence number is used twice (RFC 4303 section 3.3.3)"
	},
	{ ADD, "flag noecn flag esn", "'flag': given twice" },
	{ ADD, "flag noecn foo",
	  "'foo' is not a word of this command; expected one of: src, dst, proto, spi, mode, reqid, replay-window, replay-seq, replay-oseq, replay-seq-hi, replay-oseq-hi, replay-thresh, replay-timer, flag, extra-flag, ttl, dscp, df, flowlabel, tfcpad, aead, enc, auth, auth-trunc, encap, nat_keepalive_interval, dummy_interval, output-mark, if_id, limit, dir, mark, sel",
	},
	{ ADD, "extra-flag", "'extra-flag': a flag is missing" },
	{ ADD, "ttl", "'ttl': a number is missing" },
	{ ADD, "ttl 256", "'ttl': '256' is not right; expected a number from 0 to 255" },
	{ ADD, "dscp 64", "'dscp': '64' is not right; expected a number from 0 to 63" },
	{ ADD, "flowlabel 0x100000",
	  "'flowlabel': '0x100000' is not right; expected a number from 0 to 1048575" },
	{ ADD, "tfcpad 65536",
	  "'tfcpad': '65536' is not right; expected a number from 0 to 65535" },
	{ ADD, "df", "'df': whether there is DF is missing" },
	{ ADD, "df copy", "'df': 'copy' is not right; expected inherit, set or unset" },
	{ ADD, "flag", "'flag': a flag is missing" },
	{ ADD, "replay-oseq 0x100000000",
	  "'replay-oseq': '0x...' is not right; expected a number from 0 to 4294967295" },
	{ ADD, "mark", "'mark': a mark is missing" },
	{ ADD, "mark 1 mask", "'mark': a number is missing" },
	{ ADD, "mark x",
	  "'mark': 'x' is not right; expected a number of 32 bits, perhaps with a mask: MARK/MASK",
	},
	{ ADD, "mark 1/",
	  "'mark': '1/' is not right; expected a number of 32 bits, perhaps with a mask: MARK/MASK",
	},
	{ ADD, "mark 1/1/1",
	  "'mark': '1/1/1' is not right; expected a number of 32 bits, perhaps with a mask: MARK/MASK",
	},
	{ ADD, "output-mark 0x100000000",
	  "'output-mark': '0x...' is not right; expected a number of 32 bits, perhaps with a mask: MARK/MASK",
	},
	{ ADD, "output-mark 0x10 mask 0xf",
	  "'output-mark': 0x10 has bits that the mask 0xf has not" },
	{ ID, "dst 10.0.0.2 proto esp spi 7 mark 1", "any>10.0.0.2 50 7 mark 1/ffffffff" },
	{ UPDATE, "dst 10.0.0.2 proto esp spi 7 mark 0x10 mask 0xf0 output-mark 2/3",
	  "any>10.0.0.2 50 7 mark 10/f0 output-mark 2/3" },
	{ POLICY, "dir in dst 10.0.0.2 mark 0 mask 0xff",
	  "in 0 bypass 0.0.0.0/0>10.0.0.2/32 0 mark 0/ff" },
	{ POLICY_KEY, "dir in index 3 mark 1",
	  "'index' names the policy, and 'mark' goes with a selector; expected one of the two" },
	{ ADD, "if_id", "'if_id': a number is missing" },
	{ ADD, "if_id 0x100000000",
	  "'if_id': '0x...' is not right; expected a number from 0 to 4294967295" },
	{ UPDATE, "dst 10.0.0.2 proto esp spi 7 if_id 0x2a", "any>10.0.0.2 50 7 if_id 42" },
	{ POLICY, "dir in dst 10.0.0.2 if_id 7", "in 0 bypass 0.0.0.0/0>10.0.0.2/32 0 if_id 7" },
	{ POLICY_KEY, "dir in dst 10.0.0.2 if_id 7",
	  "in 0 protect 0.0.0.0/0>10.0.0.2/32 0 if_id 7" },
	{ POLICY_KEY, "dir in index 3 if_id 1",
	  "'index' names the policy, and 'if_id' goes with a selector; expected one of the two" },
	{ ADD, "limit", "'limit': a value is missing" },
	{ ADD, "limit time-hard", "'limit': a number is missing" },
	{ ADD, "limit time 5",
	  "'limit': 'time' is not right; expected one of time-soft, time-hard, time-use-soft, time-use-hard, byte-soft, byte-hard, packet-soft, packet-hard",
	},
	{ ADD, "limit byte-hard 0",
	  "'limit': '0' is not right; expected a number from 1 to 18446744073709551615" },
	{ ADD, "limit packet-soft 18446744073709551616",
	  "'limit': '18446744073709551616' is not right; expected a number from 1 to 18446744073709551615",
	},
	{ ADD, "limit byte-hard 1 limit byte-hard 2", "'limit': 'byte-hard' given twice" },
	{ ALLOCSPI, "dst 10.0.0.2 proto esp", "'src' is missing; expected src ADDR" },
	{ ALLOCSPI, "src 10.0.0.1 proto esp", "'dst' is missing; expected dst ADDR" },
	{ ALLOCSPI, "src 10.0.0.1 dst 10.0.0.2", "'proto' is missing; expected proto esp" },
	{ ALLOCSPI, ENDS, "'spi' is what is asked for; expected min SPI max SPI, or nothing" },
	{ ALLOCSPI, "src 10.0.0.1 dst 10.0.0.2 proto esp min 256",
	  "'max' is missing; expected min SPI max SPI" },
	{ ALLOCSPI, "src 10.0.0.1 dst 10.0.0.2 proto esp max 256",
	  "'min' is missing; expected min SPI max SPI" },
	{ ALLOCSPI, "src 10.0.0.1 dst 10.0.0.2 proto esp min 300 max 299",
	  "'max': 299 is below 'min', which is 300" },
	{ ALLOCSPI, "min 255",
	  "'min': '255' is not right; expected a number from 256 to 4294967295" },
	{ ALLOCSPI, "timeout 0",
	  "'timeout': '0' is not right; expected a number from 1 to 4294967295" },
	{ ALLOCSPI, "seq 5", "'seq': acquire sequence numbers are not supported by this version" },
	{ ADD, "spi", "'spi': a number is missing" },
	{ ADD, "proto", "'proto': a protocol is missing" },
	{ ADD, "sel src", "'src': a prefix is missing" },
	{ ADD, "sel proto", "'proto': a protocol is missing" },
	{ ADD, "aead", "'aead': the name of an algorithm is missing" },
	{ ADD, "aead x", "'aead': the key is missing" },
	{ ADD, "aead x 0x00", "'aead': the length of the ICV is missing; expected NAME KEY BITS" },
	{ ADD, "aead x 0x0g 128", "'aead': the key's digit 2 behind 0x is not one of 0-9, a-f" },
	{ ADD, "aead x 0x00 0x112233445566778899",
	  "'aead': '0x...' is not right; expected a number from 0 to 4294967295" },
	{ ADD, "0x112233445566778899 128",
	  "'0x...' is not a word of this command; expected one of: src, dst, proto, spi, mode, reqid, replay-window, replay-seq, replay-oseq, replay-seq-hi, replay-oseq-hi, replay-thresh, replay-timer, flag, extra-flag, ttl, dscp, df, flowlabel, tfcpad, aead, enc, auth, auth-trunc, encap, nat_keepalive_interval, dummy_interval, output-mark, if_id, limit, dir, mark, sel",
	},
	{ ADD, "aead 0123456789012345678901234567890123456789012345678901234567890123 0x00 128",
	  "'aead': '0123456789012345678901234567890123456789012345678901234567890123...' is too long for the name of an algorithm; at most 63 characters are possible",
	},
	{ ADD, "aead x - 128",
	  "'aead': the key cannot come from standard input, where the batch comes from; expected 0x... or @FILE",
	},
	{ ADD, ENDS AEAD "sel src 10.0.0.0/8 dst ::/0",
	  "'sel': 'src' is IPv4 and 'dst' is IPv6; a selector has one family" },
	{ ADD, "sel proto nonsense",
	  "'proto': 'nonsense' is not an IP protocol; expected a name like tcp or a number from 0 to 255",
	},
	{ ADD, "sel proto 256",
	  "'proto': '256' is not an IP protocol; expected a name like tcp or a number from 0 to 255",
	},
	{ ID, ENDS "reqid 1",
	  "'reqid' is not a word of this command; expected one of: src, dst, proto, spi, mark" },
	{ FILTER, "mode x", "'mode': 'x' is not right; expected transport, tunnel or beet" },
	{ FILTER, "src 10.0.0.0/8 dst any proto esp spi 256 mode tunnel reqid 4 nokeys",
	  "(taken)",
	},

	{ POLICY,
	  "src 10.1.0.0/24 dst 10.2.0.0/24 dir out tmpl src 10.0.0.1 dst 10.0.0.2 proto esp reqid 1 mode tunnel",
	  "out 0 protect 10.1.0.0/24>10.2.0.0/24 0 tmpl 10.0.0.1>10.0.0.2 50 0 1 1 0" },
	{ POLICY, "dir in", "in 0 bypass 0.0.0.0/0>0.0.0.0/0 0" },
	{ POLICY, "dst ::1 dir fwd priority 7 action allow ptype main",
	  "fwd 7 bypass ::/0>::1/128 0" },
	{ POLICY, "action block dir out proto udp src default",
	  "out 0 discard 0.0.0.0/0>0.0.0.0/0 17" },
	{ POLICY, "dir out tmpl src ::1 dst ::2 proto esp spi 0x100 level use priority 9",
	  "out 9 protect ::/0>::/0 0 tmpl ::1>::2 50 100 0 0 1" },
	{ POLICY, "dir out tmpl dst ::2 proto esp",
	  "out 0 protect ::/0>::/0 0 tmpl any>::2 50 0 0 0 0" },
	{ POLICY, "dir in tmpl src 0.0.0.0 dst 0.0.0.0 proto esp tmpl proto 50 mode tunnel",
	  "in 0 protect 0.0.0.0/0>0.0.0.0/0 0 tmpl any>any 50 0 0 0 0 tmpl any>any 50 0 1 0 0" },
	{ POLICY, "src 10.0.0.1-10.0.0.9 dir out", "out 0 bypass 10.0.0.1-10.0.0.9>0.0.0.0/0 0" },
	{ POLICY, "proto udp sport 500 dport 0x10-0x20 dir out",
	  "out 0 bypass 0.0.0.0/0>0.0.0.0/0 17 sport 500-500 dport 16-32" },
	{ POLICY, "proto udp sport 0 dport any dir out", "out 0 bypass 0.0.0.0/0>0.0.0.0/0 17" },
	{ POLICY, "proto udp dport 0-0 dir out",
	  "out 0 bypass 0.0.0.0/0>0.0.0.0/0 17 dport 0-0" },
	{ POLICY, "proto icmp type 0 code 3-4 dir out",
	  "out 0 bypass 0.0.0.0/0>0.0.0.0/0 1 type 0-0 code 3-4" },
	{ POLICY, "proto icmp type 11-12 code 1-0 dir out",
	  "out 0 bypass 0.0.0.0/0>0.0.0.0/0 1 type 11-12 code 1-0" },
	{ POLICY, "proto gre key 0.1.0.2 dev if7 dir in",
	  "in 0 bypass 0.0.0.0/0>0.0.0.0/0 47 key 65538 if 7" },
	{ POLICY, "proto gre key 9 opaque dev lo dscp 0,46,63 dir out",
	  "out 0 bypass 0.0.0.0/0>0.0.0.0/0 47 key 9 opaque if 1 dscp 8000400000000001" },
	{ POLICY_KEY, "dir out proto icmp", "out 0 protect 0.0.0.0/0>0.0.0.0/0 1" },
	{ POLICY_KEY, "index 5 dir in", "in 0 protect index 5" },

	{ POLICY, "src 10.0.0.0/8", "'dir' is missing; expected dir in, out or fwd" },
	{ POLICY, "dir", "'dir': a value is missing" },
	{ POLICY, "dir in ptype", "'ptype': a policy type is missing" },
	{ POLICY, "dir in ptype x", "'ptype': 'x' is not right; expected main" },
	{ POLICY, "dir up", "'dir': 'up' is not right; expected in, out or fwd" },
	{ POLICY, "dir in dir in", "'dir': given twice" },
	{ POLICY, "dir in action protect",
	  "'action': 'protect' is not right; expected allow or block" },
	{ POLICY, "dir in priority x",
	  "'priority': 'x' is not right; expected a number from 0 to 4294967295" },
	{ POLICY, "dir in action block tmpl proto esp",
	  "'action block' drops packets and 'tmpl' protects them; expected one of the two" },
	{ POLICY, "dir in tmpl mode tunnel", "'tmpl': 'proto' is missing; expected proto esp" },
	{ POLICY, "dir in tmpl src 10.0.0.1 dst ::1 proto esp",
	  "'tmpl': 'src' is IPv4 and 'dst' is IPv6; both must be of one family" },
	{ POLICY, "dir in tmpl proto esp level high",
	  "'level': 'high' is not right; expected required or use" },
	{ POLICY,
	  "dir in tmpl proto esp tmpl proto esp tmpl proto esp tmpl proto esp tmpl proto esp tmpl proto esp tmpl proto esp",
	  "'tmpl': given more than 6 times" },
	{ POLICY, "dir in src 10.0.0.0/8 dst ::/0",
	  "'src' is IPv4 and 'dst' is IPv6; a selector has one family" },
	{ POLICY, "dir in index 5", "in 0 bypass 0.0.0.0/0>0.0.0.0/0 0 index 5" },
	{ POLICY, "dir in index 0",
	  "'index': '0' is not right; expected a number from 1 to 4294967295" },
	{ POLICY, "dir in limit time-hard 5 limit byte-soft 6",
	  "in 0 bypass 0.0.0.0/0>0.0.0.0/0 0 limit 3=5 limit 6=6" },
	{ POLICY, "dir in limit byte-soft 0",
	  "'limit': '0' is not right; expected a number from 1 to 18446744073709551615" },
	{ POLICY, "dir in flag localok icmp priority 4", "in 4 bypass 0.0.0.0/0>0.0.0.0/0 0" },
	{ POLICY, "dir in flag esn", "'flag': 'esn' is no flag; expected one of: localok, icmp" },
	{ POLICY_FILTER, "dir in flag localok",
	  "'flag': each policy is as localok and icmp say, and keeps neither; expected what tells policies apart, like dir, name or a selector"
	},
	{ FILTER, "flag noecn esn mode tunnel", "(taken)" },
	{ FILTER, "flag foo",
	  "'flag': 'foo' is no flag; expected one of: noecn, decap-dscp, nopmtudisc, af-unspec, align4, esn, iiv"
	},
	{ POLICY, "dir in ptype sub",
	  "'ptype': 'sub' is not supported by this version; expected main" },
	{ POLICY, "dir in dev nobody",
	  "'dev': 'nobody' is not an interface; expected a name that ip link lists" },
	{ POLICY, "dir in dev if0",
	  "'dev': 'if0' is not an interface; expected a name that ip link lists" },
	{ POLICY, "dir in sport x",
	  "'sport': 'x' is not right; expected a number from 0 to 65535, or two like 1-9" },
	{ POLICY, "dir in sport 1-",
	  "'sport': '1-' is not right; expected a number from 0 to 65535, or two like 1-9" },
	{ POLICY, "dir in dport 9-1",
	  "'dport': '9-1' is not right; expected a number from 0 to 65535, or two like 1-9" },
	{ POLICY, "dir in dport 1-65536",
	  "'dport': '1-65536' is not right; expected a number from 0 to 65535, or two like 1-9" },
	{ POLICY, "dir in dport", "'dport': a number is missing" },
	{ POLICY, "dir in type 256",
	  "'type': '256' is not right; expected a number from 0 to 255, or two like 1-9" },
	{ POLICY, "dir in key 1.2.3",
	  "'key': '1.2.3' is not right; expected a number, or four like 0.0.1.2" },
	{ POLICY, "dir in key x",
	  "'key': 'x' is not right; expected a number from 0 to 4294967295" },
	{ POLICY, "dir out dscp 64",
	  "'dscp': '64' is not right; expected numbers from 0 to 63, like 46 or 10,12" },
	{ POLICY, "dir out dscp 1,",
	  "'dscp': '1,' is not right; expected numbers from 0 to 63, like 46 or 10,12" },
	{ POLICY, "dir out dscp", "'dscp': a DSCP is missing" },
	{ POLICY, "dir in spi 5",
	  "'spi' is not a word of this command; expected one of: src, dst, proto, sport, dport, type, code, key, opaque, dev, dscp, dir, ptype, priority, tmpl, flag, limit, action, mark, if_id, name, index",
	},
	{ POLICY_KEY, "dir in",
	  "nothing names the policy; expected src, dst or proto, or index NUMBER, or name NAME" },
	{ POLICY, "dir in name branch-7", "in 0 bypass 0.0.0.0/0>0.0.0.0/0 0 name branch-7" },
	{ POLICY_KEY, "name branch-7", "in 0 protect index 0 name branch-7" },
	{ POLICY_KEY, "name branch-7 dir out", "out 0 protect index 0 name branch-7" },
	{ POLICY_KEY, "name branch-7 index 3",
	  "'name' names the policy; expected no selector, index, mark or if_id with it" },
	{ POLICY_KEY, "name branch-7 src 10.0.0.1",
	  "'name' names the policy; expected no selector, index, mark or if_id with it" },
	{ POLICY, "dir in name", "'name': a name is missing" },
	{ POLICY, "dir in name n\xc3\xa4me",
	  "'name': 'n\xc3\xa4me' is not right; expected 1 to 63 visible characters of ASCII" },
	{ POLICY_KEY, "dir in index 5 proto tcp",
	  "'index' and a selector both name a policy; expected one of the two" },
	{ POLICY_FILTER, "src 10.0.0.0/8 dir in priority 4 index 5 action block nosock ptype main",
	  "(taken)" },
	{ POLICY_FILTER, "tmpl",
	  "'tmpl' is not a word of this command; expected one of: src, dst, proto, sport, dport, type, code, key, opaque, dev, dscp, dir, index, name, ptype, action, priority, if_id, nosock, flag",
	},
	{ POLICY_FLUSH, "dir fwd", "(taken)" },
	{ POLICY_FLUSH, "src any",
	  "'src' is not a word of this command; expected one of: dir, ptype" },
	{ MIGRATE, MOVE, "10.0.0.1>10.0.0.2 to 10.0.0.3>10.0.0.4" },
	{ MIGRATE,
	  "if_id 7 " MOVE " proto ah mode beet reqid 16 move to ::3 ::4 dst ::2 src ::1 encap none",
	  "if_id 7 10.0.0.1>10.0.0.2 to 10.0.0.3>10.0.0.4 proto 51 mode 2 reqid 16 ::1>::2 to ::3>::4 encap 0 0",
	},
	{ MIGRATE, MOVE " encap espinudp 4500 1",
	  "10.0.0.1>10.0.0.2 to 10.0.0.3>10.0.0.4 encap 4500 1" },
	{ MIGRATE, MOVE " encap tcp 1 2",
	  "'encap': 'tcp' is not right; expected espinudp SPORT DPORT, or none" },
	{ MIGRATE, "if_id 7", "nothing moves; expected move src ADDR dst ADDR to ADDR ADDR" },
	{ MIGRATE, "move src 10.0.0.1 dst 10.0.0.2",
	  "'move': expected src ADDR dst ADDR to ADDR ADDR, the old addresses and the new ones" },
	{ MIGRATE, "move src 10.0.0.1 dst 10.0.0.2 to 10.0.0.3 ::4",
	  "'move': expected two addresses of one family, each time" },
};

static char seen[1024];

static void add(const char *fmt, ...) __printf(1, 2);
static void add(const char *fmt, ...)
{
	size_t len = strlen(seen);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(seen + len, sizeof(seen) - len, fmt, ap);
	va_end(ap);
}

static void add_ends(const struct espah_addr *src, const struct espah_addr *dst)
{
	char a[ESPAH_ADDR_STRLEN], b[ESPAH_ADDR_STRLEN];

	add("%s>%s", espah_addr_print(src, a), espah_addr_print(dst, b));
}

static void add_span(const struct espah_selector *sel, uint16_t attr, const char *word,
		     const struct espah_span *span)
{
	if (espah_given(sel->given, attr))
		add(" %s %u-%u", word, span->min, span->max);
}

static void add_selector(const struct espah_selector *sel)
{
	char a[ESPAH_RANGE_STRLEN], b[ESPAH_RANGE_STRLEN];

	add("%s>%s %u", espah_range_print(&sel->src, a), espah_range_print(&sel->dst, b),
	    sel->proto);
	add_span(sel, ESPAH_A_SEL_SPORT_MIN, "sport", &sel->sport);
	add_span(sel, ESPAH_A_SEL_DPORT_MIN, "dport", &sel->dport);
	add_span(sel, ESPAH_A_SEL_TYPE_MIN, "type", &sel->type);
	add_span(sel, ESPAH_A_SEL_CODE_MIN, "code", &sel->code);
	if (espah_given(sel->given, ESPAH_A_SEL_KEY))
		add(" key %u", sel->key);
	if (espah_given(sel->given, ESPAH_A_SEL_OPAQUE))
		add(" opaque");
	if (espah_given(sel->given, ESPAH_A_SEL_IFINDEX))
		add(" if %u", sel->ifindex);
	if (espah_given(sel->given, ESPAH_A_SEL_DSCP))
		add(" dscp %llx", (unsigned long long)sel->dscp);
}

static void add_sa(const struct espah_sa *sa)
{
	char addr[ESPAH_ADDR_STRLEN];
	unsigned int i;

	add_ends(&sa->src, &sa->dst);
	add(" %u %x", sa->proto, sa->spi);
	if (espah_given(sa->given, ESPAH_A_SA_MODE))
		add(" mode %u", sa->mode);
	if (espah_given(sa->given, ESPAH_A_SA_REQID))
		add(" reqid %u", sa->reqid);
	if (espah_given(sa->given, ESPAH_A_SA_REPLAY_WINDOW))
		add(" window %u", sa->replay_window);
	if (espah_given(sa->given, ESPAH_A_SA_FLAGS))
		add(" flags %u", sa->flags);
	if (espah_given(sa->given, ESPAH_A_SA_TTL))
		add(" ttl %u", sa->ttl);
	if (espah_given(sa->given, ESPAH_A_SA_DSCP))
		add(" dscp %u", sa->dscp);
	if (espah_given(sa->given, ESPAH_A_SA_FLOWLABEL))
		add(" label %x", sa->flowlabel);
	if (espah_given(sa->given, ESPAH_A_SA_DIR))
		add(" dir %s", espah_dir_name(sa->dir));
	if (espah_given(sa->given, ESPAH_A_SA_TFCPAD))
		add(" tfcpad %u", sa->tfcpad);
	if (espah_given(sa->given, ESPAH_A_SA_SEQ))
		add(" seq %llx", (unsigned long long)sa->seq);
	if (espah_given(sa->given, ESPAH_A_SA_OSEQ))
		add(" oseq %llx", (unsigned long long)sa->oseq);
	if (espah_given(sa->given, ESPAH_A_SA_AEAD))
		add(" aead %s %u %u", sa->aead.name, sa->aead.key_len, sa->aead.icv_bits);
	if (espah_given(sa->given, ESPAH_A_SA_ENC))
		add(" enc %s %u", sa->enc.name, sa->enc.key_len);
	if (espah_given(sa->given, ESPAH_A_SA_AUTH))
		add(" auth %s %u %u", sa->auth.name, sa->auth.key_len, sa->auth.icv_bits);
	if (espah_given(sa->given, ESPAH_A_SA_ENCAP_OADDR))
		add(" encap %u %u %s", sa->encap_sport, sa->encap_dport,
		    espah_addr_print(&sa->encap_oaddr, addr));
	if (espah_given(sa->given, ESPAH_A_SA_ENCAP_ODST))
		add(" odst %s", espah_addr_print(&sa->encap_odst, addr));
	if (espah_given(sa->given, ESPAH_A_SA_NAT_KEEPALIVE))
		add(" keepalive %u", sa->nat_keepalive);
	if (espah_given(sa->given, ESPAH_A_SA_DUMMY_INTERVAL))
		add(" dummy %u", sa->dummy_interval);
	if (espah_given(sa->given, ESPAH_A_SA_REPLAY_THRESH))
		add(" thresh %u", sa->replay_thresh);
	if (espah_given(sa->given, ESPAH_A_SA_REPLAY_TIMER))
		add(" timer %u", sa->replay_timer);
	for (i = 0; i <= ESPAH_A_LIMIT_MAX; i++) {
		if (sa->limits.limit[i])
			add(" limit %u=%llu", i, (unsigned long long)sa->limits.limit[i]);
	}
	if (espah_given(sa->given, ESPAH_A_SA_MARK))
		add(" mark %x/%x", sa->mark.value, sa->mark.mask);
	if (espah_given(sa->given, ESPAH_A_SA_OUTPUT_MARK))
		add(" output-mark %x/%x", sa->output_mark.value, sa->output_mark.mask);
	if (espah_given(sa->given, ESPAH_A_SA_IF_ID))
		add(" if_id %u", sa->if_id);
	if (espah_given(sa->given, ESPAH_A_SA_SEL)) {
		add(" sel ");
		add_selector(&sa->sel);
	}
}

static void add_policy(const struct espah_policy *policy)
{
	bool named = espah_given(policy->given, ESPAH_A_POLICY_SEL);
	unsigned int i;

	add("%s %u %s ", espah_dir_name(policy->dir), policy->priority,
	    espah_action_name(policy->action));
	if (named)
		add_selector(&policy->sel);
	if (!named || espah_given(policy->given, ESPAH_A_POLICY_INDEX))
		add(named ? " index %u" : "index %u", policy->index);
	for (i = 0; i <= ESPAH_A_LIMIT_MAX; i++) {
		if (policy->limits.limit[i])
			add(" limit %u=%llu", i, (unsigned long long)policy->limits.limit[i]);
	}
	if (espah_given(policy->given, ESPAH_A_POLICY_NAME))
		add(" name %s", policy->name);
	if (espah_given(policy->given, ESPAH_A_POLICY_MARK))
		add(" mark %x/%x", policy->mark.value, policy->mark.mask);
	if (espah_given(policy->given, ESPAH_A_POLICY_IF_ID))
		add(" if_id %u", policy->if_id);
	for (i = 0; i < policy->tmpls; i++) {
		const struct espah_tmpl *tmpl = &policy->tmpl[i];
		const struct espah_addr none = {};

		add(" tmpl ");
		add_ends(espah_given(tmpl->given, ESPAH_A_TMPL_SRC) ? &tmpl->src : &none,
			 espah_given(tmpl->given, ESPAH_A_TMPL_DST) ? &tmpl->dst : &none);
		add(" %u %x %u %u %u", tmpl->proto, tmpl->spi, tmpl->mode, tmpl->reqid,
		    tmpl->level);
	}
}

static void add_move(const struct espah_move *move)
{
	add_ends(&move->old_src, &move->old_dst);
	add(" to ");
	add_ends(&move->new_src, &move->new_dst);
	if (espah_given(move->given, ESPAH_A_MOVE_PROTO))
		add(" proto %u", move->proto);
	if (espah_given(move->given, ESPAH_A_MOVE_MODE))
		add(" mode %u", move->mode);
	if (espah_given(move->given, ESPAH_A_MOVE_REQID))
		add(" reqid %u", move->reqid);
	if (espah_given(move->given, ESPAH_A_MOVE_ENCAP_DPORT))
		add(" encap %u %u", move->encap_sport, move->encap_dport);
}

static int parse_migration(struct args *args)
{
	struct espah_migration migration;
	int ret = migrate_parse(args, &migration);
	unsigned int i;

	if (espah_given(migration.given, ESPAH_A_MIGRATE_IF_ID))
		add("if_id %u ", migration.if_id);
	for (i = 0; i < migration.moves; i++) {
		add("%s", i ? " " : "");
		add_move(&migration.move[i]);
	}
	return ret;
}

static int parse_state(struct args *args, enum kind kind)
{
	struct state_filter filter = {};
	struct espah_spi_range range;
	struct espah_sa sa;
	int ret;

	if (kind == FILTER) {
		add("(taken)");
		return state_parse_filter(args, &filter);
	}
	if (kind == ALLOCSPI) {
		ret = state_parse_spi(args, &sa, &range);
		add_sa(&sa);
		add(" min %u max %u timeout %u", range.min, range.max, range.timeout);
		return ret;
	}
	ret = kind == ID ? state_parse_id(args, &sa) : state_parse(args, kind == ADD, &sa);
	add_sa(&sa);
	espah_sa_wipe(&sa);
	return ret;
}

static int parse_policy(struct args *args, enum kind kind)
{
	struct policy_filter filter = {};
	struct espah_policy policy;
	int dir, ret;

	if (kind == POLICY_FILTER || kind == POLICY_FLUSH) {
		add("(taken)");
		return kind == POLICY_FLUSH ? policy_parse_flush(args, &dir) :
					      policy_parse_filter(args, &filter);
	}
	ret = kind == POLICY ? policy_parse(args, AF_UNSPEC, &policy) :
			       policy_parse_key(args, AF_UNSPEC, &policy);
	add_policy(&policy);
	return ret;
}

static int parse(struct args *args, enum kind kind)
{
	if (kind == MIGRATE)
		return parse_migration(args);
	return kind >= POLICY ? parse_policy(args, kind) : parse_state(args, kind);
}

static void run(const struct words_case *c)
{
	char words[512], name[640], *argv[64];
	struct espah_err err = {};
	struct args args = { .argv = argv, .err = &err, .stdin_busy = true };
	char *save, *word;
	int ret;

	snprintf(words, sizeof(words), "%s", c->words);
	for (word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[args.argc++] = word;
	seen[0] = '\0';
	ret = parse(&args, c->kind);
	snprintf(name, sizeof(name), "words %u: %.500s", c->kind, c->words);
	check_text(ret ? err.text : seen, c->expected, name);
}

static bool kept(const char *words, const struct espah_sa *sa)
{
	struct state_filter filter = {};
	char copy[128], *argv[16], *save, *word;
	struct espah_err err;
	struct args args = { .argv = argv, .err = &err };

	snprintf(copy, sizeof(copy), "%s", words);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[args.argc++] = word;
	return !state_parse_filter(&args, &filter) && state_filter_keep(sa, &filter);
}

static void test_filter(void)
{
	struct espah_err err;
	struct espah_sa sa = { .proto = 50, .spi = 256, .reqid = 4, .mode = ESPAH_MODE_TUNNEL };

	espah_addr_parse(&sa.src, "10.0.0.1", &err);
	espah_addr_parse(&sa.dst, "10.0.0.2", &err);
	check(kept("", &sa), "a filter that says nothing keeps an SA");
	check(kept("src 10.0.0.0/24 dst 10.0.0.2 proto esp spi 256 mode tunnel reqid 4", &sa),
	      "a filter that says all keeps an SA");
	check(!kept("src 10.0.0.2", &sa), "a filter for another src");
	check(!kept("dst 10.0.0.3-10.0.0.9", &sa), "a filter for another dst");
	check(!kept("dst ::/0", &sa), "a filter for another family");
	check(!kept("spi 257", &sa), "a filter for another spi");
	check(!kept("mode transport", &sa), "a filter for another mode");
	check(!kept("reqid 0", &sa), "a filter for reqid 0");
}

void test_words(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		run(&cases[i]);
	test_filter();
}
