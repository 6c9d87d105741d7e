# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the demo's guest side stands on: telling, showing, claiming, the hosts
# and the wire.

# What the last command printed, and as a file; the process that runs beside.
output=/run/demo-output
seen='' beside='' tap=''
export seen beside

bold='' dim='' red='' green='' plain=''
paint() {
	bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
}

chapter() {
	printf '\n%s== %s ==%s\n' "$bold" "$*" "$plain"
}

tell() {
	printf '\n%s\n' "$*"
}

# on HOST COMMAND: show the command with the host's prompt, run it there, show
# what it prints and keep that in $seen. The host 'vm' is the VM itself.
on() {
	local host=$1 command=$2 rc=0

	printf '%s%s#%s %s%s%s\n' "$dim" "$host" "$plain" "$bold" "$command" "$plain"
	if [ "$host" = vm ]; then
		bash -c "$command" >"$output" 2>&1 || rc=$?
	else
		ip netns exec "$host" bash -c "$command" >"$output" 2>&1 || rc=$?
	fi
	# tcpdump says so of every file
	sed -i '/^reading from file /d' "$output"
	cat "$output"
	seen=$(<"$output")
	return "$rc"
}

# The same for what runs beside: its process is left in $beside.
beside() {
	local host=$1 command=$2

	printf '%s%s#%s %s%s &%s\n' "$dim" "$host" "$plain" "$bold" "$command" "$plain"
	ip netns exec "$host" bash -c "exec $command" >"$output.beside" 2>&1 &
	beside=$!
}

# claim WORDS COMMAND...: the command decides whether it holds.
claims=() broken=0
claim() {
	local words=$1

	shift
	if "$@" >/dev/null 2>&1; then
		claims+=("${green}holds ${plain}  $words")
	else
		claims+=("${red}BROKEN${plain}  $words")
		printf '%sBROKEN: %s (%s)%s\n' "$red" "$words" "$*" "$plain"
		broken=$((broken + 1))
	fi
}

summary() {
	chapter "What was shown, and checked on the way"
	printf '  %s\n' "${claims[@]}"
	echo
	if [ "$broken" -gt 0 ]; then
		printf '%s%d of %d claims did not hold.%s\n' "$red" "$broken" "${#claims[@]}" "$plain"
		return 1
	fi
	printf '%sAll %d claims held.%s\n' "$green" "${#claims[@]}" "$plain"
}

# wait_for SECONDS COMMAND...
wait_for() {
	local end=$((SECONDS + $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return
		sleep 0.02
	done
}

# The same for what the rest of the demo needs.
need() {
	wait_for "$@" && return
	printf '%sThe demo waited %d s in vain for: %s%s\n' "$red" "$1" "${*:2}" "$plain"
	exit 1
}

# Two hosts, each with a network behind it, and between them a wire that
# belongs to somebody else.
build_world() {
	ip -batch - <<-END
		netns add alice
		netns add bob
		netns add wire
		link add eth0 netns alice type veth peer name alice netns wire
		link add eth0 netns bob type veth peer name bob netns wire
	END
	host alice 192.0.2.1 10.1.0.1 10.2.0.0/16 192.0.2.2
	host bob 192.0.2.2 10.2.0.1 10.1.0.0/16 192.0.2.1
	ip netns exec wire bash -c '
		echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
		ip -batch -' <<-END
		link add br0 type bridge forward_delay 0 mcast_snooping 0
		link set alice master br0 up
		link set bob master br0 up
		link set br0 up
	END
	need 100 ip netns exec alice ping -c 1 -W 1 192.0.2.2
}

# host NAME ADDRESS INNER THEIRS GATEWAY. Without IPv6, whose neighbour and
# router discovery would be all over the wire.
host() {
	ip netns exec "$1" bash -c '
		echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
		ip -batch -' <<-END
		link set lo up
		address add $3/32 dev lo
		address add $2/24 dev eth0
		link set eth0 up
		route add $4 via $5 src $3
	END
}

# tap FILE: see what crosses the wire from here on. Big enough for all of it.
tap() {
	beside wire "tcpdump -i alice -B 16384 -s 1600 --immediate-mode -w $1 not arp"
	tap=$beside
	need 100 grep -q 'listening on' "$output.beside"
}

# Has tcpdump written all that the kernel has for it? It says so when signalled.
tap_is_dry() {
	kill -USR1 "$tap"
	tail -n 1 "$output.beside" |
		grep -qE '\b([0-9]+) packets? captured, \1 packets? received by filter, 0 packets dropped'
}

untap() {
	need 100 tap_is_dry
	kill -INT "$tap"
	wait "$tap" || true
}

# count HOST COUNTER
count() {
	espah -n "$1" -j stat | jq ".counters[\"$2\"]"
}

# counts HOST COUNTER NUMBER, once the packets that are under way have come
counts() {
	wait_for 30 test_count "$@"
}

test_count() {
	[ "$(count "$1" "$2")" -eq "$3" ]
}

# packets FILE FILTER: how many in the capture match
packets() {
	tcpdump -nr "$1" "$2" 2>/dev/null | wc -l
}
