# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What test scripts share; Documentation/testing.md tells how to write one.
#
# A script defines functions named test_*, and long_* for what only make
# check-long has the time for (and setup and teardown around each, and finish for
# the end, if it wants them), and ends with: run_tests "$@". Each test runs in a
# subshell of its own in which any command that fails without being asked for
# fails the test.
#
# Processes cost an emulated CPU 30 to 60 ms each, hence batches and so many
# shell built-ins here.

set -u

test_file=$(basename "$0" .sh)
ns_made=()
declare -A counters_saved=()
# A pipe that nobody writes to: reading it with a time-out is a sleep without a process.
exec {nap}<> <(:)

# --- verdicts ----------------------------------------------------------------

# Print words with the place outside of this file that they are about, and who called that.
at_caller() {
	local i place=''

	for ((i = 1; i < ${#FUNCNAME[@]}; i++)); do
		[ "${FUNCNAME[i]}" != run_one ] || break
		[ "${BASH_SOURCE[i]}" = "${BASH_SOURCE[0]}" ] ||
			place+="${place:+ < }${BASH_SOURCE[i]##*/}:${BASH_LINENO[i - 1]}"
	done
	echo "$place: $*" >&2
}

# The status by which on_error knows that the failure was told already.
told=99

fail() {
	at_caller "$@"
	exit "$told"
}

skip() {
	echo "$*" >"$scratch/skip"
	exit 77
}

# short_or_long N M: of something that takes long, N where time is short, M where it is not.
short_or_long() {
	[ -n "${ESPAH_LONG-}" ] && echo "$2" || echo "$1"
}

# --- assertions --------------------------------------------------------------

# assert_eq SEEN EXPECTED [WHAT]
assert_eq() {
	[ "$1" = "$2" ] || fail "${3:-value}: expected '$2', saw '$1'"
}

assert_ok() {
	local rc=0

	"$@" || rc=$?
	[ "$rc" -eq 0 ] || fail "exit status: expected 0, saw $rc: $*"
}

assert_fails() {
	assert_fails_with '' "$@"
}

# assert_fails_with REGEX CMD...: CMD refuses, with words on stderr that match.
# That the command cannot be run at all (126, 127) or dies of a signal is no refusal.
assert_fails_with() {
	local regex=$1 rc=0 words

	shift
	words=$("$@" 2>&1 >/dev/null) || rc=$?
	if [ "$rc" -eq 0 ] || [ "$rc" -ge 126 ]; then
		fail "exit status: expected a refusal, saw $rc: $*${words:+ ($words)}"
	fi
	[[ $words =~ $regex ]] || fail "stderr: expected /$regex/, saw '$words': $*"
}

# --- waiting -----------------------------------------------------------------

pause() {
	read -rt "$1" -u "$nap" || true
}

# wait_until SECONDS CMD...: poll until CMD succeeds.
wait_until() {
	local end=$((SECONDS + $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -le "$end" ] || fail "still not so at the time-out: $*"
		pause 0.02
	done
}

# wait_each PID...: each has to succeed. Asked for several, wait has the verdict of the last alone.
wait_each() {
	local pid

	for pid; do
		wait "$pid"
	done
}

# --- network namespaces ------------------------------------------------------

in_ns() {
	ip netns exec "$@"
}

# ns_add NAME: NAME is the namespace's real name; make it unlike others' with $$.
ns_add() {
	ns_made+=("$1")
	ip netns add "$1"
	ip -n "$1" link set lo up
}

# ns_pair A B: two namespaces joined by veth; sets the variables A and B to their names.
ns_pair() {
	local one=${1,,}-$$ two=${2,,}-$$

	ns_made+=("$one" "$two")
	ip -b - <<-END
		netns add $one
		netns add $two
		link add veth0 netns $one type veth peer name veth0 netns $two
	END
	ip -n "$one" -b - <<-END
		link set lo up
		addr add 10.9.0.1/24 dev veth0
		link set veth0 up
	END
	ip -n "$two" -b - <<-END
		link set lo up
		addr add 10.9.0.2/24 dev veth0
		link set veth0 up
	END
	printf -v "$1" %s "$one"
	printf -v "$2" %s "$two"
	wait_until 30 in_ns "$one" ping -c 1 -W 1 10.9.0.2
}

# End all processes in a namespace: they would keep it alive.
ns_kill() {
	local proc

	for proc in /proc/[0-9]*; do
		[ ! "$proc/ns/net" -ef "/run/netns/$1" ] || kill -KILL "${proc#/proc/}" || true
	done
}

ns_cleanup() {
	local ns list=''

	for ns in "${ns_made[@]}"; do
		[ -e "/run/netns/$ns" ] || continue
		ns_kill "$ns"
		list+="netns del $ns"$'\n'
	done
	ns_made=()
	[ -z "$list" ] || ip -force -b - <<<"$list"
}

# --- the module --------------------------------------------------------------

module_load() {
	[ -d /sys/module/espah ] || insmod /build/espah.ko
}

# legacy_take 0|1: whether the module takes what RFC 8221 says MUST NOT of.
legacy_take() {
	echo "$1" >/sys/module/espah/parameters/legacy
}

# A namespace that was deleted is taken apart later, so the last references may linger.
module_unload() {
	[ ! -d /sys/module/espah ] || wait_until 60 rmmod espah
}

# watch_locks 0|1: lockdep, where there is one, does or does not look for locks that nest wrongly.
watch_locks() {
	[ ! -e /proc/sys/kernel/prove_locking ] || echo "$1" >/proc/sys/kernel/prove_locking
}

# Two of padata's locks nest, one for each CPU; lockdep takes them for one, as nobody told it.
pcrypt_begin() {
	watch_locks 0
	modprobe pcrypt
}

# The crypto API prefers pcrypt from its first use on, also where nobody asks for it:
# no script leaves it to the next one. It stays as long as an SA that is on its way out.
pcrypt_end() {
	[ -v ESPAH_GUEST ] && [ -d /sys/module/pcrypt ] || return 0
	wait_until 60 modprobe -r pcrypt
	watch_locks 1
}

# --- counters ----------------------------------------------------------------

# read_counter JSON NAME: sets $counted.
read_counter() {
	[[ $1 =~ \"$2\":[[:space:]]*([0-9]+) ]] || fail "there is no counter '$2' in: $1"
	counted=${BASH_REMATCH[1]}
}

# counter_in JSON NAME
counter_in() {
	local counted

	read_counter "$1" "$2"
	echo "$counted"
}

# counter NS NAME
counter() {
	local stat

	stat=$(espah -n "$1" -j stat)
	counter_in "$stat" "$2"
}

counters_save() {
	counters_saved[$1]=$(espah -n "$1" -j stat)
}

# assert_counter NS NAME EXPECTED
assert_counter() {
	local stat counted

	stat=$(espah -n "$1" -j stat)
	read_counter "$stat" "$2"
	assert_eq "$counted" "$3" "counter $2 of $1"
}

# assert_counter_diff NS NAME EXPECTED: how far it rose since counters_save NS.
assert_counter_diff() {
	local stat counted before

	stat=$(espah -n "$1" -j stat)
	read_counter "${counters_saved[$1]}" "$2"
	before=$counted
	read_counter "$stat" "$2"
	assert_eq $((counted - before)) "$3" "counter $2 of $1 rose by"
}

# --- keys and SAs ------------------------------------------------------------

# rand_key N: 0x and N random octets in hex.
rand_key() {
	local hex='' word

	while [ ${#hex} -lt $(($1 * 2)) ]; do
		printf -v word %08x "$SRANDOM"
		hex+=$word
	done
	echo "0x${hex:0:$1 * 2}"
}

# esp_pair A B MODE [KEYBYTES] [WINDOW] [ALGNAME]
# Protect what passes between the two namespaces of ns_pair (their names, or the
# variables that hold them). KEYBYTES are AES's, without the salt. The SPIs are
# $esp_spi_ab and $esp_spi_ba, the keys (with salt) $esp_key_ab and $esp_key_ba.
esp_pair() {
	local one=${!1-$1} two=${!2-$2} mode=$3 bytes=${4:-16} window=${5:-64}
	local alg=${6:-rfc4106(gcm(aes))} states common

	esp_spi_ab=0x100 esp_spi_ba=0x200
	esp_key_ab=$(rand_key $((bytes + 4)))
	esp_key_ba=$(rand_key $((bytes + 4)))
	common="reqid 1 mode $mode replay-window $window aead $alg"
	states="state add src 10.9.0.1 dst 10.9.0.2 proto esp spi $esp_spi_ab $common $esp_key_ab 128
state add src 10.9.0.2 dst 10.9.0.1 proto esp spi $esp_spi_ba $common $esp_key_ba 128"
	esp_batch "$one" 10.9.0.1 10.9.0.2 "$mode" <<<"$states"
	esp_batch "$two" 10.9.0.2 10.9.0.1 "$mode" <<<"$states"
}

# esp_batch NS MINE THEIRS MODE: the states on stdin, and NS's policies for its side.
esp_batch() {
	{
		cat
		cat <<-END
			policy add src $2 dst $3 dir out tmpl src $2 dst $3 proto esp reqid 1 mode $4
			policy add src $3 dst $2 dir in tmpl src $3 dst $2 proto esp reqid 1 mode $4
		END
	} | espah -n "$1" -b -
}

# --- the kernel's log --------------------------------------------------------

kernel_log_mark() {
	[ ! -v ESPAH_GUEST ] || echo "espah-test-mark of $1" >/dev/kmsg
}

# What was said up to here is nobody's fault any more.
kernel_log_read() {
	[ ! -v ESPAH_GUEST ] || dmesg --read-clear
}

# nf_tables of 6.1 walks lists under its mutex and does not tell what checks RCU.
not_of_nf_tables() {
	awk '
		/WARNING: suspicious RCU usage/ { said = $0; inside = 1; theirs = 0; next }
		!inside { print; next }
		/net\/netfilter\/nf(t|_tables)_.*RCU-list traversed in non-reader section/ { theirs = 1 }
		{ said = said "\n" $0 }
		/<\/TASK>/ { if (!theirs) print said; inside = 0 }
		END { if (inside && !theirs) print said }'
}

# Fail if the kernel complained since the log was read before: what it has to say of a
# test may come between that and the next one.
kernel_log_clean() {
	local log words

	log=$(kernel_log_read)
	[[ ! $log =~ 'suspicious RCU' ]] || log=$(not_of_nf_tables <<<"$log")
	words='WARNING|BUG|Oops|refcount|leak|RIP:|Call Trace|UBSAN|KASAN|KCSAN|ODEBUG|general protection'
	words+='|suspicious RCU|INFO: |unregister_netdevice: waiting'
	if [[ $log =~ $words ]]; then
		echo "the kernel's log: expected no complaint, saw:"$'\n'"$log"
		return 1
	fi
}

# --- running tests -----------------------------------------------------------

defined_tests() {
	local line name kinds=test
	local -A seen=()

	[ -z "${ESPAH_LONG-}" ] || kinds='test|long'
	while read -r line; do
		[[ $line =~ ^((test|long)_[A-Za-z0-9_]+)\(\) ]] || continue
		name=${BASH_REMATCH[1]}
		seen[$name]=yes
		[[ ! $name =~ ^($kinds)_ ]] || echo "$name"
	done <"$0"
	# The runner looks for tests in the script's text, too.
	for name in $(compgen -A function test_) $(compgen -A function long_); do
		[ -v "seen[$name]" ] || echo "$test_file: $name() is not at the start of a line" >&2
	done
}

on_error() {
	[ "$1" -eq "$told" ] || at_caller "command failed (exit status $1): $2"
}

# End of a test's subshell: take apart what it made, whatever became of it.
on_exit() {
	local rc=$1

	trap - ERR EXIT
	set +eE
	# The shell may have ended amid a command whose words are sent elsewhere, and so would these be.
	exec >>"$scratch/said" 2>&1
	if declare -F teardown >/dev/null; then
		(teardown "$rc") || rc=1
	fi
	mapfile -t pids < <(jobs -p)
	[ ${#pids[@]} -eq 0 ] || kill -KILL "${pids[@]}" 2>/dev/null
	wait 2>/dev/null
	ns_cleanup || rc=1
	kernel_log_clean || rc=1
	exit "$rc"
}

# Its output is redirected in here: exit traps run outside of a caller's redirections.
run_one() (
	exec >"$scratch/said" 2>&1
	trap 'on_exit $?' EXIT
	ns_made=()
	kernel_log_mark "$1"
	set -eE
	trap 'on_error $? "$BASH_COMMAND"' ERR
	if declare -F setup >/dev/null; then
		setup
	fi
	"$1"
)

# run_tests [TEST...]: run the named tests, or all, in order; print TAP.
run_tests() {
	local test rc number=0 failed=0
	local -a tests=("$@")

	[ $# -gt 0 ] || mapfile -t tests < <(defined_tests)
	scratch=$(mktemp -d)
	trap '! declare -F finish >/dev/null || (finish); ns_cleanup; pcrypt_end; rm -rf "$scratch"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	echo "1..${#tests[@]}"
	for test in "${tests[@]}"; do
		number=$((number + 1))
		[ ! -e "$scratch/skip" ] || rm "$scratch/skip"
		# Not as a condition: that would switch errexit off in there.
		run_one "$test"
		rc=$?
		while IFS= read -r line; do
			echo "# $line"
		done <"$scratch/said"
		if [ "$rc" -eq 77 ] && [ -e "$scratch/skip" ]; then
			echo "ok $number - $test_file/$test # SKIP $(<"$scratch/skip")"
		elif [ "$rc" -eq 0 ]; then
			echo "ok $number - $test_file/$test"
		else
			[ -s "$scratch/said" ] || echo "# exit status $rc without a word"
			echo "not ok $number - $test_file/$test"
			failed=1
		fi
	done
	exit "$failed"
}
