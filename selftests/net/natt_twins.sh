#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two hosts behind one NAT, in transport mode and from the same port, are told apart by marks.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

# L2TP's, from which such hosts send as well.
PORT=1701
TWINS=(one two)

setup() {
	traffic_setup
	new_keys
}

# twin N: a host behind $A, whose port 4500 is 6100N outside.
twin() {
	local ns=${TWINS[$1 - 1]}-$$

	ns_add "$ns"
	ip -n "$A" -b - <<-END
		link add twin$1 type veth peer name veth0 netns $ns
		addr add 10.1.$1.1/24 dev twin$1
		link set twin$1 up
	END
	ip -n "$ns" -b - <<-END
		addr add 10.1.$1.2/24 dev veth0
		link set veth0 up
		route add default via 10.1.$1.1
	END
	wait_until 30 in_ns "$ns" ping -c 1 -W 1 "10.1.$1.1"
}

# nat_box: $A gives both its own address.
nat_box() {
	in_ns "$A" sysctl -qw net.ipv4.ip_forward=1
	rules "$A" <<-END
		table ip nat {
			chain post {
				type nat hook postrouting priority srcnat;
				ip saddr 10.1.1.2 udp sport 4500 snat to 10.9.0.1:61001
				ip saddr 10.1.2.2 udp sport 4500 snat to 10.9.0.1:61002
			}
		}
	END
}

# Connections of other marks are in other zones, where they begin; on the way back they are in one, so
# that the second one gets another port, which the socket answers to.
zones() {
	rules "$B" <<-END
		table ip filter {
			chain zone {
				type filter hook prerouting priority raw;
				ct original zone set meta mark map { 1 : 1, 2 : 2 }
			}
			chain remember {
				type filter hook prerouting priority mangle;
				meta mark != 0 ct mark set meta mark
			}
			chain apart {
				type nat hook input priority 100;
			}
			chain restore {
				type route hook output priority mangle;
				ct mark != 0 meta mark set ct mark
			}
		}
	END
}

# pair N ADDRESS PORT [WORDS]: the states of twin N, whose address and port are these to one end.
pair() {
	local common="reqid $1 mode transport replay-window 64"
	local alg='aead rfc4106(gcm(aes))'

	echo "state add src $2 dst 10.9.0.2 proto esp spi 0x110$1 $common $alg $key_ab 128 \
		encap espinudp $3 4500 0.0.0.0 ${4-}"
	echo "state add src 10.9.0.2 dst $2 proto esp spi 0x120$1 $common $alg $key_ba 128 \
		encap espinudp 4500 $3 0.0.0.0"
}

# client STACK N
client() {
	local tmpl="tmpl proto esp reqid $2 mode transport"

	configure "$1" "${TWINS[$2 - 1]}-$$" <<-END
		$(pair "$2" "10.1.$2.2" 4500)
		policy add src 10.1.$2.2 dst 10.9.0.2 dir out $tmpl
		policy add src 10.9.0.2 dst 10.1.$2.2 dir in $tmpl
	END
}

# What a twin sends has its mark, and what has its mark goes to it.
server() {
	local n

	for n in 1 2; do
		pair "$n" 10.9.0.1 "6100$n" "output-mark $n"
		echo "policy add src 10.9.0.2 dst 10.9.0.1 dir out mark $n tmpl proto esp reqid $n mode transport"
		echo "policy add src 10.9.0.1 dst 10.9.0.2 dir in mark $n tmpl proto esp reqid $n mode transport"
	done | configure espah "$B"
}

# door NS: the socket that takes ESP out of UDP.
door() {
	# Not in_ns: a function in the background has a process of its own, in between.
	ip netns exec "$1" encap 4500 >"$scratch/encap-$1" 2>&1 &
	wait_until 60 grep -q ready "$scratch/encap-$1"
}

told_apart() {
	local n

	twin 1
	twin 2
	nat_box
	zones
	for n in 1 2; do
		client "$1" "$n"
		door "${TWINS[n - 1]}-$$"
	done
	server
	door "$B"
	counters_save "$B"
	traffic twins "one-$$@10.1.1.2" "two-$$@10.1.2.2" "$B@10.9.0.2" "$PORT"
	only_counters "$B" in-ok out-ok
	for n in 1 2; do
		assert_eq "$(sa_packets espah "$B" "0x0000110$n")" 3 "packets from twin $n"
		assert_eq "$(sa_packets espah "$B" "0x0000120$n")" 3 "packets to twin $n"
		ip -n "$A" link del "twin$n"
	done
}

test_clients_with_xfrm() {
	told_apart xfrm
}

test_clients_with_espah() {
	told_apart espah
}

traffic_start
ns_pair A B
run_tests "$@"
