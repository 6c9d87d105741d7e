# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the bench's guests share; $here, $case, $rounds, $count, $warm_up, $payload, $to, $least and $name are theirs.
# shellcheck disable=SC2154

# pair LEFT RIGHT
pair() {
	ip -batch - <<-END
		netns add $1
		netns add $2
		link add veth0 netns $1 type veth peer name veth0 netns $2
	END
	end "$1" 10.9.0.1
	end "$2" 10.9.0.2
}

# Without IPv6, whose housekeeping would be counted as well.
end() {
	ip netns exec "$1" bash -c '
		echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
		ip -batch -' <<-END
		link set lo up
		address add $2/24 dev veth0
		link set veth0 up
	END
}

# matching FILE: its lines whose first word matches $case
matching() {
	local line

	while IFS= read -r line; do
		[[ $line = '#'* || ! ${line%%$'\t'*} =~ $case ]] || echo "$line"
	done <"$here/$1"
}

espah_off() {
	local end tries=0

	for end in el er; do
		printf '%s flush\n' state policy | espah -n "$end" -b -
	done
	# The last reference goes after an RCU grace period.
	while [ "$(</sys/module/espah/refcnt)" -gt 0 ]; do
		[ "$((tries++))" -lt 1000 ] || { echo "bench: espah stays in use"; exit 1; }
		sleep 0.02
	done
	rmmod espah
}

median() {
	sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# exchange LEFT RIGHT [FLOWS]: instructions for one datagram from end to end
exchange() {
	/out/datagrams "$1" "$2" "${to-10.9.0.2}" "$payload" "$warm_up" "$count" "$rounds" "${3:-1}" | median
}

# was_protected WHO SEEN: a figure for packets that went another way is none. As many as were sent, or $least,
# where it takes no certain number.
was_protected() {
	local sent=$((warm_up + count * rounds))

	if [ -n "${least-}" ]; then
		[ "$2" -lt "$least" ] || return 0
		echo "bench: $name: $1 protected $2 packets, fewer than $least"
		exit 1
	fi
	[ "$2" -eq "$sent" ] || { echo "bench: $name: $1 protected $2 of $sent packets"; exit 1; }
}
