# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# An end that is strongSwan's charon with the kernel's xfrm; see ike.sh for the verbs.
# shellcheck disable=SC2154

# What it needs and no more: all cryptography is OpenSSL's. Its timers are short, so that a
# message that was lost is soon there again; routes are ours to set.
charon_conf() {
	cat >"${home[$1]}/strongswan.conf" <<-END
		charon-systemd {
			load = random nonce openssl kdf pem x509 pkcs1 pkcs8 pubkey constraints kernel-netlink socket-default vici
			install_routes = no
			install_virtual_ip = no
			retransmit_timeout = 1
			retransmit_base = 1.3
			retransmit_tries = 12
			half_open_timeout = 120
			threads = 8
			plugins {
				vici {
					socket = unix://${home[$1]}/socket
				}
			}
			filelog {
				log {
					path = ${home[$1]}/log
					default = 1
					flush_line = yes
					time_format = %T
					ike_name = yes
				}
			}
		}
		swanctl {
			load = random openssl pem x509 pkcs1 pkcs8
		}
	END
}

charon_start() {
	charon_conf "$1"
	STRONGSWAN_CONF=${home[$1]}/strongswan.conf ip netns exec "${ns[$1]}" charon-systemd \
		</dev/null >>"${home[$1]}/out" 2>&1 &
}

# swanctl END WORDS...: quiet unless it fails; what it said is in $charon_said.
charon_swanctl() {
	local rc=0

	charon_said=$(STRONGSWAN_CONF=${home[$1]}/strongswan.conf SWANCTL_DIR=${home[$1]} \
		swanctl "${@:2}" --uri "unix://${home[$1]}/socket" 2>&1) || rc=$?
	[ "$rc" -eq 0 ] || echo "$charon_said" >>"${home[$1]}/log"
	return "$rc"
}

charon_load() {
	charon_swanctl "$1" --load-all --clear --noprompt --file "${home[$1]}/swanctl.conf"
}

charon_up() {
	charon_swanctl "$1" --initiate --child net --timeout 120
}

# The IKE SA that a rekeying has replaced bears the name as well, and on a bad wire it may still
# wait for its end. When that comes meanwhile, swanctl calls it a failure that it is not there.
charon_down() {
	charon_swanctl "$1" --terminate --ike peer --timeout 60 ||
		{ [[ $charon_said =~ unable\ to\ terminate\ IKE_SA:\ ID\ [0-9]+\ not\ found ]] &&
			charon_has_none "$1"; }
}

charon_forget() {
	charon_swanctl "$1" --terminate --ike peer --force --timeout 60 || true
}

# charon_rekey END ike|child BEFORE: BEFORE is what shall be replaced. Where the peer replaces it
# while swanctl asks, there is nothing left to rekey, and swanctl calls that a failure.
charon_rekey() {
	local name=net

	[ "$2" = child ] || name=peer
	charon_swanctl "$1" --rekey "--$2" "$name" ||
		{ [[ $charon_said == *'no matching SAs to rekey found'* ]] &&
			wait_until 60 renewed "$@"; }
}

charon_listed() {
	STRONGSWAN_CONF=${home[$1]}/strongswan.conf \
		swanctl --list-sas --raw --uri "unix://${home[$1]}/socket"
}

# No IKE SA, in whatever state.
charon_has_none() {
	local said

	said=$(charon_listed "$1") && [[ $said != *initiator-spi=* ]]
}

# One line an IKE SA that is up: the two SPIs of it.
charon_ike_sas() {
	local said

	said=$(charon_listed "$1")
	while [[ $said =~ state=ESTABLISHED(.*) ]]; do
		said=${BASH_REMATCH[1]}
		[[ $said =~ initiator-spi=([0-9a-f]+)\ responder-spi=([0-9a-f]+) ]] &&
			echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
	done
}

# charon_kernel END state|policy|stat: what its stack has, in the words of ip-xfrm(8).
charon_kernel() {
	case $2 in
	state) ip -n "${ns[$1]}" -s xfrm state ;;
	# With -s it would say whose a policy is, too.
	policy) ip -n "${ns[$1]}" xfrm policy ;;
	stat) xfrm_errors "${ns[$1]}" ;;
	esac
}
