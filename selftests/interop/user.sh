#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# espahd has a user of its own, and the rights that it needs and no others.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/lib/ike.sh"

test_rights() {
	local name value seen=''

	while read -r name value; do
		case $name in
		Uid: | Groups: | CapPrm: | CapEff: | CapBnd: | CapAmb: | NoNewPrivs: | Seccomp:)
			seen+="$name${value//$'\t'/,} " ;;
		esac
	done <"/proc/$(<"${home[a]}/pid")/status"
	# Bit 12 is CAP_NET_ADMIN; Seccomp is 2 where there is a filter.
	assert_eq "$seen" "Uid:$uid,$uid,$uid,$uid Groups:$gid CapPrm:0000000000001000 CapEff:0000000000001000 CapBnd:0000000000000000 CapAmb:0000000000000000 NoNewPrivs:1 Seccomp:2 "
}

test_secret()		{ ike_case auth=psk; }
test_certificate()	{ ike_case auth=rsa; }

ground_straight
ground_certs
# shellcheck disable=SC2034 # espahd.sh uses it
espahd_user=daemon
uid=$(id -u daemon) gid=$(id -g daemon)
chmod 711 "$ground"
ends espahd charon
run_tests "$@"
