# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Kernels built here from Debian's linux-source-6.1 with a fragment of configuration.

source_config=$TOP/selftests/vm/config

# configure FRAGMENT...: allnoconfig and the fragments; what they say must come true.
configure() {
	local lost

	cat "$@" >fragment
	quietly make allnoconfig KCONFIG_ALLCONFIG=fragment || return
	lost=$(grep -E '^(# )?CONFIG_' fragment | grep -vxFf .config) || true
	[ -z "$lost" ] || die "the kernel's configuration did not take: $lost"
}

# What KASAN watches: where memory that a module or the network is wrong about would be
# touched. The rest is built, and runs, in less time if it does not. Of make, which takes a
# variable that a directory's Makefile does not set from the environment.
watched() {
	# shellcheck disable=SC2016 # make's words
	echo '$(if $(filter net net/% crypto crypto/% kernel kernel/% lib lib/% drivers/net drivers/net/%,$(obj)),,n)'
}

# What building a module needs, and no more: $1, from the built tree $PWD.
keep_for_modules() {
	mkdir -p "$1"
	{
		printf '%s\n' .config Makefile Module.symvers tools/objtool/objtool
		find arch/x86 -maxdepth 1 -name 'Makefile*'
		find include scripts arch/x86/include ! -type d ! -name '*.o'
	} | tar -cf - -T - | tar -xf - -C "$1"
}

# build_source DIR FRAGMENT...
build_source() {
	local dir=$1 source=$1/source release

	shift
	mkdir -p "$source"
	tar -xf /usr/src/linux-source-6.1.tar.xz -C "$source" --strip-components=1 || return
	cd "$source" || return
	# The unwinder of x86-64 was not trusted when this line was written; frame pointers are.
	sed -i '/^config FAULT_INJECTION_STACKTRACE_FILTER/,/^config/{/depends on !X86_64/d}' lib/Kconfig.debug
	configure "$@" || return
	KASAN_SANITIZE=$(watched)
	export KASAN_SANITIZE
	quietly make -j "$(nproc)" bzImage modules || return
	quietly make modules_install INSTALL_MOD_PATH="$dir" DEPMOD=true || return
	release=$(cat include/config/kernel.release)
	# Not the plain vmlinux: what runs before KASAN has its shadow memory must not be watched
	# by it, and of the ways into a kernel only the old one is so.
	cp arch/x86/boot/bzImage "$dir/vmlinux"
	cp .config "$dir/config"
	keep_for_modules "$dir/build" || return
	cd "$dir" || return
	rm -r "$source"
	rm -f lib/modules/"$release"/{build,source}
	PATH=$PATH:/sbin:/usr/sbin depmod -b "$dir" "$release" || return
	echo "$release" >release
}

# source_kernel NAME FRAGMENT...
source_kernel() {
	local name=$1 version key
	local -a fragments=("${@/#/$source_config/}")

	fragments=("${fragments[@]:1}")
	version=$(dpkg-query -W -f '${Version}' linux-source-6.1)
	key=$(cat "${fragments[@]}" "${BASH_SOURCE[0]}" | sha256sum)
	kernel=$CACHE/kernel/$name-$version-${key:0:12}
	cached "$kernel" "building the $name kernel (about five minutes)" make_from_source "${fragments[@]}"
}

# cached() hands over the folder to fill as the last word.
make_from_source() {
	local dir=${*: -1}

	(build_source "$dir" "${@:1:$#-1}")
}

# KASAN, lockdep, kmemleak, fault injection, KUnit ...
kernel_debug() {
	source_kernel debug base debug
}

# Data races; that cannot be had together with KASAN.
kernel_kcsan() {
	source_kernel kcsan base kcsan
}

# What ran, for coverage.
kernel_gcov() {
	source_kernel gcov base gcov
}
