#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Lines as written for ip-xfrm(8) do the same here, and lists, filters and exit statuses are right.
. "$(dirname "$0")/../lib.sh"

alg='rfc4106(gcm(aes))'
key=0x000102030405060708090a0b0c0d0e0f10111213
id='src 10.0.0.1 dst 10.0.0.2 proto esp'
read -ra words <<<"$id"

setup() {
	module_load
	ns=cli-$$
	ns_add "$ns"
}

cli() {
	espah -n "$ns" "$@"
}

# State lines that ip takes too, and spi, mode, reqid, window, key and selector as JSON has them.
state_spellings() {
	cat <<-END
		state add $id spi 0x100 aead $alg $key 128 => 0x00000100 transport 0 0 $key null
		state add $id spi 257 aead $alg $key 128 => 0x00000101 transport 0 0 $key null
		state add $id spi 0402 aead $alg $key 128 => 0x00000102 transport 0 0 $key null
		st add $id spi 0x103 aead $alg $key 128 => 0x00000103 transport 0 0 $key null
		sta a $id spi 0x104 aead $alg $key 128 => 0x00000104 transport 0 0 $key null
		state add $id spi 0x105 mode tunnel aead $alg $key 128 => 0x00000105 tunnel 0 0 $key null
		state add $id spi 0x106 aead $alg $key 128 mode tunnel => 0x00000106 tunnel 0 0 $key null
		state add mode tunnel $id spi 0x107 aead $alg $key 128 => 0x00000107 tunnel 0 0 $key null
		state add aead $alg $key 128 mode transport $id spi 0x108 => 0x00000108 transport 0 0 $key null
		state add dst 10.0.0.2 src 10.0.0.1 spi 0x109 proto esp aead $alg $key 128 => 0x00000109 transport 0 0 $key null
		state add $id spi 0x10a reqid 7 aead $alg $key 128 => 0x0000010a transport 7 0 $key null
		state add reqid 0x10 $id spi 0x10b aead $alg $key 128 => 0x0000010b transport 16 0 $key null
		state add $id spi 0x10c aead $alg $key 128 reqid 4294967295 => 0x0000010c transport 4294967295 0 $key null
		state add $id spi 0x10d replay-window 32 aead $alg $key 128 => 0x0000010d transport 0 32 $key null
		state add replay-window 0x10 $id spi 0x10e aead $alg $key 128 => 0x0000010e transport 0 16 $key null
		state add $id spi 0x10f aead "$alg" $key 128 => 0x0000010f transport 0 0 $key null
		state add $id spi 0x110 aead '$alg' ${key^^[a-f]} 128 => 0x00000110 transport 0 0 $key null
		state add $id spi 0x111 aead $alg ${key}1415161718191a1b 128 => 0x00000111 transport 0 0 ${key}1415161718191a1b null
		state add $id spi 0x112 aead $alg ${key}1415161718191a1b1c1d1e1f20212223 128 => 0x00000112 transport 0 0 ${key}1415161718191a1b1c1d1e1f20212223 null
		state add $id spi 0x113 aead $alg abcdefghijklmnopqrst 128 => 0x00000113 transport 0 0 0x6162636465666768696a6b6c6d6e6f7071727374 null
		state add $id spi 0x114 aead $alg $key 0x80 => 0x00000114 transport 0 0 $key null
		state add $id spi 0x115 mode tunnel aead $alg $key 128 sel src 10.1.0.0/24 dst 10.2.0.0/16 proto tcp => 0x00000115 tunnel 0 0 $key {"src":"10.1.0.0/24","dst":"10.2.0.0/16","proto":"tcp"}
		state add $id spi 0x116 sel src 10.1.0.0/24 aead $alg $key 128 => 0x00000116 transport 0 0 $key {"src":"10.1.0.0/24","dst":"0.0.0.0/0"}
		state add $id spi 0x117 sel dst 10.2.0.9 mode tunnel aead $alg $key 128 => 0x00000117 tunnel 0 0 $key {"src":"0.0.0.0/0","dst":"10.2.0.9/32"}
		state add $id spi 0x118 aead $alg $key 128 sel proto 17 => 0x00000118 transport 0 0 $key {"src":"0.0.0.0/0","dst":"0.0.0.0/0","proto":"udp"}
	END
}

# Policy lines that ip takes too, and dir, priority, action, selector and template as JSON has them.
policy_spellings() {
	local tmpl='"proto":"esp"' t=10.0.0.1 u=10.0.0.2

	cat <<-END
		policy add src 10.1.1.0/24 dst 10.2.0.0/16 dir out => out 0 bypass 10.1.1.0/24 10.2.0.0/16 null []
		policy add dir in src 10.1.2.0/24 dst 10.2.0.0/16 => in 0 bypass 10.1.2.0/24 10.2.0.0/16 null []
		policy add dst 10.1.3.1 dir fwd action block => fwd 0 discard 0.0.0.0/0 10.1.3.1/32 null []
		pol a src 10.1.4.0/24 dir in action allow => in 0 bypass 10.1.4.0/24 0.0.0.0/0 null []
		p add src 10.1.5.0/24 proto tcp dir out => out 0 bypass 10.1.5.0/24 0.0.0.0/0 "tcp" []
		policy add src 10.1.6.0/24 proto 99 dir out => out 0 bypass 10.1.6.0/24 0.0.0.0/0 "99" []
		policy add src 10.1.7.0/24 dir in priority 100 => in 100 bypass 10.1.7.0/24 0.0.0.0/0 null []
		policy add priority 0x10 action block src 10.1.8.0/24 dir in => in 16 discard 10.1.8.0/24 0.0.0.0/0 null []
		policy add src 10.1.9.0/24 ptype main dir in => in 0 bypass 10.1.9.0/24 0.0.0.0/0 null []
		policy update src 10.1.10.0/24 dir in => in 0 bypass 10.1.10.0/24 0.0.0.0/0 null []
		policy add src 10.1.11.0/24 dir in tmpl proto esp => in 0 protect 10.1.11.0/24 0.0.0.0/0 null [{$tmpl,"reqid":0,"mode":"transport","level":"required"}]
		policy add src 10.1.12.0/24 dir out tmpl src $t dst $u proto esp mode tunnel => out 0 protect 10.1.12.0/24 0.0.0.0/0 null [{"src":"$t","dst":"$u",$tmpl,"reqid":0,"mode":"tunnel","level":"required"}]
		policy add src 10.1.13.0/24 dir out tmpl mode tunnel reqid 5 proto esp src $t dst $u => out 0 protect 10.1.13.0/24 0.0.0.0/0 null [{"src":"$t","dst":"$u",$tmpl,"reqid":5,"mode":"tunnel","level":"required"}]
		policy add tmpl src $t dst $u proto esp spi 0x500 mode tunnel level required priority 3 dir out src 10.1.14.0/24 => out 3 protect 10.1.14.0/24 0.0.0.0/0 null [{"src":"$t","dst":"$u",$tmpl,"spi":"0x00000500","reqid":0,"mode":"tunnel","level":"required"}]
		policy add src 10.1.15.0/24 dir fwd tmpl src 0.0.0.0 dst 0.0.0.0 proto esp reqid 1 mode tunnel level use => fwd 0 protect 10.1.15.0/24 0.0.0.0/0 null [{$tmpl,"reqid":1,"mode":"tunnel","level":"use"}]
	END
}

# lines_of FUNCTION, wanted_of FUNCTION: left and right of the arrows.
lines_of() {
	"$1" | sed 's/ => .*//'
}

wanted_of() {
	"$1" | sed 's/.* => //'
}

test_state_lines_of_ip_xfrm() {
	lines_of state_spellings | cli -b -
	assert_eq "$(cli --show-keys -j state list |
		jq -r '.[] | "\(.spi) \(.mode) \(.reqid) \(.replay_window) \(.aead.key) \(.sel | tojson)"')" \
		"$(wanted_of state_spellings)" "what the lines made"
	assert_eq "$(cli -j state list | jq -c 'map([.src, .dst, .proto, .aead]) | unique')" \
		"[[\"10.0.0.1\",\"10.0.0.2\",\"esp\",{\"name\":\"$alg\",\"icv_bits\":128}]]" "what is the same in all"
}

test_policy_lines_of_ip_xfrm() {
	lines_of policy_spellings | cli -b -
	assert_eq "$(cli -j policy list | jq -r '.[] |
		"\(.dir) \(.priority) \(.action) \(.src) \(.dst) \(.proto | tojson) \(.tmpl | tojson)"' |
		sort)" "$(wanted_of policy_spellings | sort)" "what the lines made"
}

# One entry a line, without what only one of the two prints.
common_part() {
	sed -e 's/ *\\/\\/g' -e 's/, bitmap [^\\]*//' -e 's/\\$//' -e 's/ *$//' \
		-e 's|\\\tsel src 0.0.0.0/0 dst 0.0.0.0/0$||' -e 's/^\t* *//' -e 's/IN  /IN /' \
		-e 's/ ptype main//' -e 's/\\\t\tlevel/ level/' | sort
}

test_lists_look_like_those_of_ip_xfrm() {
	local other=other-$$

	# xfrm has the same SAs, so in a namespace of its own.
	ns_add "$other"
	{
		lines_of state_spellings
		lines_of policy_spellings
	} | tee >(sed 's/^/xfrm /' >"$scratch/lines") | cli -b -
	wait_until 10 test -s "$scratch/lines"
	ip -n "$other" -b "$scratch/lines"
	assert_eq "$(cli --show-keys -o state list | common_part)" \
		"$(ip -n "$other" -o xfrm state list | common_part)" "the list of states"
	assert_eq "$(cli -o policy list | common_part)" \
		"$(ip -n "$other" -o xfrm policy list | common_part)" "the list of policies"
	assert_eq "$(cli -b - <<<$'state count\npolicy count' | common_part)" \
		"$(ip -n "$other" -b - <<<$'xfrm state count\nxfrm policy count' | common_part)" "the counts"
}

test_options_and_forms_of_output() {
	cli -b - <<-END
		state add $id spi 0x100 aead $alg $key 128
		policy add src 10.1.1.0/24 dir out
	END
	assert_eq "$(cli state | wc -l)" 5 "lines of a state"
	assert_eq "$(cli -o state | wc -l)" 1 "lines of a state with -o"
	assert_eq "$(cli -j state | wc -l)" 1 "lines of JSON"
	[ "$(cli -j -p state | wc -l)" -gt 10 ] || fail "pretty JSON: expected many lines"
	assert_eq "$(cli -j -p state | jq -cS .)" "$(cli -json state | jq -cS .)" "pretty JSON"
	assert_eq "$(cli state list)" "$(cli state show)" "show"
	assert_eq "$(cli -s policy | grep -c 'action allow index 1')" 1 "an index with -s"
	assert_eq "$(cli -4 policy | wc -l)" 2 "policies of IPv4"
	assert_eq "$(cli -f inet6 policy)" "" "policies of IPv6"
	assert_eq "$(cli -j state count)$(cli -j policy count)" \
		'{"sa_count":1}{"policies":{"in":0,"out":1,"fwd":0}}' "counts"
}

three_of_each() {
	cli -b - <<-END
		state add $id spi 0x100 reqid 1 mode tunnel aead $alg $key 128
		state add $id spi 0x101 reqid 2 aead $alg $key 128
		state add src 10.0.0.2 dst 10.0.0.1 proto esp spi 0x100 reqid 2 aead $alg $key 128
		policy add src 10.1.1.0/24 dst 10.2.0.0/16 dir out priority 4
		policy add src 10.1.2.0/24 dst 10.2.0.0/16 dir in priority 4 action block
		policy add src 10.1.2.0/24 dst 10.2.0.0/16 proto udp dir in
	END
}

# assert_filters OBJECT: stdin has how many entries a filter lets through, and the filter.
assert_filters() {
	local object=$1 filter wanted

	while read -r wanted filter; do
		# shellcheck disable=SC2086 # words
		mapfile -t < <(cli -o "$object" list $filter)
		assert_eq "${#MAPFILE[@]}" "$wanted" "list $filter"
	done
}

test_filters() {
	three_of_each
	assert_filters state <<-END
		3
		2 src 10.0.0.1
		1 dst 10.0.0.1
		3 dst 10.0.0.0/24
		0 dst 10.0.1.0/24
		2 spi 0x100
		1 mode tunnel
		2 reqid 2
		1 reqid 2 dst 10.0.0.2
		3 proto esp
	END
	assert_filters policy <<-END
		3
		2 dir in
		0 dir fwd
		2 priority 4
		1 action block
		1 proto udp
		1 index 2
		2 src 10.1.2.0/24
		3 src 10.1.0.0/16
	END
}

test_deleteall_and_flush() {
	three_of_each
	cli -b - <<-END
		state deleteall reqid 2 src 10.0.0.1
		policy deleteall action block
	END
	assert_eq "$(cli state count)" "SAD count 2"
	assert_eq "$(cli policy count)" "SPD IN 1 OUT 1 FWD 0"
	cli -b - <<-END
		state delall spi 0x100
		policy flush dir in
	END
	assert_eq "$(cli state count)" "SAD count 0"
	assert_eq "$(cli policy count)" "SPD IN 0 OUT 1 FWD 0"
	cli policy deleteall
	assert_eq "$(cli policy count)" "SPD IN 0 OUT 0 FWD 0"
}

test_get_and_delete() {
	three_of_each
	assert_eq "$(cli -j state get dst 10.0.0.1 proto esp spi 0x100 | jq -c 'map(.src)')" '["10.0.0.2"]'
	assert_eq "$(cli -j policy get dir in index 3 | jq -c 'map(.proto)')" '["udp"]'
	assert_eq "$(cli -j policy get src 10.1.2.0/24 dst 10.2.0.0/16 dir in | jq -c 'map(.action)')" \
		'["discard"]'
	assert_fails_with "ESRCH: no SA" cli state get src 10.0.0.9 dst 10.0.0.1 proto esp spi 0x100
	assert_fails_with "ENOENT: .*no policy" cli policy get dir out index 3
	cli -b - <<-END
		state delete dst 10.0.0.1 proto esp spi 0x100
		policy delete dir in index 2
		policy delete src 10.1.2.0/24 dst 10.2.0.0/16 proto udp dir in
	END
	assert_eq "$(cli state count)$(cli policy count)" "SAD count 2SPD IN 0 OUT 1 FWD 0" "counts"
	assert_fails_with ESRCH cli state delete dst 10.0.0.1 proto esp spi 0x100
	assert_fails_with ENOENT cli policy delete dir in index 2
}

selector_of() {
	cli -j state get dst 10.0.0.2 proto esp spi 0x100 | jq -c '.[0].sel'
}

test_update_changes_the_selector_and_nothing_else() {
	cli state add "${words[@]}" spi 0x100 reqid 1 mode tunnel replay-window 64 aead "$alg" "$key" 128
	assert_eq "$(selector_of)" null "the selector"
	cli state update "${words[@]}" spi 0x100 sel src 10.1.0.0/16 proto udp
	assert_eq "$(selector_of)" '{"src":"10.1.0.0/16","dst":"0.0.0.0/0","proto":"udp"}' "the selector"
	assert_fails_with "EINVAL: .*cannot change" cli state update "${words[@]}" spi 0x100 mode transport
	assert_fails_with "EINVAL: .*cannot change" cli state update "${words[@]}" spi 0x100 reqid 2
	assert_fails_with "EINVAL: .*cannot change" cli state update "${words[@]}" spi 0x100 replay-window 32
	assert_fails_with "EINVAL: .*cannot change" \
		cli state update "${words[@]}" spi 0x100 aead "$alg" "0x$(printf %040d 0)" 128
	assert_eq "$(selector_of)" '{"src":"10.1.0.0/16","dst":"0.0.0.0/0","proto":"udp"}' "the selector"
	# All of it said again is no change.
	cli state update "${words[@]}" spi 0x100 reqid 1 mode tunnel replay-window 64 aead "$alg" "$key" 128
	assert_eq "$(selector_of)" null "the selector"
}

test_policy_update_keeps_the_index() {
	three_of_each
	cli policy update src 10.1.2.0/24 dst 10.2.0.0/16 dir in priority 9 tmpl proto esp
	assert_eq "$(cli -j policy get dir in index 2 | jq -c '.[0] | [.priority, .action]')" \
		'[9,"protect"]' "the policy"
	assert_eq "$(cli policy count)" "SPD IN 2 OUT 1 FWD 0"
}

# assert_status STATUS REGEX CMD...: exit status and stderr
assert_status() {
	local rc=0

	"${@:3}" >/dev/null 2>"$scratch/words" || rc=$?
	assert_eq "$rc" "$1" "exit status of ${*:3}"
	[[ $(<"$scratch/words") =~ $2 ]] || fail "stderr: expected /$2/, saw '$(<"$scratch/words")'"
}

test_exit_statuses_and_sentences() {
	assert_status 0 '^$' cli state list
	assert_status 1 "^espah: 'nothing' is not an object" cli nothing
	assert_status 1 "^espah: state nothing|is not a command" cli state nothing
	assert_status 1 "'aead' is missing" cli state add "${words[@]}" spi 0x100
	assert_status 1 "'spi' is missing" cli state add "${words[@]}"
	assert_status 1 "'given' is not a word|is not a word" cli state add "${words[@]}" spi 0x100 given
	assert_status 1 "given twice" cli state add "${words[@]}" spi 0x100 spi 0x101
	assert_status 1 "option '-x' is not known" cli -x state
	assert_status 1 "cannot open the network namespace 'none-$$'" espah -n "none-$$" state
	assert_status 2 "^espah: state add: EINVAL: spi: .*256 or more" \
		cli state add "${words[@]}" spi 1 aead "$alg" "$key" 128
	assert_status 2 "^espah: state add: ENOENT: aead name: unknown algorithm" \
		cli state add "${words[@]}" spi 0x100 aead 'rfc4106(gcm(des))' "$key" 128
	assert_status 2 "^espah: state add: EINVAL: aead icv-bits" \
		cli state add "${words[@]}" spi 0x100 aead "$alg" "$key" 120
	assert_status 2 "^espah: state add: EINVAL: sel: in transport mode .* same family as dst" \
		cli state add src fd00::1 dst fd00::2 proto esp spi 0x100 aead "$alg" "$key" 128 \
		sel src 10.0.0.1 dst 10.0.0.2
	assert_status 2 "^espah: state get: ESRCH: " cli state get "${words[@]}" spi 0x100
	assert_status 1 '' cli state add "${words[@]}" spi 0x100 replay-window 4097 aead "$alg" "$key" 128
}

# The warning of a state that is granted all the same.
test_no_window_towards_this_host() {
	local there="$id spi 0x100 aead $alg $key 128" warned='^espah: warning: replay-window: [^
]*$'
	local here=${there/dst 10.0.0.2/dst 10.0.0.3} here6='src fd00::1 dst fd00::3 proto esp'

	read -ra here6 <<<"$here6 spi 0x100 aead $alg $key 128"
	read -ra here <<<"$here"
	read -ra there <<<"$there"
	ip -n "$ns" addr add 10.0.0.3 dev lo
	ip -n "$ns" addr add fd00::3 dev lo
	ip -n "$ns" link set lo up
	assert_status 0 '^$' cli state add "${there[@]}"
	assert_status 0 "$warned" cli state add "${here[@]}"
	assert_status 0 "$warned" cli state add "${here6[@]}"
	assert_eq "$(cli state count)" "SAD count 3"
	cli state flush
	assert_status 0 '^$' cli state add "${here[@]}" replay-window 32
	assert_status 0 '^$' cli state add "${here6[@]}" replay-window 32
	cli state flush
	cli state allocspi "${here[@]:0:6}" min 0x100 max 0x100 >/dev/null
	assert_status 0 "$warned" cli state update "${here[@]}"
	assert_status 0 '^$' cli state update "${here[@]:0:8}" sel proto udp
	# Only what it is about is told of.
	cli state flush
	printf '%s\n' "state add ${here[*]} replay-window 32" "state add ${here6[*]}" \
		"state count" >"$scratch/batch"
	assert_status 0 "$warned" cli -b "$scratch/batch"
}

test_batch_stops_at_an_error_unless_forced() {
	local lines

	printf -v lines '%s\n' "# a comment" "" "state add $id spi 0x100 aead $alg $key 128" \
		"state add $id spi 0x100 aead $alg $key 128" "state nonsense" \
		"state add $id \\" "spi 0x101 aead $alg $key 128 # the rest"
	echo -n "$lines" >"$scratch/batch"
	assert_status 2 "EEXIST.*Command failed $scratch/batch:4" cli -b "$scratch/batch"
	assert_eq "$(cli state count)" "SAD count 1"
	cli state flush
	assert_status 2 "Command failed $scratch/batch:4.*Command failed $scratch/batch:5" \
		cli -force -b "$scratch/batch"
	assert_eq "$(cli state count)" "SAD count 2"
	cli state flush
	# -force tells of the first failure.
	sed -i 4d "$scratch/batch"
	assert_status 1 "Command failed $scratch/batch:4" cli -force -b "$scratch/batch"
	assert_eq "$(cli state count)" "SAD count 2"
	assert_status 1 "cannot open the file" cli -b /none
}

test_no_module() {
	module_unload
	assert_status 2 "^espah: state list: the kernel module is not loaded: try 'modprobe espah'" \
		espah state list
	assert_status 2 "the kernel module is not loaded" espah -b - <<<"policy list"
	# What is wrong in itself is said without the kernel.
	assert_status 1 "'spi' is missing" espah state get dst 10.0.0.1 proto esp
}

run_tests "$@"
