/* SPDX-License-Identifier: GPL-2.0-only */
/* Configurations of two ends, put together of words. */
#ifndef _UNIT_IKE_V2_CONF_H
#define _UNIT_IKE_V2_CONF_H

#define CONF(local, remote, id, peer, conn, local_ts, remote_ts, child, secret)		\
	"connections { home { version = 2\n"						\
	" local_addrs = " local "\n remote_addrs = " remote "\n" conn "\n"		\
	" local { auth = psk\n id = " id " }\n remote { auth = psk\n id = " peer " }\n"	\
	" children { net { local_ts = " local_ts "\n remote_ts = " remote_ts "\n"	\
	child " } } } }\n"								\
	"secrets { ike-1 { secret = \"" secret "\" } }\n"

#define CONF_OF_A(conn, child)								\
	CONF("10.0.0.1", "10.0.0.2", "a.example.org", "b.example.org",			\
	     "proposals = aes128gcm16-prfsha256-ecp256\n" conn, "10.1.0.0/16",		\
	     "10.2.0.0/16", "esp_proposals = aes128gcm16-ecp256\n" child, "open sesame")
#define CONF_OF_B(conn, child)								\
	CONF("10.0.0.2", "%any", "b.example.org", "a.example.org",			\
	     "proposals = aes128gcm16-prfsha256-ecp256\n" conn, "10.2.0.0/16",		\
	     "10.1.0.0/16", "esp_proposals = aes128gcm16-ecp256\n" child, "open sesame")

#define CONF_A	CONF_OF_A("", "")
#define CONF_B	CONF_OF_B("", "")

#endif /* _UNIT_IKE_V2_CONF_H */
