#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# README.md's example of two gateways does what the text around it says, run as it is written there.
. "$(dirname "$0")/../lib.sh"

readme=$(realpath "$(dirname "$0")/../..")/README.md

# Two offices (10.1.0.5, 10.2.0.7), their gateways, and an Internet that knows
# no way to 10.0.0.0/8: what gets through went through the tunnel.
build_world() {
	module_load
	work=$(mktemp -d)
	mkdir "$work"/{west,east,bin} "$work"/{west,east}/{etc,run}
	fake_scp >"$work/bin/scp"
	chmod +x "$work/bin/scp"
	build_networks
	wait_until 60 in_ns "$(ns west)" ping -c 1 -W 1 203.0.113.1
}

teardown() {
	# Told to end, they close what they have; killed, they would leave it.
	pkill -x espahd || true
	wait_until 60 no_daemon
	rm -rf "${work-}"
}

no_daemon() {
	! pgrep -x espahd >/dev/null
}

ns() {
	echo "$1-$$"
}

# cable LEFT RIGHT, as a line for ip; interfaces have the neighbour's name
cable() {
	echo "link add $2 netns $(ns "$1") type veth peer name $1 netns $(ns "$2")"
}

build_networks() {
	local host

	for host in office-w west internet east office-e; do
		ns_add "$(ns "$host")"
	done
	ip -b - <<-END
		$(cable office-w west)
		$(cable west internet)
		$(cable internet east)
		$(cable east office-e)
	END
	addresses office-w west 10.1.0.5/16 10.1.0.1
	addresses west office-w 10.1.0.1/16
	addresses west internet 192.0.2.1/24 192.0.2.254
	addresses internet west 192.0.2.254/24
	addresses internet east 203.0.113.254/24
	addresses east internet 203.0.113.1/24 203.0.113.254
	addresses east office-e 10.2.0.1/16
	addresses office-e east 10.2.0.7/16 10.2.0.1
	in_ns "$(ns internet)" sysctl -q -w net.ipv4.ip_forward=1
}

# addresses HOST INTERFACE ADDRESS [GATEWAY]
addresses() {
	ip -n "$(ns "$1")" -b - <<-END
		addr add $3 dev $2
		link set $2 up
		${4:+route add default via $4}
	END
}

# Copies to the machine with that address, which is the folder of its name.
fake_scp() {
	cat <<-END
		#!/bin/bash
		case \${*: -1} in
		root@203.0.113.1:) cp "\${@:1:\$#-1}" "$work/east" ;;
		root@203.0.113.1:/etc/espah/) cp "\${@:1:\$#-1}" "$work/east/etc" ;;
		*) exit 1 ;;
		esac
	END
}

# The text of the block that begins with \`\`\`sh HOST PART
block() {
	awk -v from="\`\`\`sh $1 $2" '
		$0 == "```" { on = 0 }
		on { print }
		$0 == from { on = 1; found = 1 }
		END { exit !found }
	' "$readme" || fail "README.md has no block 'sh $1 $2'"
}

# run_block NAMED HOST PART: on HOST, in its folder, as root at a prompt, with an /etc/espah and
# a /run of its own. /sys is left as it is, which "ip netns exec" would not do.
run_block() {
	local text

	text=$(block "$1" "$3")
	(cd "$work/$2" && PATH=$work/bin:$PATH nsenter --net="/run/netns/$(ns "$2")" \
		unshare -m bash -e -c "
			mkdir -p /etc/espah
			mount --bind $work/$2/etc /etc/espah
			mount --bind $work/$2/run /run
			$text")
}

between_offices() {
	in_ns "$(ns office-w)" ping -c 1 -W 1 10.2.0.7
}

set_up_both() {
	run_block west west keys
	run_block west west copy
	run_block west west setup
	run_block east east setup
}

test_every_block_for_a_host_is_run_here() {
	assert_eq "$(sed -n 's/^```sh \(..*\)/\1/p' "$readme" | xargs)" \
		"west secret west ike east ike both ask west keys west copy west setup east setup both wipe west look west trace both down both remove" \
		"the blocks that README.md names"
}

ike_up_on_both() {
	run_block west west secret
	run_block west west ike >"$work/west/log" 2>&1
	run_block east east ike >"$work/east/log" 2>&1
	wait_until 60 [ -S "$work/west/run/espahd.sock" ]
	wait_until 60 [ -S "$work/east/run/espahd.sock" ]
}

test_the_first_packet_between_the_offices_brings_the_tunnel_up() {
	local seen

	build_world
	ike_up_on_both
	assert_ok in_ns "$(ns office-w)" ping -c 1 -W 10 10.2.0.7
	assert_ok in_ns "$(ns office-e)" ping -c 1 -W 10 10.1.0.5
	assert_eq "$(counter "$(ns west)" out-ok)" "$(counter "$(ns east)" in-ok)" "packets to East"
	assert_eq "$(counter "$(ns east)" out-ok)" "$(counter "$(ns west)" in-ok)" "packets to West"
	seen=$(run_block both east ask)
	[[ $seen =~ west\ established.*offices ]] || fail "ask: no SA of west in: $seen"
}

test_offices_reach_each_other_through_the_tunnel_only() {
	build_world
	assert_fails between_offices
	set_up_both
	wait_until 60 between_offices
	assert_eq "$(counter "$(ns west)" out-ok)" "$(counter "$(ns east)" in-ok)" "packets to East"
	assert_eq "$(counter "$(ns east)" out-ok)" "$(counter "$(ns west)" in-ok)" "packets to West"
}

test_gateways_reach_the_other_office() {
	build_world
	set_up_both
	wait_until 60 in_ns "$(ns west)" ping -c 1 -W 1 -I 10.1.0.1 10.2.0.7
}

test_tcp_between_the_offices() {
	build_world
	set_up_both
	head -c 1M /dev/urandom >"$work/sent"
	in_ns "$(ns office-e)" socat -u TCP-LISTEN:8000 "CREATE:$work/received" &
	wait_until 60 in_ns "$(ns office-w)" socat -u "OPEN:$work/sent" TCP:10.2.0.7:8000
	wait $!
	assert_ok cmp "$work/sent" "$work/received"
}

test_keys_are_fresh_private_and_wiped() {
	build_world
	run_block west west keys
	assert_eq "$(stat -c %a "$work"/west/*.key | sort -u)" 600 "mode of the key files"
	assert_eq "$(cat "$work"/west/*.key | sort -u | grep -cE '^0x[0-9a-f]{40}$')" 2 "different keys of 20 octets"
	run_block west west copy
	run_block both west wipe
	run_block both east wipe
	assert_eq "$(find "$work/west" "$work/east" -type f)" '' "files left"
}

test_look_and_trace() {
	local seen

	build_world
	set_up_both
	wait_until 60 between_offices
	seen=$(run_block west west look)
	[[ $seen =~ (spi 0x00001001.*packets.*out-ok +[1-9]) ]] || fail "look: no SA or no counter in: $seen"

	run_block west west trace >/dev/null
	# In clear, as if from the other office.
	ip -n "$(ns internet)" -b - <<-END
		addr add 10.2.0.7/32 dev lo
		route add 10.1.0.0/16 via 192.0.2.1
	END
	assert_fails in_ns "$(ns internet)" ping -c 1 -W 0.1 -I 10.2.0.7 10.1.0.5
	seen=$(run_block west west trace)
	echo 0 >/sys/kernel/tracing/events/espah/espah_drop/enable
	[[ $seen =~ cause=fwd-clear ]] || fail "trace: no cause=fwd-clear in: $seen"
}

test_removal_is_possible_after_both_are_down() {
	build_world
	set_up_both
	wait_until 60 between_offices
	run_block both west down
	assert_fails_with 'in use' run_block both west remove
	run_block both east down
	wait_until 60 run_block both west remove
	assert_fails test -e /sys/module/espah
}

test_files_that_it_names_are_there() {
	local file

	while read -r file; do
		[ -e "${readme%/*}/$file" ] || fail "README.md names $file, which is not there"
	done < <(grep -oE '\]\([^):]+\)' "$readme" | tr -d '])(' | sort -u)
}

run_tests "$@"
