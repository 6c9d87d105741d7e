# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# How xfrm and espah are asked for the same: the ends of a wire in the namespaces xl/xr and el/er; $answers is the caller's.
# shellcheck disable=SC2154,SC2034
window=64

key() {
	od -An -vtx1 -N"$1" /dev/urandom | tr -d ' \n'
}

# algorithm NAME: sets $proto, $algorithm to the words of an SA, and $floor to the parameters of the module
# that measures it alone.
algorithm() {
	local auth

	auth="auth-trunc hmac(sha256) 0x$(key 32) 128"
	proto=esp
	case $1 in
	gcm128)
		algorithm="aead rfc4106(gcm(aes)) 0x$(key 20) 128"
		floor=('alg=rfc4106(gcm(aes))' key_len=20)
		;;
	chacha)
		algorithm="aead rfc7539esp(chacha20,poly1305) 0x$(key 36) 128"
		floor=('alg=rfc7539esp(chacha20,poly1305)' key_len=36)
		;;
	cbc)
		algorithm="$auth enc cbc(aes) 0x$(key 16)"
		floor=('alg=authenc(hmac(sha256),cbc(aes))' auth_len=32 key_len=16 iv_len=16)
		;;
	null)
		algorithm="$auth enc ecb(cipher_null) \"\""
		floor=('alg=authenc(hmac(sha256),ecb(cipher_null))' auth_len=32 key_len=0 iv_len=0)
		;;
	ah)
		proto=ah
		algorithm=$auth
		floor=('alg=hmac(sha256)' hash=1 auth_len=32)
		;;
	esac
}

# How what WAY names is asked for: sets $mode, $outer, the ends of the SA, $encap and $flag, $inner, what is protected,
# $in, the direction in which it comes, $left and $right, who sends and receives, and $to, where; and $link, the words that
# join SAs and policies to a virtual interface.
way() {
	mode=tunnel outer='src 10.9.0.1 dst 10.9.0.2' encap='' flag='' link=''
	inner=$outer in=in left=l right=r to=10.9.0.2
	case $1 in
	transport) mode=transport ;;
	tunnel6) outer='src fd09::1 dst fd09::2' flag='flag af-unspec' ;;
	link) inner='src 10.8.0.1 dst 10.8.0.2' to=10.8.0.2 link='if_id 7' ;;
	udp) encap='encap espinudp 4500 4500 0.0.0.0' ;;
	forward)
		inner='src 10.1.0.0/24 dst 10.2.0.0/24' in=fwd
		left=h right=i to=10.2.0.2
		;;
	esac
}

# The lines of one end, for ip-xfrm(8) and espah(8) alike: protect DIR; and for the other direction, if there are $answers.
protect() {
	local back=out

	one_way "$1" 0x1000 "$outer" "$inner"
	[ -n "$answers" ] || return 0
	[ "$1" != out ] || back=$in
	one_way "$back" 0x2000 "$(turned "$outer")" "$(turned "$inner")"
}

# one_way DIR SPI OUTER INNER
one_way() {
	echo "state add $3 proto $proto spi $2 reqid 1 mode $mode replay-window $window $algorithm $encap $flag $link"
	echo "policy add $4 dir $1 $link tmpl $3 proto $proto reqid 1 mode $mode"
}

# turned 'src A dst B'
turned() {
	local words

	read -ra words <<<"$1"
	echo "src ${words[3]} dst ${words[1]}"
}

xfrm_on() {
	ip -n xl xfrm state flush
	ip -n xl xfrm policy flush
	ip -n xr xfrm state flush
	ip -n xr xfrm policy flush
	[ -z "$link" ] || interfaces x xfrm
	protect out | sed 's/^/xfrm /' | ip -n xl -batch -
	protect "$in" | sed 's/^/xfrm /' | ip -n xr -batch -
}

espah_on() {
	insmod /build/espah.ko
	[ -z "$link" ] || interfaces e espah
	protect out | espah -n el -b -
	protect "$in" | espah -n er -b -
}
