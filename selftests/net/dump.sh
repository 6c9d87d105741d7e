#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Lists of thousands are right, also while they change, and memory comes back after them.
. "$(dirname "$0")/../lib.sh"

lib=$(dirname "$0")/lib
many=$(short_or_long 4000 20000)

setup() {
	module_load
	ns=dump-$$
	ns_add "$ns"
}

client() {
	in_ns "$ns" python3 -B "$lib/$1.py" "${@:2}"
}

test_sas_change_during_dumps() {
	assert_ok client genl_dump sa 2000 3
}

test_sas_change_during_short_dumps() {
	assert_ok client genl_dump sa 50 100
}

test_policies_change_during_dumps() {
	assert_ok client genl_dump policy 2000 3
}

test_policies_change_during_short_dumps() {
	assert_ok client genl_dump policy 50 100
}

# states N: N SAs as lines of a batch, of 50 destinations
states() {
	awk -v n="$1" -v key="$(rand_key 20)" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "state add src 10.0.0.1 dst 10.0.1.%d proto esp spi %d reqid %d " \
				"mode tunnel aead rfc4106(gcm(aes)) %s 128\n", i % 50, 1000 + i, i, key
	}'
}

policies() {
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "policy add src 10.%d.%d.%d dst 10.9.0.0/16 dir %s priority %d\n",
				100 + i / 65536, i / 256 % 256, i % 256, i % 2 ? "out" : "in", i / 700
	}'
}

# churn TRIES: see genl_churn.py; it is $! and at work when this returns.
churn() {
	ip -n "$ns" -b - <<-END
		link add nlmon0 type nlmon
		link set nlmon0 up
	END
	python3 -B "$lib/genl_churn.py" "$ns" "$1" >"$scratch/churn" &
	wait_until 60 grep -q ready "$scratch/churn"
}

test_tool_reads_again_what_changed_meanwhile() {
	local out

	states 3000 | espah -n "$ns" -b -
	churn 3
	out=$(espah -n "$ns" -j state list)
	wait "$!"
	assert_eq "$(jq length <<<"$out")" 3001 "SAs listed"
	assert_eq "$(jq -r '[.[].spi] | unique | length' <<<"$out")" 3001 "different SPIs listed"
}

# The other may sleep just long enough for one whole reading, so this may take some tries.
gives_up() {
	local rc=0

	espah -n "$ns" -o state list >"$scratch/list" 2>"$scratch/words" || rc=$?
	[ "$rc" -ne 0 ] || return 1
	assert_eq "$rc" 2 "exit status"
	grep -q "EAGAIN: the list changed each of" "$scratch/words"
}

test_tool_gives_up_where_it_never_stands_still() {
	states 3000 | espah -n "$ns" -b -
	churn 0
	wait_until 100 gives_up
	kill "$!"
	wait "$!" || true
	# Whatever the other was doing, nobody's reading has harmed the list.
	[ "$(espah -n "$ns" -o state list | wc -l)" -ge 3000 ] || fail "the list is short"
}

test_many_sas() {
	local before

	# Once before: per-CPU memory stays with its allocator, for the next who wants some.
	states "$many" | espah -n "$ns" -b -
	espah -n "$ns" state flush
	wait_until 120 all_freed
	before=$(memory)
	states "$many" | espah -n "$ns" -b -
	assert_eq "$(espah -n "$ns" state count)" "SAD count $many"
	assert_eq "$(espah -n "$ns" -o state list | wc -l)" "$many" "SAs listed"
	assert_eq "$(espah -n "$ns" -o state list dst 10.0.1.7 | wc -l)" "$((many / 50))" "SAs to 10.0.1.7"
	assert_eq "$(espah -n "$ns" -j state list reqid 2345 | jq -c 'map([.dst, .spi])')" \
		'[["10.0.1.45","0x00000d11"]]' "the SA of a reqid"
	espah -n "$ns" -b - >"$scratch/found" < <(lookups)
	assert_eq "$(grep -c 'proto esp spi' "$scratch/found")" 200 "SAs found"
	assert_fails_with ESRCH espah -n "$ns" state get dst 10.0.1.1 proto esp spi 1000
	espah -n "$ns" state flush
	assert_eq "$(espah -n "$ns" state list)" "" "what is left"
	wait_until 60 memory_back "$before"
}

# Two hundred SAs by their names.
lookups() {
	local i

	for ((i = 0; i < many; i += many / 200)); do
		echo "state get dst 10.0.1.$((i % 50)) proto esp spi $((1000 + i))"
	done
}

test_many_policies() {
	local before out

	policies 1000 | espah -n "$ns" -b -
	espah -n "$ns" policy flush
	wait_until 120 all_freed
	before=$(memory)
	policies "$many" | espah -n "$ns" -b -
	assert_eq "$(espah -n "$ns" policy count)" "SPD IN $((many / 2)) OUT $((many / 2)) FWD 0"
	assert_eq "$(espah -n "$ns" -o policy list | wc -l)" "$many" "policies listed"
	out=$(espah -n "$ns" -j policy get src 10.100.7.208 dst 10.9.0.0/16 dir in)
	assert_eq "$(jq -c '.[] | [.src, .dir, .priority, .action]' <<<"$out")" \
		'["10.100.7.208/32","in",2,"bypass"]' "policy 2000"
	assert_fails_with EEXIST espah -n "$ns" policy add src 10.100.7.208 dst 10.9.0.0/16 dir in
	espah -n "$ns" policy flush dir in
	assert_eq "$(espah -n "$ns" policy count)" "SPD IN 0 OUT $((many / 2)) FWD 0"
	espah -n "$ns" policy flush
	assert_eq "$(espah -n "$ns" policy list)" "" "what is left"
	wait_until 60 memory_back "$before"
}

# Octets in use: of what the allocator has handed out by size, and of per-CPU memory. A CPU
# that has just allocated counts a whole slab as used until it is made to give it back.
memory() {
	local cache used size kb sum=0

	for cache in /sys/kernel/slab/kmalloc-*[0-9]*; do
		echo 1 >"$cache/shrink"
		read -r used _ <"$cache/objects"
		read -r size <"$cache/object_size"
		sum=$((sum + used * size))
	done
	while read -r cache kb _; do
		[ "$cache" != Percpu: ] || sum=$((sum + kb * 1024))
	done </proc/meminfo
	echo "$sum"
}

all_freed() {
	[ "$(</sys/module/espah/refcnt)" = 0 ]
}

# What else the kernel does moves the figure by some 200,000. Of 4,000 entries, the smallest object of each is as much.
memory_back() {
	all_freed && [ "$(memory)" -le $(($1 + 300000)) ]
}

run_tests "$@"
