# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Two ends, a and b, that key each other by IKE; Documentation/testing.md tells how to add a case.
#
# An end is of a kind, charon or espahd, and each kind has a file beside this one with its verbs:
# KIND_start, _load, _up, _down, _forget, _rekey, _ike_sas and _kernel. Ends stay
# alive from test to test, for starting one takes long; after a test that failed they are
# started anew.

ike_lib=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=../../net/lib/traffic.sh
. "$ike_lib/../../net/lib/traffic.sh"
. "$ike_lib/charon.sh"
. "$ike_lib/espahd.sh"
. "$ike_lib/case.sh"

# Of each end: its namespace, folder and kind, its own address, the address at which it
# knows the other, and a host behind it.
declare -A ns home kind addr peer host

# --- the ground ----------------------------------------------------------------

ground_homes() {
	# A file with secrets that others may read is refused.
	umask 077
	ground=$(mktemp -d)
	echo no >"$ground/dirty"
	home=([a]="$ground/a" [b]="$ground/b")
	mkdir "${home[@]}"
}

# The traffic maker knows what IKE is.
# shellcheck disable=SC2034 # traffic.sh uses them
ground_start() {
	ground_homes
	coproc MAKER { exec python3 -I -S -B "$ike_lib/wire.py"; }
	exec {traffic_to}>&"${MAKER[1]}" {traffic_from}<&"${MAKER[0]}"
}

# ground_straight: two ends joined by a wire, and networks behind them, 10.1.0.0/16 and 10.2.0.0/16.
ground_straight() {
	ground_start
	ns_pair A B
	ns=([a]=$A [b]=$B)
	addr=([a]=10.9.0.1 [b]=10.9.0.2)
	peer=([a]=10.9.0.2 [b]=10.9.0.1)
	ground_networks 10.9.0.2 10.9.0.1
	natted=no
}

# ground_nat: a is behind a box, which gives its packets another address and other ports.
ground_nat() {
	ground_start
	A=a-$$ B=b-$$ BOX=box-$$
	ns_made+=("$A" "$B" "$BOX")
	ip -b - <<-END
		netns add $A
		netns add $B
		netns add $BOX
		link add veth0 netns $A type veth peer name veth0 netns $BOX
		link add veth0 netns $B type veth peer name veth1 netns $BOX
	END
	ground_address "$A" 10.8.0.1 10.8.0.254
	ground_address "$B" 10.9.0.2 10.9.0.254
	ground_box
	ns=([a]=$A [b]=$B)
	addr=([a]=10.8.0.1 [b]=10.9.0.2)
	peer=([a]=10.9.0.2 [b]=10.9.0.254)
	ground_networks 10.8.0.254 10.9.0.254
	natted=yes
}

ground_address() {
	ip -n "$1" -b - <<-END
		link set lo up
		addr add $2/24 dev veth0
		link set veth0 up
		route add default via $3
	END
}

ground_box() {
	ip -n "$BOX" -b - <<-END
		link set lo up
		addr add 10.8.0.254/24 dev veth0
		addr add 10.9.0.254/24 dev veth1
		link set veth0 up
		link set veth1 up
	END
	in_ns "$BOX" sysctl -qw net.ipv4.ip_forward=1
	box_ports 20000-29999
	wait_until 30 in_ns "$A" ping -c 1 -W 1 10.8.0.254
	wait_until 30 in_ns "$B" ping -c 1 -W 1 10.9.0.254
}

# box_ports FIRST-LAST: those that the box gives from now on; what it gave it forgets.
box_ports() {
	in_ns "$BOX" nft -f - <<-END
		table ip nat
		delete table ip nat
		table ip nat {
			chain out {
				type nat hook postrouting priority srcnat;
				oifname veth1 meta l4proto udp masquerade to :$1
			}
		}
	END
	in_ns "$BOX" conntrack -F 2>/dev/null
}

# ground_networks NEXT_A NEXT_B: hosts behind the two ends, and the ways to them.
ground_networks() {
	host=([a]=10.1.0.1 [b]=10.2.0.1)
	ip -n "$A" -b - <<-END
		addr add 10.1.0.1/32 dev lo
		addr add 10.1.1.1/32 dev lo
		route add 10.2.0.0/16 via $1 src 10.1.0.1
	END
	ip -n "$B" -b - <<-END
		addr add 10.2.0.1/32 dev lo
		addr add 10.2.1.1/32 dev lo
		route add 10.1.0.0/16 via $2 src 10.2.0.1
	END
}

# ground_certs: what the ends need for signatures. Keys take long to make: scripts that run in
# one guest share them.
ground_certs() {
	local made=/run/espah-certs

	if [ ! -d "$made" ]; then
		mkdir "$made.new"
		"$ike_lib/certs" "$made.new"
		mv "$made.new" "$made"
	fi
	cp -a "$made"/{a,b} "$ground"
}

# --- the ends ------------------------------------------------------------------

# end END VERB WORDS...
end() {
	"${kind[$1]}_$2" "$1" "${@:3}"
}

# ends KIND_A KIND_B: start both.
ends() {
	kind=([a]=$1 [b]=$2)
	end_start a
	end_start b
	end_ready a
	end_ready b
}

# The verb starts it without a function between, so that $! is the daemon itself.
end_start() {
	: >"${home[$1]}/log"
	end "$1" start
	echo $! >"${home[$1]}/pid"
	# It outlives the test.
	disown
}

end_ready() {
	wait_until 60 [ -S "${home[$1]}/socket" ]
}

# A shell that only polls may not see for long that a child of its has ended. Not by $(<FILE):
# where FILE has just gone, that ends the whole shell under errexit, whoever asks.
process_gone() {
	local stat

	! read -r stat 2>/dev/null <"/proc/$1/stat" || [[ $stat == *') Z '* ]]
}

end_alive() {
	! process_gone "$(<"${home[$1]}/pid")"
}

# end_kill END SIGNAL
end_kill() {
	local pid

	pid=$(<"${home[$1]}/pid")
	kill "-$2" "$pid" 2>/dev/null || true
	wait_until 60 process_gone "$pid"
	rm -f "${home[$1]}/socket"
}

# end_now END: asked twice, an espahd does not wait for its peer. Stopped meanwhile, it has both
# signals to read when it goes on; of one signal alone it would see one.
end_now() {
	local pid

	pid=$(<"${home[$1]}/pid")
	kill -STOP "$pid"
	kill -INT "$pid"
	kill -TERM "$pid"
	end_kill "$1" CONT
}

end_renew() {
	end_kill "$1" KILL
	# It may be this that it does not start with.
	rm -f "${home[$1]}/swanctl.conf"
	case ${kind[$1]} in
	charon) ip -n "${ns[$1]}" -b - <<<$'xfrm policy flush\nxfrm state flush' ;;
	espahd) espah -n "${ns[$1]}" -b - <<<$'policy flush\nstate flush' ;;
	esac
	end_start "$1"
	end_ready "$1"
}

# --- around each test ------------------------------------------------------------

setup() {
	local one

	traffic reset
	for one in a b; do
		if [ "$(<"$ground/dirty")" = yes ] || ! end_alive "$one"; then
			end_renew "$one"
		fi
		: >"${home[$one]}/log"
	done
	echo yes >"$ground/dirty"
}

# At the script's end, the daemons of ours end as on a gateway.
finish() {
	local one

	for one in "${!kind[@]}"; do
		[ "${kind[$one]}" != espahd ] || ! end_alive "$one" || end_now "$one"
	done
}

# teardown STATUS
teardown() {
	local one

	for one in a b; do
		if ! end_alive "$one"; then
			echo "${kind[$one]} of end $one has died"
			set -- 1
		fi
	done
	if [ "$1" -eq 0 ]; then
		echo no >"$ground/dirty"
	elif [ "$1" -ne 77 ]; then
		tell_ends
	fi
	return "$1"
}

# What the two have to say of a test that failed.
tell_ends() {
	local one

	for one in a b; do
		echo "--- ${kind[$one]}, end $one:"
		end "$one" kernel stat
		end "$one" kernel state
		selectors "$one"
		tail -n 40 "${home[$one]}/out" "${home[$one]}/log" 2>/dev/null
	done
}

# --- what is there -----------------------------------------------------------------

# read_sas END ARRAY TEXT: what its stack has, in TEXT; packets by SPI in ARRAY.
# shellcheck disable=SC2034 # it is the caller's
read_sas() {
	local -n by_spi=$2 whole=$3
	local rest spi

	by_spi=()
	whole=$(end "$1" kernel state)
	rest=$whole
	while [[ $rest =~ spi\ 0x([0-9a-f]+)(.*) ]]; do
		spi=${BASH_REMATCH[1]} rest=${BASH_REMATCH[2]}
		[[ $rest =~ ([0-9]+)\(packets\) ]] || return
		by_spi["$spi"]=${BASH_REMATCH[1]}
	done
}

# agree PAIRS: both ends have so many pairs of SAs, the same, and have counted the same
# packets, and some. What they say stays in $text_a and $text_b.
agree() {
	local -A one two
	local spi

	read_sas a one text_a
	read_sas b two text_b
	[ ${#one[@]} -eq $((2 * $1)) ] && [ ${#two[@]} -eq $((2 * $1)) ] || return
	for spi in "${!one[@]}"; do
		[ "${one[$spi]}" -gt 0 ] && [ "${one[$spi]}" = "${two[$spi]-}" ] || return
	done
}

# selectors END: those of its outbound policies, as SRC>DST or SRC>DST[MORE], sorted, in one line.
selectors() {
	local line pair='' list='' text

	text=$(end "$1" kernel policy)
	while IFS= read -r line; do
		if [[ $line =~ ^src\ ([^ ]+)\ dst\ ([^ ]+)\ *(.*[^ ])? ]]; then
			pair="${BASH_REMATCH[1]}>${BASH_REMATCH[2]}${BASH_REMATCH[3]:+[${BASH_REMATCH[3]// /-}]}"
		elif [[ $line =~ ^[[:space:]]+dir\ out\  ]]; then
			list+=" $pair"
		fi
	done <<<"$text"
	# shellcheck disable=SC2086 # several words
	sorted $list
}

# sorted WORDS...: in one line.
sorted() {
	local list=$*

	[ $# -le 1 ] || list=$(printf '%s\n' "$@" | sort)
	echo "${list//$'\n'/ }"
}

no_sas() {
	local text

	text=$(end "$1" kernel state)
	[[ ! $text =~ spi\ 0x ]]
}

# nothing_left END: neither SA nor policy.
nothing_left() {
	local text

	no_sas "$1" || return
	text=$(selectors "$1")
	[ -z "$text" ]
}
