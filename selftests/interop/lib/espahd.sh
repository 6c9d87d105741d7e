# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# An end that is espahd with espah; see ike.sh for the verbs.
# shellcheck disable=SC2154

# Whom it becomes.
espahd_user=root

# What root has written is for that one to read.
espahd_readable() {
	[ "$espahd_user" = root ] || chown -R "$espahd_user" "${home[$1]}"
}

espahd_start() {
	module_load
	[ -e "${home[$1]}/swanctl.conf" ] || : >"${home[$1]}/swanctl.conf"
	espahd_readable "$1"
	ip netns exec "${ns[$1]}" espahd --config "${home[$1]}/swanctl.conf" --socket "${home[$1]}/socket" \
		--user "$espahd_user" --log-level debug </dev/null >>"${home[$1]}/log" 2>&1 &
}

espahd_ike() {
	espah --socket "${home[$1]}/socket" ike "${@:2}" >>"${home[$1]}/log" 2>&1
}

espahd_load() {
	espahd_readable "$1"
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

# espahd_rekey END ike|child BEFORE
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

# espahd_kernel END state|policy|stat: what its stack has, in the words of ip-xfrm(8).
espahd_kernel() {
	case $2 in
	stat) espah -n "${ns[$1]}" stat ;;
	*) espah -n "${ns[$1]}" -s --show-keys "$2" ;;
	esac
}
