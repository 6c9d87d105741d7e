# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# One case: two configurations, and what must come of them. ike.sh includes this.
# shellcheck disable=SC2154

# What a case may say, and what it means where it does not. _a and _b are of one end only; where
# there is the word without, that is for both. Times are "never", so that nothing happens unasked.
#
# auth	psk, rsa, ecdsa256, ecdsa384: how it shows who it is
# ike, esp	proposals
# mode	tunnel, transport
# id	what it says it is; expect: whom it takes the other for
# secret	of psk
# cert	of the others: a certificate that lib/certs makes, of that name
# local, remote	selectors
# peer_a	where a finds b, if not at its address; "%any" is for who does not begin
# from	who begins: a, b or both in turn (ab)
# out	up, or the notification that one of the two gets
# ts	SRC>DST as a sees it, where that is not a's local>remote
# probe	a host of a>a host of b: whose packets have to pass
# child, conn	lines more for these sections
case_defaults() {
	word=(
		[auth]=psk [auth_a]='' [auth_b]=''
		[ike]=aes128gcm16-prfsha256-curve25519 [ike_a]='' [ike_b]=''
		[esp]=aes128gcm16 [esp_a]='' [esp_b]='' [mode]=tunnel [mode_a]='' [mode_b]=''
		[id_a]=a.test [id_b]=b.test [expect_a]=b.test [expect_b]=a.test
		[secret]='the spine of the second kind' [secret_a]='' [secret_b]=''
		[cert_a]='' [cert_b]=''
		[local_a]='' [remote_a]='' [local_b]='' [remote_b]=''
		[peer_a]=${peer[a]} [peer_b]=${peer[b]}
		[from]=ab [out]=up [ts]='' [probe]='' [child]='' [conn]=''
	)
}

declare -A word

case_words() {
	local one

	case_defaults
	[ "$natted" = no ] || word[from]=a
	for one; do
		[ -v "word[${one%%=*}]" ] || fail "a case has no word '${one%%=*}'"
		word[${one%%=*}]=${one#*=}
	done
	for one in auth ike esp mode secret; do
		: "${word[${one}_a]:=${word[$one]}}" "${word[${one}_b]:=${word[$one]}}"
	done
	if [ "${word[mode]}" = tunnel ]; then
		: "${word[local_a]:=10.1.0.0/24}" "${word[remote_a]:=10.2.0.0/24}"
		: "${word[local_b]:=10.2.0.0/24}" "${word[remote_b]:=10.1.0.0/24}"
		: "${word[ts]:=${word[local_a]}>${word[remote_a]}}"
		: "${word[probe]:=${host[a]}>${host[b]}}"
	else
		: "${word[local_a]:=dynamic}" "${word[remote_a]:=dynamic}"
		: "${word[local_b]:=dynamic}" "${word[remote_b]:=dynamic}"
		: "${word[ts]:=${addr[a]}/32>${addr[b]}/32}"
		: "${word[probe]:=${addr[a]}>${addr[b]}}"
	fi
}

# --- configuration -------------------------------------------------------------------

# auth_lines END SIDE ID: what stands in local or remote.
auth_lines() {
	local auth=${word[auth_$1]}

	if [ "$auth" = psk ]; then
		echo "auth = psk"
	else
		echo "auth = pubkey"
		[ "$2" = remote ] || echo "certs = ${word[cert_$1]:-$auth}.pem"
	fi
	echo "id = $3"
}

# case_write END: its swanctl.conf.
case_write() {
	local me=$1 you=b

	[ "$me" = a ] || you=a
	cat >"${home[$me]}/swanctl.conf" <<-END
		connections {
			peer {
				version = 2
				mobike = no
				local_addrs = ${addr[$me]}
				remote_addrs = ${word[peer_$me]}
				proposals = ${word[ike_$me]}
				rekey_time = 0
				${word[conn]}
				local {
					$(auth_lines "$me" local "${word[id_$me]}")
				}
				remote {
					$(auth_lines "$you" remote "${word[expect_$me]}")
				}
				children {
					net {
						local_ts = ${word[local_$me]}
						remote_ts = ${word[remote_$me]}
						esp_proposals = ${word[esp_$me]}
						mode = ${word[mode_$me]}
						rekey_time = 0
						replay_window = 1024
						${word[child]}
					}
				}
			}
		}
		secrets {
			ike-peer {
				id-me = ${word[id_$me]}
				id-you = ${word[expect_$me]}
				secret = "${word[secret_$me]}"
			}
		}
	END
}

# case_change END WORD=VALUE: its file says this instead; it is not told.
case_change() {
	word[${2%%=*}]=${2#*=}
	case_write "$1"
}

# case_load WORDS...: both ends have this configuration.
case_load() {
	case_words "$@"
	case_write a
	case_write b
	assert_ok end a load
	assert_ok end b load
}

# --- what must come of it --------------------------------------------------------------

# The algorithm as a regular expression for what ip-xfrm(8) says of an SA.
kernel_algorithm() {
	local bits hash size='( \([0-9]+ bits\))?'

	[[ $1 =~ ^aes(128|192|256)(gcm16|-sha(256|384|512)) ]] || fail "esp: '$1' is not known here"
	bits=${BASH_REMATCH[1]} hash=${BASH_REMATCH[3]}
	if [ -z "$hash" ]; then
		echo "aead rfc4106\\(gcm\\(aes\\)\\) 0x[0-9a-f]{$((bits / 4 + 8))}$size 128"
	else
		echo "hmac\\(sha$hash\\) 0x[0-9a-f]{$((hash / 4))}$size $((hash / 2))[[:space:]]+enc"\
			"cbc\\(aes\\) 0x[0-9a-f]{$((bits / 4))}$size"
	fi
}

# assert_esn SA: it has extended sequence numbers if both ends want them.
assert_esn() {
	local flag='flag [-a-z0-9 ]*esn'

	if [[ ${word[esp_a]} == *-esn* && ${word[esp_b]} == *-esn* ]]; then
		[[ $1 =~ $flag ]] || fail "an SA: expected /$flag/, saw: $1"
	else
		[[ ! $1 =~ $flag ]] || fail "an SA: expected no /$flag/, saw: $1"
	fi
}

# assert_sas TEXT: two SAs with the algorithm and the mode, and what a NAT box needs.
assert_sas() {
	local one=${1#*spi 0x} algorithm sa

	algorithm=$(kernel_algorithm "${word[esp]}")
	for sa in "${one%%spi 0x*}" "${one#*spi 0x}"; do
		[[ $sa =~ $algorithm ]] || fail "an SA: expected /$algorithm/, saw: $sa"
		[[ $sa == *"mode ${word[mode]}"* ]] || fail "an SA: expected mode ${word[mode]}, saw: $sa"
		assert_esn "$sa"
		if [ "$natted" = yes ]; then
			[[ $sa =~ encap\ (type\ )?espinudp ]] || fail "an SA: expected encap, saw: $sa"
		else
			[[ $sa != *encap* ]] || fail "an SA: expected no encap, saw: $sa"
		fi
	done
}

# In transport mode, b sees the address that the box gave a.
assert_selectors() {
	local one ts seen back=''

	for one in ${word[ts]}; do
		[ "${word[mode]}" = tunnel ] || one="${peer[b]}/32>${one#*>}"
		ts=${one%%[*}
		back+=" ${ts#*>}>${ts%>*}${one#"$ts"}"
	done
	seen=$(selectors a)
	assert_eq "$seen" "${word[ts]}" "selectors of a"
	seen=$(selectors b)
	# shellcheck disable=SC2086 # several words
	assert_eq "$seen" "$(sorted $back)" "selectors of b"
}

# Packets pass both ways; where the box hides a, as answers.
case_traffic() {
	local one="${ns[a]}@${word[probe]%>*}" two="${ns[b]}@${word[probe]#*>}"

	traffic udp "$one" "$two" 1 1000 >/dev/null
	[ "$natted" = yes ] || traffic udp "$two" "$one" 1 1000 >/dev/null
}

# ESP was on the wire since ike_watch_start, and nothing in clear.
wire_keyed() {
	wire=$(traffic ike_watch_stop)
	assert_field "$wire" clear 0
	[ "$(field ike "$wire")" -gt 0 ] || fail "the wire: expected IKE, saw none ($wire)"
	if [ "$natted" = yes ]; then
		assert_field "$wire" esp 0
		[ "$(field natt "$wire")" -gt 0 ] || fail "the wire: expected ESP in UDP, saw none ($wire)"
	else
		assert_field "$wire" natt 0
		[ "$(field esp "$wire")" -gt 0 ] || fail "the wire: expected ESP, saw none ($wire)"
	fi
}

# case_up FROM: the tunnel is up, and is what was asked for.
case_up() {
	assert_ok end "$1" up
	case_traffic
	wait_until 30 agree 1
	assert_sas "$text_a"
	assert_sas "$text_b"
	assert_selectors
}

# A packet goes from a to b, and its answer comes back.
passes() {
	[[ $(traffic ask "${ns[a]}@${host[a]}" "${ns[b]}@${host[b]}") == *result=answered* ]]
}

case_down() {
	assert_ok end "$1" down
	wait_until 30 nothing_left a
	wait_until 30 nothing_left b
}

# said END NAME: its log names a notification; charon has short names for some.
said() {
	local short=''

	case $2 in
	AUTHENTICATION_FAILED) short='N(AUTH_FAILED)' ;;
	NO_PROPOSAL_CHOSEN) short='N(NO_PROP)' ;;
	TS_UNACCEPTABLE) short='N(TS_UNACCEPT)' ;;
	esac
	[[ $(<"${home[$1]}/log") == *"$2"* ]] ||
		[[ -n $short && $(<"${home[$1]}/log") == *"$short"* ]]
}

# The SPIs of the Child SA that packets use, whatever lingers; of the IKE SA.
keys_of() {
	case $2 in
	child) child_spis "$1" ;;
	ike) end "$1" ike_sas ;;
	esac
}

child_spis() {
	local -A found
	# shellcheck disable=SC2034 # what is said beside the SPIs is of no account
	local text

	read_sas "$1" found text
	sorted "${!found[@]}"
}

# renewed END WHAT BEFORE: one pair of SAs, or one IKE SA, and not those of before.
renewed() {
	local seen

	seen=$(keys_of "$1" "$2")
	[[ $seen =~ ^[0-9a-f]+\ [0-9a-f]+$ ]] && [ "$seen" != "$3" ]
}

# agreed WHAT BEFORE: so with both ends, and they have the same. What one end began later than
# the other is a rekeying of its own: for a moment, the two then have what differs.
agreed() {
	renewed a "$@" && [ "$(keys_of a "$1")" = "$(keys_of b "$1")" ]
}

# rekeyed ike|child FROM...: the ends that begin, at once.
rekeyed() {
	local what=$1 before one
	local -a begun

	shift
	before=$(keys_of a "$what")
	for one; do
		end "$one" rekey "$what" "$before" &
		begun+=($!)
	done
	wait_each "${begun[@]}"
	wait_until 120 agreed "$what" "$before"
}

# case_refused FROM: nothing comes of it, both say why, and nothing stays.
case_refused() {
	local one

	if end "$1" up; then
		fail "it came up; expected ${word[out]}"
	fi
	for one in a b; do
		wait_until 30 said "$one" "${word[out]}"
		end "$one" forget
	done
	wait_until 30 nothing_left a
	wait_until 30 nothing_left b
}

# ike_case WORD=VALUE...: see case_defaults.
ike_case() {
	local from

	case_load "$@"
	traffic ike_watch_start "$A@veth0" "$B@veth0"
	for from in a b; do
		[[ ${word[from]} == *$from* ]] || continue
		if [ "${word[out]}" = up ]; then
			case_up "$from"
			case_down "$from"
		else
			case_refused "$from"
		fi
	done
	if [ "${word[out]}" = up ]; then
		wire_keyed
	else
		traffic ike_watch_stop >/dev/null
	fi
}

# case_moved: the box gives a other ports while the tunnel is up, and packets pass again.
case_moved() {
	case_load
	traffic ike_watch_start "$A@veth0" "$B@veth0"
	case_up a
	box_ports 30000-39999
	wait_until 60 passes
	case_traffic
	wire_keyed
	case_down a
	box_ports 20000-29999
}
