# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# An end that is espahd with espah; see ike.sh for the verbs.
# shellcheck disable=SC2154

espahd_start() {
	module_load
	[ -e "${home[$1]}/swanctl.conf" ] || : >"${home[$1]}/swanctl.conf"
	ip netns exec "${ns[$1]}" espahd --config "${home[$1]}/swanctl.conf" --socket "${home[$1]}/socket" \
		--user root --log-level debug </dev/null >>"${home[$1]}/log" 2>&1 &
}

espahd_ike() {
	espah --socket "${home[$1]}/socket" ike "${@:2}" >>"${home[$1]}/log" 2>&1
}

espahd_load() {
	espahd_ike "$1" load
}

espahd_up() {
	espahd_ike "$1" up net
}

espahd_down() {
	espahd_ike "$1" down peer
}

espahd_forget() {
	espahd_down "$1" || true
}

# espahd_rekey END ike|child
espahd_rekey() {
	case $2 in
	ike) espahd_ike "$1" rekey peer ;;
	child) espahd_ike "$1" rekey net ;;
	esac
}

# One line an IKE SA that is up: the two SPIs of it.
espahd_ike_sas() {
	espah -j --socket "${home[$1]}/socket" ike list |
		jq -r '.[] | select(.state == "established") | "\(.spi_i) \(.spi_r)"'
}

# espahd_kernel END state|policy: what its stack has, in the words of ip-xfrm(8).
espahd_kernel() {
	espah -n "${ns[$1]}" -s --show-keys "$2"
}
