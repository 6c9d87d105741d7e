// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configurations: what comes of good ones, and the sentence about each bad one.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../tools/ike/conf.h"
#include "../../tools/ike/log.h"
#include "names.h"
#include "unit.h"
#include "unit_ike_conf.h"
#include "unit_memory.h"

#define FILE_NAME	"espahd.conf"
#define PSK		"local { auth = psk\n }\n  remote { auth = psk }\n"
#define CONN(body) \
	"connections {\n m {\n  " PSK body "\n }\n}\nsecrets { ike { secret = abc } }\n"
#define CHILD(body)	CONN("remote_addrs = 10.0.0.2\n  children { net {\n" body "\n } }")
#define SECRET(body)	"secrets {\n ike-1 {\n" body "\n }\n}\n"
#define PUBKEY(mine, theirs) \
	"connections {\n m {\n local {\n" mine "\n}\n remote {\n" theirs "\n}\n}\n}\n" \
	"secrets { private { file = ../sub/locked.pem\nsecret = open sesame\n} }"

struct conf_case {
	const char *text;
	/* What comes of it, or why it is refused. */
	const char *expected;
};

static const struct conf_case good[] = {
	{ "", "" },
	{ "# nothing\n\n  # more\n", "" },
	{ CONN(""),
	  "m@2 0[500]-0[500] v0 14400/1440/1440 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0);secret@9 616263;",
	},
	{ "connections{m{local{auth=psk\n}remote{auth=psk}}}secrets{ike{secret=a}}",
	  "m@1 0[500]-0[500] v0 14400/1440/1440 0 2@1 0 0001 psk@1(,0,0) psk@2(,0,0);secret@2 61;",
	},
	{ "connections\n{\nm\n{\nlocal { auth = psk }\nremote { auth = psk }\n}\n}\n"
		"secrets { ike { secret = a } }",
	  "m@3 0[500]-0[500] v0 14400/1440/1440 0 2@3 0 0001 psk@5(,0,0) psk@6(,0,0);secret@9 61;",
	},
	{ CONN("rekey_time = 10h"),
	  "m@2 0[500]-0[500] v0 36000/3600/3600 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0);secret@9 616263;",
	},
	{ CONN("rekey_time = 600s\nover_time = 1m\nrand_time = 0"),
	  "m@2 0[500]-0[500] v0 600/60/0 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0);secret@11 616263;",
	},
	{ CONN("rekey_time = 0"),
	  "m@2 0[500]-0[500] v0 0/0/0 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0);secret@9 616263;",
	},
	{ CONN("reauth_time = 0h"),
	  "m@2 0[500]-0[500] v0 14400/1440/1440 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0);secret@9 616263;",
	},
	{ CONN("over_time = 3h"),
	  "m@2 0[500]-0[500] v0 14400/10800/7200 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0);secret@9 616263;",
	},
	{ CONN("rekey_time = 5h\nrekey_time ="),
	  "m@2 0[500]-0[500] v0 14400/1440/1440 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0);secret@10 616263;",
	},
	{ CONN("rekey_time = 5h # not\nrekey_time = 1h"),
	  "m@2 0[500]-0[500] v0 3600/360/360 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0);secret@10 616263;",
	},
	{ CONN("version = 2\nencap = yes\nmobike = no\nunique = replace\n"
		"send_cert = always\nfragmentation = no"),
	  "m@2 0[500]-0[500] v2 14400/1440/1440 0 2@2 3 1101 psk@3(,0,0) psk@5(,0,0);secret@14 616263;",
	},
	{ CONN("version = 0\nencap = 0\nunique = never\nsend_cert = never\nsend_certreq = false"),
	  "m@2 0[500]-0[500] v0 14400/1440/1440 0 2@2 1 0010 psk@3(,0,0) psk@5(,0,0);secret@13 616263;",
	},
	{ CONN("local_port = 4500\nremote_port = 0x1f4\nkeyingtries = 0\ndpd_delay = 30"),
	  "m@2 0[4500]-0[500] v0 14400/1440/1440 30 2@2 0 0001 psk@3(,0,0) psk@5(,0,0);secret@12 616263;",
	},
	{ CONN("local_addrs = 10.0.0.1, ::1, 10.1.0.0/16, 10.0.0.3-10.0.0.9, %any6"),
	  "m@2 5[500]-0[500] v0 14400/1440/1440 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0);secret@9 616263;",
	},
	{ CONN("remote_addrs = 10.0.0.1, %any"),
	  "m@2 0[500]-0[500] v0 14400/1440/1440 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0);secret@9 616263;",
	},
	{ CONN("proposals = aes128gcm16-prfsha256-ecp256,aes256-sha256-modp3072"),
	  "m@2 0[500]-0[500] v0 14400/1440/1440 0 2@6 0 0001 psk@3(,0,0) psk@5(,0,0);secret@9 616263;",
	},
	{ CHILD(""),
	  "m@2 0[500]-1[500] v0 14400/1440/1440 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0) {net@7 tunnel 0,0,0 3600/3960/360 0/0/0 0/0/0 0 64 0 2@7 dynamic:dynamic dynamic:dynamic};secret@12 616263;",
	},
	{ CHILD("mode = transport\nstart_action = trap|start\nclose_action = start\n"
		"dpd_action = restart"),
	  "m@2 0[500]-1[500] v0 14400/1440/1440 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0) {net@7 transport 3,2,2 3600/3960/360 0/0/0 0/0/0 0 64 0 2@7 dynamic:dynamic dynamic:dynamic};secret@15 616263;",
	},
	{ CHILD("rekey_time = 10m\nlife_time = 1h"),
	  "m@2 0[500]-1[500] v0 14400/1440/1440 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0) {net@7 tunnel 0,0,0 600/3600/300 0/0/0 0/0/0 0 64 0 2@7 dynamic:dynamic dynamic:dynamic};secret@13 616263;",
	},
	{ CHILD("rekey_time = 0\nrekey_bytes = 1g\nlife_packets = 100\nrand_bytes = 5k"),
	  "m@2 0[500]-1[500] v0 14400/1440/1440 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0) {net@7 tunnel 0,0,0 0/0/0 1073741824/1181116007/5120 0/100/0 0 64 0 2@7 dynamic:dynamic dynamic:dynamic};secret@15 616263;",
	},
	{ CHILD("rekey_packets = 0x10\nreqid = 7\nreplay_window = 4096\npriority = 3"),
	  "m@2 0[500]-1[500] v0 14400/1440/1440 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0) {net@7 tunnel 0,0,0 3600/3960/360 0/0/0 16/18/2 7 4096 3 2@7 dynamic:dynamic dynamic:dynamic};secret@15 616263;",
	},
	{ CHILD("if_id_in = 7\nif_id_out = 0xffffffff"),
	  "m@2 0[500]-1[500] v0 14400/1440/1440 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0) {net@7 tunnel 0,0,0 3600/3960/360 0/0/0 0/0/0 0 64 0 2@7 if 7,4294967295 dynamic:dynamic dynamic:dynamic};secret@13 616263;",
	},
	{ CHILD("local_ts = 10.1.0.0/16 , 10.2.0.0/16[17]\nremote_ts = dynamic[udp]"),
	  "m@2 0[500]-1[500] v0 14400/1440/1440 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0) {net@7 tunnel 0,0,0 3600/3960/360 0/0/0 0/0/0 0 64 0 2@7 10.1.0.0/16 10.2.0.0/16[udp] dynamic:dynamic[udp]};secret@13 616263;",
	},
	{ CHILD("esp_proposals = aes256gcm16-ecp384-noesn"),
	  "m@2 0[500]-1[500] v0 14400/1440/1440 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0) {net@7 tunnel 0,0,0 3600/3960/360 0/0/0 0/0/0 0 64 0 1@8 dynamic:dynamic dynamic:dynamic};secret@12 616263;",
	},
	{ CHILD("esp_proposals = aes256gcm16-esn"),
	  "m@2 0[500]-1[500] v0 14400/1440/1440 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0) {net@7 tunnel 0,0,0 3600/3960/360 0/0/0 0/0/0 0 64 0 1@8 dynamic:dynamic dynamic:dynamic};secret@12 616263;",
	},
	{ CONN("children { a::b { } c.d { } }"),
	  "m@2 0[500]-0[500] v0 14400/1440/1440 0 2@2 0 0001 psk@3(,0,0) psk@5(,0,0) {a:b@6 tunnel 0,0,0 3600/3960/360 0/0/0 0/0/0 0 64 0 2@6 dynamic:dynamic dynamic:dynamic} {c.d@6 tunnel 0,0,0 3600/3960/360 0/0/0 0/0/0 0 64 0 2@6 dynamic:dynamic dynamic:dynamic};secret@9 616263;",
	},
	{ SECRET("secret = \"a b\""), "secret@2 612062;" },
	{ SECRET("secret = a \t b"), "secret@2 612062;" },
	{ SECRET("secret = \"a\\n\\\"\\\\#}{ \\q\""), "secret@2 610a225c237d7b2071;" },
	{ SECRET("secret = \"a\\\nb\""), "secret@2 6162;" },
	{ SECRET("secret = \"a\nb\""), "secret@2 610a62;" },
	{ SECRET("secret = a=b{c # d"), "secret@2 613d627b63;" },
	{ SECRET("secret = 0x0a0B"), "secret@2 0a0b;" },
	{ SECRET("secret = 0xabc"), "secret@2 0abc;" },
	{ SECRET("secret = 0sAQIDBA=="), "secret@2 01020304;" },
	{ SECRET("secret = 0sAQID"), "secret@2 010203;" },
	{ SECRET("secret = x\nid-1 = moon.example.org\nid-2 = \"C=CH, CN=sun\"\nid = 10.0.0.1"),
	  "secret@2 78 moon.example.org C=CH, CN=sun 10.0.0.1;" },
	{ "secrets { ike { secret = x\r\n }\r\n}\r\n", "secret@1 78;" },
	{ "include sub/*.conf", "secret@1 74776f later;" },
	{ "include \"sub/secret.*\" # two\ninclude sub/secr\\#et.conf",
	  "secret@1 74776f later;" },
	{ "include nothing/*.conf", "" },
	{ "secrets { include sub/inner }", "secret@1 7468726565;secret@1 666f7572;" },
	{ "t { rekey_time = 1h\nlocal { auth = psk\n}}\n"
		"connections { a : t, connections.b { rekey_time = 2h\n}\n"
		"b { remote { auth = psk }\nlocal { auth = psk } } }\nsecrets { ike { secret = x } }",
	  "a@4 0[500]-0[500] v0 7200/720/720 0 2@4 0 0001 psk@2(,0,0) psk@6(,0,0);b@6 0[500]-0[500] v0 14400/1440/1440 0 2@6 0 0001 psk@7(,0,0) psk@6(,0,0);secret@8 78;",
	},
	{ "connections { a : b.c { } }\nb { c : d { remote { auth = psk } } } d { local { "
		"auth = psk } }\nsecrets { ike { secret = x } }",
	  "a@1 0[500]-0[500] v0 14400/1440/1440 0 2@1 0 0001 psk@2(,0,0) psk@2(,0,0);secret@3 78;",
	},
	{ "connections { a : d { rekey_time =\n} }\nd { rekey_time = 3h\n"
		" local { auth = psk }\nremote { auth = psk } }\nsecrets { ike { secret = x } }",
	  "a@1 0[500]-0[500] v0 14400/1440/1440 0 2@1 0 0001 psk@4(,0,0) psk@5(,0,0);secret@6 78;",
	},
	{ "connections { a { local { auth = psk } }\n a { remote { auth = psk } } }\n"
		"secrets { ike { secret = x } }",
	  "a@1 0[500]-0[500] v0 14400/1440/1440 0 2@1 0 0001 psk@1(,0,0) psk@2(,0,0);secret@3 78;",
	},
	{ "connections { a { local-1 { auth = psk }\n remote-x { auth = psk }\n"
		" children { n { start_action = none } } } }\nsecrets { ike { secret = x } }",
	  "a@1 0[500]-0[500] v0 14400/1440/1440 0 2@1 0 0001 psk@1(,0,0) psk@2(,0,0) {n@3 tunnel 0,0,0 3600/3960/360 0/0/0 0/0/0 0 64 0 2@3 dynamic:dynamic dynamic:dynamic};secret@4 78;",
	},
	{ PUBKEY("certs = moon.pem", "cacerts = ca.pem"),
	  "m@2 0[500]-0[500] v0 14400/1440/1440 0 2@2 0 0001 pubkey@3(,1,0) pubkey@6(,0,1);",
	},
	{ PUBKEY("certs = moon.pem\nid = moon.example.org",
		 "certs = moon.pem\nid = sun.example.org"),
	  "m@2 0[500]-0[500] v0 14400/1440/1440 0 2@2 0 0001 pubkey@3(moon.example.org,1,0) pubkey@7(sun.example.org,1,0);",
	},
	{ PUBKEY("auth = pubkey\ncerts = moon.pem", "id = \"CN=*\""),
	  "m@2 0[500]-0[500] v0 14400/1440/1440 0 2@2 0 0001 pubkey@3(,1,0) pubkey@7(CN=*,0,0);",
	},
	{ PUBKEY("certs = moon.pem, locked.pem", ""),
	  "m@2 0[500]-0[500] v0 14400/1440/1440 0 2@2 0 0001 pubkey@3(,2,0) pubkey@6(,0,0);",
	},
};

static const struct conf_case bad[] = {
	{ "foo = 1", "espahd.conf:1: foo: there is no such key" },
	{ "connection { }",
	  "espahd.conf:1: connection: there is no such section; did you mean 'connections'?" },
	{ "pools { }", "espahd.conf:1: pools: this version cannot do that" },
	{ "children { net { } }",
	  "espahd.conf:1: children: children belong to a connection; expected connections { NAME { children { ... } } }",
	},
	{ "connections { m = 1\n}",
	  "espahd.conf:1: connections.m: there is no such key" },
	{ "connections { m {\n } }",
	  "espahd.conf:1: connections.m: there is no local { }, which says auth and id or certificates",
	},
	{ "connections { m { local { auth = psk } } }",
	  "espahd.conf:1: connections.m: there is no remote { }, which says auth and id or certificates",
	},
	{ CONN("proposal = default"),
	  "espahd.conf:6: connections.m.proposal: there is no such key; did you mean 'proposals'?",
	},
	{ CONN("rekeytime = 1h"),
	  "espahd.conf:6: connections.m.rekeytime: there is no such key; did you mean 'rekey_time'?",
	},
	{ CONN("xyzzy = 1h"),
	  "espahd.conf:6: connections.m.xyzzy: there is no such key" },
	{ CONN("locals { }\nlocal_ { }"),
	  "espahd.conf:6: connections.m.locals: this version can do one round of authentication; the first is in line 3",
	},
	{ CONN("child { }"),
	  "espahd.conf:6: connections.m.child: there is no such section" },
	{ CONN("local2 { }"),
	  "espahd.conf:6: connections.m.local2: this version can do one round of authentication; the first is in line 3",
	},
	{ CONN("mobike = yes"),
	  "espahd.conf:6: connections.m.mobike: this version cannot do MOBIKE (RFC 4555); expected no, which is the default here",
	},
	{ CONN("mobike = maybe"),
	  "espahd.conf:6: connections.m.mobike: 'maybe' is not right; expected yes or no" },
	{ CONN("version = 1"),
	  "espahd.conf:6: connections.m.version: this version cannot do IKEv1; expected 2" },
	{ CONN("version = 3"),
	  "espahd.conf:6: connections.m.version: '3' is not right; expected 0 or 2" },
	{ CONN("vips = 0.0.0.0"),
	  "espahd.conf:6: connections.m.vips: this version cannot do that" },
	{ CONN("fragmentation = yes"),
	  "espahd.conf:6: connections.m.fragmentation: this version can only do 'no'" },
	{ CONN("local_addrs = moon.example.org"),
	  "espahd.conf:6: connections.m.local_addrs: 'moon.example.org' is not a prefix; expected ADDR[/LEN], ADDR-ADDR or any; names are not looked up",
	},
	{ CONN("local_addrs = 10.0.0.1,"),
	  "espahd.conf:6: connections.m.local_addrs: there is nothing before, between or behind commas",
	},
	{ CONN("local_addrs = \"\""),
	  "espahd.conf:6: connections.m.local_addrs: there is nothing before, between or behind commas",
	},
	{ CONN("local_addrs = ::1,::2,::3,::4,::5,::6,::7,::8,::9"),
	  "espahd.conf:6: connections.m.local_addrs: more than 8 addresses" },
	{ CONN("local_port = 0"),
	  "espahd.conf:6: connections.m.local_port: '0' is not right; expected a number from 1 to 65535",
	},
	{ CONN("local_port = 65536"),
	  "espahd.conf:6: connections.m.local_port: '65536' is not right; expected a number from 1 to 65535",
	},
	{ CONN("remote_port = x"),
	  "espahd.conf:6: connections.m.remote_port: 'x' is not right; expected a number from 1 to 65535",
	},
	{ CONN("remote_port = 500 501"),
	  "espahd.conf:6: connections.m.remote_port: '500 501' is not right; expected a number from 1 to 65535",
	},
	{ CONN("proposals = aes128gcm16-prfsha256-ecp256, 3des-sha1-modp1024"),
	  "espahd.conf:6: connections.m.proposals: '3des' in '3des-sha1-modp1024' is not supported; for encryption there are aes128 to aes256, and aes128gcm16 and so on",
	},
	{ CONN("encap = maybe"),
	  "espahd.conf:6: connections.m.encap: 'maybe' is not right; expected yes or no" },
	{ CONN("unique = once"),
	  "espahd.conf:6: connections.m.unique: 'once' is not right; expected no, never, keep or replace",
	},
	{ CONN("send_cert = sometimes"),
	  "espahd.conf:6: connections.m.send_cert: 'sometimes' is not right; expected always, never or ifasked",
	},
	{ CONN("rekey_time = 1w"),
	  "espahd.conf:6: connections.m.rekey_time: '1w' is not a time; expected a number of seconds, or one with m, h or d behind it",
	},
	{ CONN("rekey_time = -1"),
	  "espahd.conf:6: connections.m.rekey_time: '-1' is not a time; expected a number of seconds, or one with m, h or d behind it",
	},
	{ CONN("rekey_time = 5000000000"),
	  "espahd.conf:6: connections.m.rekey_time: '5000000000' is not a time; expected a number of seconds, or one with m, h or d behind it",
	},
	{ CONN("rekey_time = 99999999999999999999"),
	  "espahd.conf:6: connections.m.rekey_time: '99999999999999999999' is not a time; expected a number of seconds, or one with m, h or d behind it",
	},
	{ CONN("rekey_time = 1h\nrand_time = 1h"),
	  "espahd.conf:7: connections.m.rand_time: 3600s is not below rekey_time, which is 3600s",
	},
	{ CONN("reauth_time = 1h"),
	  "espahd.conf:6: connections.m.reauth_time: this version cannot authenticate anew; expected 0: rekey_time makes new keys",
	},
	{ CONN("reauth_time = soon"),
	  "espahd.conf:6: connections.m.reauth_time: 'soon' is not a time; expected a number of seconds, or one with m, h or d behind it",
	},
	{ CONN("keyingtries = 1"),
	  "espahd.conf:6: connections.m.keyingtries: this version tries without end what has start_action = start, and once what a packet or somebody asks for; expected 0, or leave it out",
	},
	{ CONN("dpd_delay = 30 s"),
	  "espahd.conf:6: connections.m.dpd_delay: '30 s' is not a time; expected a number of seconds, or one with m, h or d behind it",
	},
	{ CONN("children { net { start_action = trap } }"),
	  "espahd.conf:2: connections.m.remote_addrs: there is no single address, and the child 'net' is to be begun from here; write one, or leave out its actions",
	},
	{ CONN("remote_addrs = 10.0.0.0/24\nchildren { net { close_action = start } }"),
	  "espahd.conf:6: connections.m.remote_addrs: there is no single address, and the child 'net' is to be begun from here; write one, or leave out its actions",
	},
	{ CHILD("local_ts = 10.1.0.0/16[gre/80]"),
	  "espahd.conf:8: connections.m.children.net.local_ts: 'gre' in '10.1.0.0/16[gre/80]' has no ports; leave out what is behind the slash",
	},
	{ CHILD("local_ts = 10.1.0.0/16[tcp]\nremote_ts = 10.2.0.0/16[udp], fd00::/8"),
	  "espahd.conf:9: connections.m.children.net.remote_ts: no packet can fit it and local_ts; families and protocols must be the same",
	},
	{ CHILD("local_ts = 10.1.0.0/16, 10.2.0.0/16, 10.3.0.0/16, 10.4.0.0/16\n"
		"remote_ts = 10.5.0.0/16, 10.6.0.0/16, 10.7.0.0/16, 10.8.0.0/16, dynamic"),
	  "espahd.conf:9: connections.m.children.net.remote_ts: it makes 20 pairs with local_ts; there may be 16: write wider ones, or several children",
	},
	{ CHILD("mode = beet"),
	  "espahd.conf:8: connections.m.children.net.mode: 'beet' is not right; expected tunnel or transport",
	},
	{ CHILD("mode = pass"),
	  "espahd.conf:8: connections.m.children.net.mode: 'pass' is not right; expected tunnel or transport",
	},
	{ CHILD("start_action = route"),
	  "espahd.conf:8: connections.m.children.net.start_action: 'route' is not right; expected none, trap, start, trap|start or start|trap",
	},
	{ CHILD("start_action = trap | start"),
	  "espahd.conf:8: connections.m.children.net.start_action: 'trap | start' is not right; expected none, trap, start, trap|start or start|trap",
	},
	{ CHILD("dpd_action = none"),
	  "espahd.conf:8: connections.m.children.net.dpd_action: 'none' is not right; expected clear, trap, restart or start",
	},
	{ CHILD("life_time = 30m"),
	  "espahd.conf:8: connections.m.children.net.life_time: 1800 is not above rekey_time, which is 3600",
	},
	{ CHILD("rand_time = 1h"),
	  "espahd.conf:8: connections.m.children.net.rand_time: 3600 is not below rekey_time, which is 3600",
	},
	{ CHILD("rekey_bytes = 1000\nlife_bytes = 1000"),
	  "espahd.conf:9: connections.m.children.net.life_bytes: 1000 is not above rekey_bytes, which is 1000",
	},
	{ CHILD("rekey_bytes = 16000000000g"),
	  "espahd.conf:8: connections.m.children.net.rekey_bytes: '16000000000g' is not a size; expected a number of octets, or one with k, m or g behind it",
	},
	{ CHILD("rekey_packets = 5k"),
	  "espahd.conf:8: connections.m.children.net.rekey_packets: '5k' is not right; expected a number from 0 to 9223372036854775807",
	},
	{ CHILD("replay_window = 4097"),
	  "espahd.conf:8: connections.m.children.net.replay_window: '4097' is not right; expected a number from 0 to 4096",
	},
	{ CHILD("replay_window = 0\nesp_proposals = aes128gcm16-noesn, aes128gcm16-esn"),
	  "espahd.conf:8: connections.m.children.net.replay_window: 0 does not go with esn in esp_proposals; write a window, or noesn",
	},
	{ CHILD("reqid = 4294967296"),
	  "espahd.conf:8: connections.m.children.net.reqid: '4294967296' is not right; expected a number from 0 to 4294967295",
	},
	{ CHILD("if_id_out = %unique"),
	  "espahd.conf:8: connections.m.children.net.if_id_out: '%unique' is not right; expected a number from 0 to 4294967295",
	},
	{ CHILD("reqid = 1\n} two { reqid = 1"),
	  "espahd.conf:9: connections.m.children.two.reqid: 1 is the child's 'net' of line 7 already",
	},
	{ CHILD("local_ts = 10.0.0.0/33"),
	  "espahd.conf:8: connections.m.children.net.local_ts: '33' in '10.0.0.0/33' is not a prefix length; expected 0 to 32",
	},
	{ CHILD("local_ts = ::1,::2,::3,::4,::5,::6,::7,::8,::9,::a,::b,::c,::d,::e,::f,::10,::11"),
	  "espahd.conf:8: connections.m.children.net.local_ts: more than 16 selectors" },
	{ CHILD("esp_proposals = aes128gcm16-foo"),
	  "espahd.conf:8: connections.m.children.net.esp_proposals: 'foo' in 'aes128gcm16-foo' is no algorithm; a proposal is written like aes256gcm16-prfsha256-ecp256 or aes256-sha256-modp2048",
	},
	{ CHILD("esp_proposal = default"),
	  "espahd.conf:8: connections.m.children.net.esp_proposal: there is no such key; did you mean 'esp_proposals'?",
	},
	{ CHILD("ah_proposals = sha256"),
	  "espahd.conf:8: connections.m.children.net.ah_proposals: this version cannot do that" },
	{ CHILD("more { }"),
	  "espahd.conf:8: connections.m.children.net.more: there is no such section" },
	{ SECRET("secret = "),
	  "espahd.conf:2: secrets.ike-1: there is no secret; expected secret = ..." },
	{ SECRET("secret = \"\""),
	  "espahd.conf:3: secrets.ike-1.secret: the secret is empty" },
	{ SECRET("id = a"),
	  "espahd.conf:2: secrets.ike-1: there is no secret; expected secret = ..." },
	{ SECRET("secret = 0xabsecret"),
	  "espahd.conf:3: secrets.ike-1.secret: digit 3 behind 0x is not one of 0-9, a-f" },
	{ SECRET("secret = 0sAQI"),
	  "espahd.conf:3: secrets.ike-1.secret: what stands behind 0s is not base64, with '=' up to a multiple of four characters",
	},
	{ SECRET("secret = 0sA=ID"),
	  "espahd.conf:3: secrets.ike-1.secret: what stands behind 0s is not base64, with '=' up to a multiple of four characters",
	},
	{ SECRET("secret = 0s===="),
	  "espahd.conf:3: secrets.ike-1.secret: what stands behind 0s is not base64, with '=' up to a multiple of four characters",
	},
	{ SECRET("secrets = hidden"),
	  "espahd.conf:3: secrets.ike-1.secrets: there is no such key; did you mean 'secret'?" },
	{ SECRET("secretopensesame = x"),
	  "espahd.conf:3: secrets.ike-1.secret...: there is no such key" },
	{ SECRET("secret = x\nid = fqdn:#zz"),
	  "espahd.conf:4: secrets.ike-1.id: '' is no domain name" },
	{ "secrets { eap { secret = x } }",
	  "espahd.conf:1: secrets.eap: this version cannot do that" },
	{ "secrets { private { secret = x } }",
	  "espahd.conf:1: secrets.private: there is no file; expected file = NAME of a key in private/",
	},
	{ "secrets { private { file = nothing.pem } }",
	  "espahd.conf:1: secrets.private.file: cannot open 'private/nothing.pem': No such file or directory",
	},
	{ "secrets { private { file = ../sub/locked.pem\nsecret = wrong\n} }",
	  "espahd.conf:1: secrets.private.file: the secret of the private key 'private/../sub/locked.pem' does not decrypt it",
	},
	{ PUBKEY("", "certs = moon.pem"),
	  "espahd.conf:3: connections.m.local.auth: pubkey wants a certificate; expected certs = FILE, or auth = psk",
	},
	{ PUBKEY("certs = nothing.pem", ""),
	  "espahd.conf:4: connections.m.local.certs: cannot open 'x509/nothing.pem': No such file or directory",
	},
	{ PUBKEY("certs = .", ""),
	  "espahd.conf:4: connections.m.local.certs: 'x509/.' is not a regular file" },
	{ PUBKEY("certs = sun.pem", ""),
	  "espahd.conf:4: connections.m.local.certs: no private key in private/, rsa/, ecdsa/ or pkcs8/ fits the certificate of 'CN=sun'",
	},
	{ PUBKEY("certs = moon.pem\nid = sun.example.org", ""),
	  "espahd.conf:5: connections.m.local.id: 'sun.example.org' is not in the certificate of 'CN=moon', neither as its subject nor as another name",
	},
	{ PUBKEY("certs = moon.pem\ncacerts = ca.pem", ""),
	  "espahd.conf:5: connections.m.local.cacerts: there is no such key; did you mean 'certs'?",
	},
	{ PUBKEY("certs = moon.pem\nauth = eap", ""),
	  "espahd.conf:5: connections.m.local.auth: 'eap' is not right; expected psk or pubkey" },
	{ PUBKEY("certs = moon.pem\nround = 1", ""),
	  "espahd.conf:5: connections.m.local.round: this version can only do '0'" },
	{ PUBKEY("certs = moon.pem", "revocation = strict"),
	  "espahd.conf:7: connections.m.remote.revocation: this version cannot do that" },
	{ PUBKEY("cert { file = x }", ""),
	  "espahd.conf:4: connections.m.local.cert: this version cannot do that" },
	{ "connections {\n m { local { auth = psk } remote { auth = psk } } }",
	  "espahd.conf:2: connections.m.local.auth: psk wants a secret; expected secrets { ike { secret = ... } }",
	},
	{ "connections { m {\nlocal { auth = psk\n id = moon }\nremote { auth = psk\n"
		"id = sun } } }\nsecrets { ike { secret = x\nid = venus } }",
	  "espahd.conf:2: connections.m.local.auth: psk wants a secret, and none in secrets { } is for 'moon' and 'sun'",
	},
	{ "a", "espahd.conf:1: a name with neither '=' nor '{' behind it" },
	{ "\n\na\nb = c", "espahd.conf:3: a name with neither '=' nor '{' behind it" },
	{ "a b = c", "espahd.conf:1: a name with neither '=' nor '{' behind it" },
	{ "a {",
	  "espahd.conf:1: the section that begins here is never closed; '}' is missing" },
	{ "a {\nb {\n}\n",
	  "espahd.conf:1: the section that begins here is never closed; '}' is missing" },
	{ "}", "espahd.conf:1: '}' closes nothing" },
	{ "\n a { } }", "espahd.conf:2: '}' closes nothing" },
	{ "= b", "espahd.conf:1: the name of a key or of a section is expected" },
	{ "\"a\" = b", "espahd.conf:1: a quote where a name is expected" },
	{ "a = \"b", "espahd.conf:1: a quote opens here and is never closed" },
	{ "\na = b \"c\\", "espahd.conf:2: a quote opens here and is never closed" },
	{ "{ }", "espahd.conf:1: the name of a key or of a section is expected" },
	{ "a, b { }", "espahd.conf:1: a name with neither '=' nor '{' behind it" },
	{ "a : { }", "espahd.conf:1: behind ':' the name of a section is expected" },
	{ "a : b\n", "espahd.conf:2: behind the names of sections '{' is expected" },
	{ "a : b, { }", "espahd.conf:1: behind ':' the name of a section is expected" },
	{ "a : b c { }", "espahd.conf:1: behind the names of sections '{' is expected" },
	{ "a : b { }", "espahd.conf:1: there is no section 'b' to inherit from" },
	{ "a : a { }", "espahd.conf:1: 'a' inherits from itself" },
	{ "a { b : a { } }", "espahd.conf:1: 'a' inherits from itself" },
	{ "a : b { } b : a { }", "espahd.conf:1: 'a' inherits from itself" },
	{ "a : a.b { b { } }", "espahd.conf:1: 'a.b' inherits from itself" },
	{ "include ", "espahd.conf:1: a name with neither '=' nor '{' behind it" },
	{ "include nothing.conf",
	  "espahd.conf:1: cannot open 'nothing.conf': No such file or directory" },
	{ "\ninclude sub/loop",
	  "sub/loop:3: files include each other too deeply; maybe one itself" },
	{ "include sub", "espahd.conf:1: 'sub' is not a regular file" },
	{ "include sub/bad", "sub/bad:3: a name with neither '=' nor '{' behind it" },
	{ "include sub/open",
	  "sub/open:1: the section that begins here is never closed; '}' is missing" },
	{ "include sub/anybody",
	  "espahd.conf:1: everybody may write to 'sub/anybody'; mend it with: chmod o-w sub/anybody",
	},
	{ "include sub/readable",
	  "sub/readable:1: secrets.ike.secret: everybody may read this file, which has secrets; mend it with: chmod o-r sub/readable",
	},
	{ "include = 1", "espahd.conf:1: include: there is no such key" },
	{ "a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{",
	  "espahd.conf:1: sections within sections, too deeply" },
};

/* Like printf(), behind what is there. */
static void add(char *to, size_t size, const char *fmt, ...) __printf(3, 4);
static void add(char *to, size_t size, const char *fmt, ...)
{
	size_t len = strlen(to);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(to + len, size - len, fmt, ap);
	va_end(ap);
}

static void add_limits(char *to, size_t size, uint64_t rekey, uint64_t life, uint64_t rand)
{
	add(to, size, " %llu/%llu/%llu", (unsigned long long)rekey, (unsigned long long)life,
	    (unsigned long long)rand);
}

static void add_ts(char *to, size_t size, const struct ike_conf_ts *ts)
{
	char one[256];
	unsigned int i;

	for (i = 0; i < ts->count; i++)
		add(to, size, " %s%s", ts->item[i].dynamic ? "dynamic:" : "",
		    ike_ts_print(&ts->item[i].ts, one, sizeof(one)));
}

static void add_child(char *to, size_t size, const struct ike_conf_child *child)
{
	add(to, size, " {%s@%u %s %u,%u,%u", child->name, child->place.line,
	    espah_mode_name(child->mode), child->start_action, child->close_action,
	    child->dpd_action);
	add_limits(to, size, child->rekey_time, child->life_time, child->rand_time);
	add_limits(to, size, child->rekey_bytes, child->life_bytes, child->rand_bytes);
	add_limits(to, size, child->rekey_packets, child->life_packets, child->rand_packets);
	add(to, size, " %u %u %u %u@%u", child->reqid, child->replay_window, child->priority,
	    child->proposals.count, child->proposals_place.line);
	if (child->if_id_in || child->if_id_out)
		add(to, size, " if %u,%u", child->if_id_in, child->if_id_out);
	add_ts(to, size, &child->local_ts);
	add_ts(to, size, &child->remote_ts);
	add(to, size, "}");
}

static void add_auth(char *to, size_t size, const struct ike_conf_auth *auth)
{
	char id[128] = "";

	if (auth->id.type)
		ike_id_print(&auth->id, id, sizeof(id));
	add(to, size, " %s@%u(%s,%u,%u)", auth->auth == IKE_AUTH_CLASS_PSK ? "psk" : "pubkey",
	    auth->place.line, id, auth->certs.count, auth->cacerts.count);
}

static void add_conn(char *to, size_t size, const struct ike_conf_conn *conn)
{
	const struct ike_conf_child *child;

	add(to, size, "%s@%u %u[%u]-%u[%u] v%u", conn->name, conn->place.line, conn->locals,
	    conn->local_port, conn->remotes, conn->remote_port, conn->version);
	add_limits(to, size, conn->rekey_time, conn->over_time, conn->rand_time);
	add(to, size, " %llu %u@%u %u %d%d%d%d", (unsigned long long)conn->dpd_delay,
	    conn->proposals.count, conn->proposals_place.line, conn->unique, conn->encap,
	    conn->send_cert_always, conn->send_cert_never, conn->send_certreq);
	add_auth(to, size, &conn->local);
	add_auth(to, size, &conn->remote);
	for (child = conn->children; child; child = child->next)
		add_child(to, size, child);
	add(to, size, ";");
}

static void add_secret(char *to, size_t size, const struct ike_conf_secret *secret)
{
	char id[128];
	size_t i;

	add(to, size, "secret@%u ", secret->place.line);
	for (i = 0; i < secret->len; i++)
		add(to, size, "%02x", secret->secret[i]);
	for (i = 0; i < secret->ids; i++)
		add(to, size, " %s", ike_id_print(&secret->id[i], id, sizeof(id)));
	add(to, size, ";");
}

static void load(const char *text, char *seen, size_t size)
{
	const struct ike_conf_secret *secret;
	const struct ike_conf_conn *conn;
	struct espah_err err = {};
	struct ike_conf *conf;

	*seen = '\0';
	conf_file(FILE_NAME, text, 0600);
	conf = ike_conf_load(FILE_NAME, &err);
	if (!conf) {
		add(seen, size, "%s", err.text);
		return;
	}
	for (conn = conf->conns; conn; conn = conn->next)
		add_conn(seen, size, conn);
	for (secret = conf->secrets; secret; secret = secret->next)
		add_secret(seen, size, secret);
	ike_conf_free(conf);
}

static void make_files(void)
{
	conf_cert("moon", "x509/moon.pem", "private/moon.pem", NULL);
	conf_cert("sun", "x509/sun.pem", NULL, NULL);
	conf_cert("locked", "x509/locked.pem", "sub/locked.pem", "open sesame");
	conf_cert("ca", "x509ca/ca.pem", "ecdsa/ca.pem", NULL);
	conf_file("sub/secret.conf", "secrets { ike-2 { secret = two } }", 0600);
	conf_file("sub/secr#et.conf", "secrets { ike-2 { id = later } }", 0600);
	conf_file("sub/inner", "ike-3 {\n  secret = three\n}\ninclude secret", 0600);
	conf_file("sub/secret", "ike-4 { secret = four\n}", 0600);
	conf_file("sub/loop", "\n\ninclude loop", 0600);
	conf_file("sub/bad", "\n\n what", 0600);
	conf_file("sub/open", "a { ", 0600);
	conf_file("sub/anybody", "", 0602);
	conf_file("sub/readable", "secrets { ike { secret = hidden } }", 0644);
}

static void check_cases(const struct conf_case *cases, size_t count, const char *kind)
{
	char seen[2048], name[64];
	size_t i;

	for (i = 0; i < count; i++) {
		load(cases[i].text, seen, sizeof(seen));
		snprintf(name, sizeof(name), "%s configuration %zu", kind, i);
		check_text(seen, cases[i].expected, name);
		check(!strstr(seen, "hidden"), "and nothing that is hidden is shown");
	}
}

/* False if none failed: all have had their turn. */
static bool refused(const char *text, unsigned int before, bool *good)
{
	struct espah_err err = {};
	struct ike_conf *conf;
	bool failed;

	memory_fails_after(before);
	conf = ike_conf_load(FILE_NAME, &err);
	failed = memory_has_failed();
	if (failed && (conf || !strstr(err.text, "no memory"))) {
		printf("# without the allocation after %u: '%s', of %s\n", before, err.text, text);
		*good = false;
	}
	ike_conf_free(conf);
	return failed;
}

static void test_without_memory(void)
{
	unsigned int before;
	bool whole = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		conf_file(FILE_NAME, good[i].text, 0600);
		for (before = 0; refused(good[i].text, before, &whole); before++)
			;
	}
	check(whole, "a configuration is refused without memory for any one thing of it");
}

static void test_key_mode(void)
{
	char seen[2048];

	conf_file("private/sun.pem", "", 0604);
	load("", seen, sizeof(seen));
	check(strstr(seen, "open to others"), "a private key that everybody may read is refused");
	remove("private/sun.pem");
}

void test_ike_conf(void)
{
	ike_log_open(IKE_LOG_ERROR, 0);
	conf_dir_enter();
	make_files();
	check_cases(good, ARRAY_SIZE(good), "good");
	check_cases(bad, ARRAY_SIZE(bad), "bad");
	test_without_memory();
	test_key_mode();
	conf_dir_leave();
}
