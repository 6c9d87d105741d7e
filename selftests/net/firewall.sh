#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Stateful firewalls, masquerading, the IPsec matches and rp_filter work with protected traffic.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/traffic.sh"

PORT=5201
# How connection tracking names a connection that both ends have closed, as traffic.py sees to; the
# second is of a FIN that was sent again, on a slow machine, to an end that had gone already.
ENDED='(TIME_WAIT|CLOSE)'

setup() {
	traffic_setup
	unprotect
	rules "$A" </dev/null
	rules "$B" </dev/null
}

# stateful NS [RULE]: what the host did not ask for itself is dropped, but for ESP and RULE.
stateful() {
	rules "$1" <<-END
		table ip filter {
			counter refused {}
			chain input {
				type filter hook input priority 0; policy drop;
				iif lo accept
				ct state established,related accept
				ip protocol esp accept
				${2-}
				counter name refused
			}
		}
	END
	# A guest may take its time.
	in_ns "$1" sysctl -qw net.netfilter.nf_conntrack_udp_timeout{,_stream}=600
}

# What $A began is answered; what $B begins is refused at $A; and $A's connection
# tracking knows the connections that left protected.
test_stateful_firewall_on_both_ends() {
	local mode said answered unanswered

	for mode in transport tunnel; do
		stateful "$A"
		stateful "$B" "meta secpath exists meta l4proto { tcp, udp } th dport $PORT ct state new accept"
		protect_pair espah espah "$mode"
		wire_watch "$A@veth0" "$B@veth0"
		traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 0 1 1400 4000
		traffic tcp "$A@10.9.0.1" "$B@10.9.0.2" 200000
		assert_eq "$(packets "$A" refused)" 0 "packets that $A refused"
		assert_eq "$(packets "$B" refused)" 0 "packets that $B refused"
		said=$(traffic ask "$B@10.9.0.2" "$A@10.9.0.1")
		assert_eq "$said" "result=unheard" "a datagram that $B began"
		assert_eq "$(packets "$A" refused)" 1 "packets that $A refused"
		wire_protected
		said=$(in_ns "$A" conntrack -L 2>&1)
		[[ $said =~ tcp.*$ENDED\ src=10.9.0.1\ .*ASSURED ]] ||
			fail "connection tracking: expected the TCP connection to have ended, saw $said"
		answered='udp.*src=10.9.0.1 dst=10.9.0.2.*src=10.9.0.2 dst=10.9.0.1'
		unanswered="UNREPLIED.*src=10.9.0.1 dst=10.9.0.2[^"$'\n'"]*dport=${PORT}[^"$'\n'"]*10.9.0.2"
		if ! [[ $said =~ $answered ]] || [[ $said =~ $unanswered ]]; then
			fail "connection tracking: expected the datagrams to be answered, saw $said"
		fi
		in_ns "$A" conntrack -F 2>&1
	done
}

# Connection tracking's helpers see in clear what leaves protected.
test_helpers_read_what_leaves() {
	local mode said

	in_ns "$A" modprobe -q nf_conntrack_ftp ||
		skip "machine: this kernel does not know FTP"
	for mode in transport tunnel; do
		rules "$A" <<-END
			table ip filter {
				ct helper ftp { type "ftp" protocol tcp; }
				chain output {
					type filter hook output priority 0;
					tcp dport 21 ct helper set "ftp"
				}
			}
		END
		protect_pair espah espah "$mode"
		traffic say "$A@10.9.0.1" "$B@10.9.0.2" 21 USER_anonymous PORT_10,9,0,1,19,137
		said=$(in_ns "$A" conntrack -L expect 2>&1)
		[[ $said =~ src=10.9.0.2\ dst=10.9.0.1\ .*dport=5001 ]] ||
			fail "$mode: expected FTP's data to be awaited, saw $said"
		in_ns "$A" conntrack -F 2>&1
	done
}

# The matches see what came through IPsec, and nothing else.
test_nft_and_iptables_match_ipsec() {
	local mode ns

	for mode in transport tunnel; do
		rules "$B" <<-END
			table ip filter {
				counter by_secpath {}
				counter by_ipsec {}
				counter in_clear {}
				chain input {
					type filter hook input priority 0;
					udp dport $PORT meta secpath exists counter name by_secpath
					udp dport $PORT meta ipsec exists counter name by_ipsec
					udp dport $PORT meta secpath missing counter name in_clear
				}
			}
		END
		in_ns "$B" iptables -A INPUT -p udp --dport "$PORT" -m policy --dir in --pol ipsec
		in_ns "$B" iptables -A INPUT -p udp --dport "$PORT" -m policy --dir in --pol none
		protect_pair espah espah "$mode"
		assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
		assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
		unprotect
		assert_attempt arrived "$A@10.9.0.1" "$B@10.9.0.2"
		assert_eq "$(packets "$B" by_secpath)" 2 "$mode: packets of 'meta secpath exists'"
		assert_eq "$(packets "$B" by_ipsec)" 2 "$mode: packets of 'meta ipsec exists'"
		assert_eq "$(packets "$B" in_clear)" 1 "$mode: packets of 'meta secpath missing'"
		assert_eq "$(iptables_packets ipsec)" 2 "$mode: packets of '--pol ipsec'"
		assert_eq "$(iptables_packets none)" 1 "$mode: packets of '--pol none'"
	done
}

# iptables_packets POL
iptables_packets() {
	in_ns "$B" iptables -vxnL INPUT | awk -v pol="$1" '$0 ~ "pol " pol { print $1 }'
}

# A host behind $A, hidden by $A's address, to a port of $B that is a host behind $B:
# policies speak of the packets as they are on the wire.
test_masquerading_on_both_ends() {
	local mode said ns

	for mode in transport tunnel; do
		masquerade "$A" 10.1.0.0/24
		masquerade "$B" 10.2.0.0/24 "chain in {
			type nat hook prerouting priority dstnat;
			ip daddr 10.9.0.2 meta l4proto { tcp, udp } th dport $PORT dnat to 10.2.0.2
		}"
		protect_pair espah espah "$mode"
		wire_watch "$A@veth0" "$B@veth0"
		# The host behind $B sees $A's address, and its answer finds the way back.
		assert_eq "$(traffic ask "$HA@10.1.0.2" "$HB@10.2.0.2" 10.9.0.2)" \
			"result=answered seen_from=10.9.0.1" "$mode: from behind A"
		traffic tcp "$HA@10.1.0.2" "$HB@10.2.0.2" 20000 10.9.0.2
		# And the other way, to the gateway itself.
		assert_eq "$(traffic ask "$HB@10.2.0.2" "$A@10.9.0.1")" \
			"result=answered seen_from=10.9.0.2" "$mode: from behind B"
		traffic tcp "$HB@10.2.0.2" "$A@10.9.0.1" 20000
		# Nobody listens there: what ICMP says of that comes back as well.
		assert_fails_with 'ConnectionRefusedError' ask_in_vain "$HA" 10.9.0.2
		wire_protected
		for ns in "$A" "$B"; do
			said=$(in_ns "$ns" conntrack -L -p tcp 2>&1)
			[[ $said =~ $ENDED.*ASSURED ]] ||
				fail "connection tracking in $ns: expected connections that ended, saw $said"
			in_ns "$ns" conntrack -F 2>&1
		done
	done
}

# ask_in_vain NS DST: send a datagram and wait for the answer.
ask_in_vain() {
	in_ns "$1" python3 -I -S -c '
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.settimeout(30)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    sock.send(b"?")
    sock.recv(1)' "$2" "$PORT"
}

# The packet has come out of its protection, and its new destination is none for what comes
# from outside.
test_destination_nat_to_nowhere() {
	rules "$B" <<-END
		table ip nat {
			chain in {
				type nat hook prerouting priority dstnat;
				udp dport $PORT dnat to 127.0.0.1
			}
		}
	END
	protect_pair espah espah transport
	counters_save "$B"
	assert_attempt lost "$A@10.9.0.1" "$B@10.9.0.2"
	assert_counter_diff "$B" in-no-route 1
	only_counters "$B" in-ok in-no-route
}

# masquerade NS NET [CHAIN]: with a firewall that forwards nothing new from outside but
# what came through IPsec.
masquerade() {
	rules "$1" <<-END
		table ip nat {
			${3-}
			chain out {
				type nat hook postrouting priority srcnat;
				ip saddr $2 oifname veth0 masquerade
			}
		}
		table ip filter {
			chain input {
				type filter hook input priority 0; policy drop;
				iif lo accept
				ct state established,related accept
				ip protocol esp accept
				meta secpath exists accept
			}
			chain forward {
				type filter hook forward priority 0; policy drop;
				ct state established,related accept
				iifname veth1 accept
				meta secpath exists accept
			}
		}
	END
}

# rp_filter NS N
rp_filter() {
	in_ns "$1" sysctl -qw net.ipv4.conf.all.rp_filter="$2" net.ipv4.conf.veth0.rp_filter="$2"
}

# Strict, and the route back to the inner source leads elsewhere: what came through the
# tunnel has been proved another way. In clear it is refused.
test_strict_rp_filter() {
	local mode ns

	for ns in "$A" "$B"; do
		rp_filter "$ns" 1
	done
	for mode in transport tunnel; do
		protect_pair espah espah "$mode"
		wire_watch "$A@veth0" "$B@veth0"
		traffic udp "$A@10.9.0.1" "$B@10.9.0.2" 1 1400
		traffic tcp "$A@10.9.0.1" "$B@10.9.0.2" 20000
		wire_protected
	done
	protect_nets espah espah 10.3.0.0/24 10.4.0.0/24
	wire_watch "$A@veth0" "$B@veth0"
	traffic udp "$A@10.3.0.1" "$B@10.4.0.1" 1 1400
	traffic tcp "$A@10.3.0.1" "$B@10.4.0.1" 20000
	wire_protected
	unprotect
	# The wire is where such a packet would go without protection.
	ip -n "$A" route replace 10.4.0.0/24 via 10.9.0.2 src 10.3.0.1
	assert_attempt lost "$A@10.3.0.1" "$B@10.4.0.1"
	ip -n "$A" route replace 10.4.0.0/24 dev aside src 10.3.0.1
	for ns in "$A" "$B"; do
		rp_filter "$ns" 0
	done
}

# Addresses of the tunnel's own, whose routes lead to a device that carries nothing.
inner_addresses() {
	inner_address "$A" 10.3.0.1 10.4.0.0/24
	inner_address "$B" 10.4.0.1 10.3.0.0/24
}

# inner_address NS ADDR THERE
inner_address() {
	ip -n "$1" -b - <<-END
		addr add $2/32 dev lo
		link add aside type dummy
		link set aside up
		route add $3 dev aside src $2
	END
}

ns_pair A B
hosts_behind
inner_addresses
traffic_start
module_load
run_tests "$@"
