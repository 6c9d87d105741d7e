# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the traffic tests share: a traffic maker that runs as long as the script,
# and SAs and policies for espah or for the kernel's own xfrm, in one grammar.

# The algorithm that espah is given; the kernel's xfrm has the plain one always.
ALG=${ESPAH_ALG:-rfc4106(gcm(aes))}
# What states() uses: see new_keys() and new_aead().
key_ab='' key_ba='' cipher_ab='' cipher_ba=''
# What states() and policies() are of; and what else states() says of an SA.
proto=esp
numbers=''
# Octets of a large transfer, each way; for the scripts.
# shellcheck disable=SC2034
BULK=${ESPAH_BULK:-1050000}

# --- the traffic maker -------------------------------------------------------

# A script may name another that knows more than traffic.py does, in $TRAFFIC_MAKER.
traffic_start() {
	coproc MAKER { exec python3 -I -S -B "$(dirname "${BASH_SOURCE[0]}")/${TRAFFIC_MAKER:-traffic.py}"; }
	# Bash closes a coprocess's own descriptors in subshells, where tests run.
	exec {traffic_to}>&"${MAKER[1]}" {traffic_from}<&"${MAKER[0]}"
}

# traffic COMMAND WORDS...: have traffic.py do it; print its answer, fail if it says so.
traffic() {
	local id=$SRANDOM seen verdict words

	echo "$id $*" >&"$traffic_to"
	# Answers to requests whose test has ended are passed over.
	until [ "${seen-}" = "$id" ]; do
		read -rt 300 -u "$traffic_from" seen verdict words || fail "no answer: $*"
	done
	[ "$verdict" = ok ] || fail "$words: $*"
	[ -z "$words" ] || echo "$words"
}

# read_field NAME WORDS: sets $value to that of NAME=VALUE in an answer.
read_field() {
	[[ " $2 " =~ \ $1=([^ ]*)\  ]] || fail "there is no '$1' in: $2"
	value=${BASH_REMATCH[1]}
}

# field NAME WORDS
field() {
	local value

	read_field "$1" "$2"
	echo "$value"
}

# assert_field WORDS NAME EXPECTED
assert_field() {
	local value

	read_field "$2" "$1"
	assert_eq "$value" "$3" "$2 (of $1)"
}

# assert_attempt RESULT FROM TO [SIZE [VIA]]: what becomes of one datagram.
assert_attempt() {
	local said value

	said=$(traffic attempt "${@:2}")
	read_field result "$said"
	assert_eq "$value" "$1" "a datagram from $2 to $3"
}

# assert_probe RESULT MTU FROM TO SIZE: what becomes of a datagram with DF set, and
# how large a packet may be afterwards.
assert_probe() {
	local said

	said=$(traffic probe "${@:3}")
	assert_eq "$said" "result=$1 mtu=$2" "a datagram of $5 octets with DF"
}

# wire_watch NS@DEVICE...; wire_protected: since then, ESP or AH and nothing else was there.
wire_watch() {
	traffic watch_start "$@"
}

wire_protected() {
	local value

	wire=$(traffic watch_stop)
	assert_field "$wire" clear 0
	read_field esp "$wire"
	[ "$value" -gt 0 ] || fail "the wire: expected ESP or AH, saw none ($wire)"
}

# Before each test; a script with more to do calls it in a setup of its own.
traffic_setup() {
	module_load
	traffic reset
}

setup() {
	traffic_setup
}

# --- configuration -----------------------------------------------------------

# configure STACK NS: apply the lines on standard input to espah or xfrm; only these are in force then.
configure() {
	local lines

	lines=$(</proc/self/fd/0)
	lines=$'policy flush\nstate flush'${lines:+$'\n'$lines}
	case $1 in
	espah) espah -n "$2" -b - <<<"$lines" ;;
	xfrm) ip -n "$2" -b - <<<"xfrm ${lines//$'\n'/$'\n'xfrm }" ;;
	esac
}

new_keys() {
	key_ab=$(rand_key $((${1:-16} + 4)))
	key_ba=$(rand_key $((${1:-16} + 4)))
	cipher_ab='' cipher_ba=''
}

# new_aead NAME OCTETS BITS: another algorithm, which states() gives to both stacks.
new_aead() {
	cipher_ab="aead $1 $(rand_key "$2") $3"
	cipher_ba="aead $1 $(rand_key "$2") $3"
}

# new_pair ENC OCTETS AUTH OCTETS [BITS]: the same of encryption and integrity; NULL has no key.
# Without BITS the ICV is as long as ip-xfrm(8) has it by itself.
new_pair() {
	cipher_ab=$(one_of_pair "$@")
	cipher_ba=$(one_of_pair "$@")
}

# new_auth AUTH OCTETS [BITS]: integrity alone, for AH.
new_auth() {
	cipher_ab=$(one_auth "$@")
	cipher_ba=$(one_auth "$@")
}

one_auth() {
	local word=auth

	[ -z "${3-}" ] || word=auth-trunc
	echo "$word $1 $(rand_key "$2") ${3-}"
}

one_of_pair() {
	local key='""'

	[ "$2" -eq 0 ] || key=$(rand_key "$2")
	echo "$(one_auth "${@:3}") enc $1 $key"
}

# states STACK ONE TWO MODE [WINDOW [REQID]]: the two SAs between two addresses.
# The window is wide: the host may stop one of the guest's CPUs between two packets.
states() {
	local alg=$ALG common

	[ "$1" = espah ] || alg='rfc4106(gcm(aes))'
	common="reqid ${6:-1} mode $4 replay-window ${5:-1024} $numbers"
	echo "state add src $2 dst $3 proto $proto spi 0x1100 $common ${cipher_ab:-aead $alg $key_ab 128}"
	echo "state add src $3 dst $2 proto $proto spi 0x1200 $common ${cipher_ba:-aead $alg $key_ba 128}"
}

# policies ME PEER MODE MINE THEIRS [REQID]: protect what passes between two selectors.
policies() {
	local there='' back='' end="proto $proto reqid ${6:-1} mode $3"

	if [ "$3" != transport ]; then
		there="src $1 dst $2 " back="src $2 dst $1 "
	fi
	echo "policy add src $4 dst $5 dir out tmpl $there$end"
	echo "policy add src $5 dst $4 dir in tmpl $back$end"
	[ "$3" = transport ] ||
		echo "policy add src $5 dst $4 dir fwd tmpl $back$end"
}

# protect_pair STACK_A STACK_B MODE [KEYBYTES [WINDOW [REQID]]]
# Protect what passes between $A and $B.
protect_pair() {
	new_keys "${4:-16}"
	protect_keyed "$1" "$2" "$3" "${@:5}"
}

# protect_keyed STACK_A STACK_B MODE [WINDOW [REQID]]: the same with what new_keys() or its like has set.
# Its ends are others where the caller has $outer_a and $outer_b.
protect_keyed() {
	local mode=$3 window=${4:-1024} reqid=${5:-1} a=${outer_a-10.9.0.1} b=${outer_b-10.9.0.2}

	{
		states "$1" "$a" "$b" "$mode" "$window" "$reqid"
		policies "$a" "$b" "$mode" 10.9.0.1 10.9.0.2 "$reqid"
	} | configure "$1" "$A"
	{
		states "$2" "$a" "$b" "$mode" "$window" "$reqid"
		policies "$b" "$a" "$mode" 10.9.0.2 10.9.0.1 "$reqid"
	} | configure "$2" "$B"
}

# protected MODE SIZE...: with what is set, espah and xfrm understand each other; for what the matrix
# does not know.
protected() {
	protect_keyed espah xfrm "$1"
	begin_counting
	wire_watch "$A@veth0" "$B@veth0"
	traffic udp "$A@10.9.0.1" "$B@10.9.0.2" "${@:2}"
	traffic udp "$B@10.9.0.2" "$A@10.9.0.1" "${@:2}"
	traffic tcp "$A@10.9.0.1" "$B@10.9.0.2" 20000
	wire_protected
	both_ends_agree
}

# protect_nets STACK_A STACK_B [NET_A NET_B]: a tunnel between the networks behind $A and $B.
protect_nets() {
	local net_a=${3:-10.1.0.0/24} net_b=${4:-10.2.0.0/24}

	new_keys
	{
		states "$1" 10.9.0.1 10.9.0.2 tunnel
		policies 10.9.0.1 10.9.0.2 tunnel "$net_a" "$net_b"
	} | configure "$1" "$A"
	{
		states "$2" 10.9.0.1 10.9.0.2 tunnel
		policies 10.9.0.2 10.9.0.1 tunnel "$net_b" "$net_a"
	} | configure "$2" "$B"
}

unprotect() {
	configure espah "$A" </dev/null
	configure espah "$B" </dev/null
}

# hosts_behind: $HA (10.1.0.2) behind $A and $HB (10.2.0.2) behind $B, which forward.
hosts_behind() {
	HA=ha-$$ HB=hb-$$
	host_behind "$HA" "$A" 10.1.0 10.9.0.2 10.2.0.0/24
	host_behind "$HB" "$B" 10.2.0 10.9.0.1 10.1.0.0/24
}

# host_behind HOST GATEWAY NET NEXT THERE
host_behind() {
	ns_add "$1"
	ip -n "$2" -b - <<-END
		link add veth1 type veth peer name veth0 netns $1
		addr add $3.1/24 dev veth1
		link set veth1 up
		route add $5 via $4
	END
	ip -n "$1" -b - <<-END
		addr add $3.2/24 dev veth0
		link set veth0 up
		route add default via $3.1
	END
	in_ns "$2" sysctl -qw net.ipv4.ip_forward=1
	wait_until 30 in_ns "$1" ping -c 1 -W 1 "$3.1"
}

# --- nft ---------------------------------------------------------------------

# rules NS: nft's rules on standard input, and no others.
rules() {
	{
		echo "flush ruleset"
		cat
	} | in_ns "$1" nft -f -
}

# flowtable_begin: $A forwards by a flowtable what it may.
flowtable_begin() {
	modprobe -q nft_flow_offload || skip "machine: this kernel has no flowtables"
	in_ns "$A" conntrack -F 2>/dev/null
	rules "$A" <<-END
		table inet fast {
			flowtable f {
				hook ingress priority 0
				devices = { veth0, veth1 }
			}
			chain forward {
				type filter hook forward priority 0
				ct state invalid counter
				meta l4proto { tcp, udp } flow add @f
			}
		}
	END
}

# In a flowtable, from HA to HB or back.
offloaded() {
	[[ $(in_ns "$A" cat /proc/net/nf_conntrack 2>/dev/null) == *'[OFFLOAD]'* ]]
}

# packets NS COUNTER [FAMILY]: what one of nft's counters says.
packets() {
	local said

	said=$(in_ns "$1" nft list counter "${3:-ip}" filter "$2")
	[[ $said =~ packets\ ([0-9]+) ]] || fail "there is no counter $2 in $1: $said"
	echo "${BASH_REMATCH[1]}"
}

# --- what both stacks say of it ----------------------------------------------

# sa_states STACK NS: all its SAs, with what they have counted.
sa_states() {
	case $1 in
	espah) espah -n "$2" -s state ;;
	xfrm) ip -n "$2" -s xfrm state ;;
	esac
}

# read_packets STATES SPI: sets $counted to the packets of an SA.
read_packets() {
	[[ ${1#*spi "$2"} =~ ([0-9]+)\(packets\) && $1 == *"spi $2"* ]] || return
	counted=${BASH_REMATCH[1]}
}

# sa_packets STACK NS SPI: packets of an SA.
sa_packets() {
	local text counted

	text=$(sa_states "$1" "$2")
	read_packets "$text" "$3" || fail "there is no SA $3 in $2"
	echo "$counted"
}

# agree NS_ONE STACK_ONE NS_TWO STACK_TWO [SPI...]: both ends have counted the same packets of these
# SAs, and some.
agree() {
	local one two counted spi before

	one=$(sa_states "$2" "$1")
	two=$(sa_states "$4" "$3")
	shift 4
	[ $# -gt 0 ] || set -- 0x00001100 0x00001200
	for spi; do
		read_packets "$one" "$spi" || return
		before=$counted
		read_packets "$two" "$spi" || return
		[ "$counted" -gt 0 ] && [ "$counted" = "$before" ] || return
	done
}

assert_agree() {
	wait_until 30 agree "$@"
}

# xfrm_errors NS: the counters of /proc/net/xfrm_stat that are not zero.
xfrm_errors() {
	# These are awk's fields.
	# shellcheck disable=SC2016
	in_ns "$1" awk '$2 { print $1, $2 }' /proc/net/xfrm_stat
}

# read_counters JSON ARRAY: all of espah's, each as NAME:VALUE, in their order.
read_counters() {
	local text=${1#*'"counters":{'}

	text=${text%%\}*}
	IFS=, read -ra "$2" <<<"${text//\"/}"
}

# only_counters NS NAME...: since counters_save NS, no other counter of espah's has moved.
only_counters() {
	local stat number name now=() before=()

	stat=$(espah -n "$1" -j stat)
	read_counters "$stat" now
	# counters_save of lib.sh has filled it.
	# shellcheck disable=SC2154
	read_counters "${counters_saved[$1]}" before
	[[ "${now[*]}" == in-ok:* ]] || fail "there are no counters in: $stat"
	shift
	for number in "${!now[@]}"; do
		name=${now[number]%%:*}
		[ "${now[number]}" = "${before[number]-}" ] || [[ " $* " == *" $name "* ]] ||
			fail "counters: expected only these to move: $*; saw ${now[number]}, was ${before[number]-}"
	done
}

# Between $A with espah and $B with xfrm, from begin_counting on.
begin_counting() {
	counters_save "$A"
	errors=$(xfrm_errors "$B")
}

both_ends_agree() {
	local out in

	assert_agree "$A" espah "$B" xfrm
	out=$(sa_packets espah "$A" 0x00001100)
	in=$(sa_packets espah "$A" 0x00001200)
	assert_counter_diff "$A" out-ok "$out"
	assert_counter_diff "$A" in-ok "$in"
	# TCP finds out here how large its segments may be.
	only_counters "$A" in-ok out-ok out-too-big
	assert_eq "$(xfrm_errors "$B")" "$errors" "errors in xfrm's statistics"
}
