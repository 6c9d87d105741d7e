# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Kernels that Debian built: the one of Debian 12, and the newer one of its backports.
# shellcheck disable=SC2154 # host.sh sets $codename

# --- from packages to the folder of a kernel -----------------------------------

# An unsigned number of SIZE octets at OFFSET of FILE: number OFFSET SIZE FILE
number() {
	od -An -t "u$2" -j "$1" -N "$2" "$3" | tr -d ' '
}

# A Debian kernel unpacks itself, which takes an emulated CPU seconds: do it
# here. Where the payload lies is in the x86 boot protocol's header; its last four
# octets are not the packer's.
unpack_kernel() {
	local from=$1 to=$2 start length unpack=xz

	start=$((($(number 0x1f1 1 "$from") + 1) * 512 + $(number 0x248 4 "$from")))
	length=$(number 0x24c 4 "$from")
	# zstd's magic number
	[ "$(number "$start" 4 "$from")" -ne $((0xfd2fb528)) ] || unpack=zstd
	head -c $((start + length - 4)) "$from" | tail -c +$((start + 1)) | "$unpack" -dc >"$to"
}

# Busybox, which loads the first ones, reads none that are packed. Of what no guest
# has the hardware for, the bulk goes.
unpack_modules() {
	rm -r "$1"/sound "$1"/drivers/{gpu,media,net/ethernet,net/wireless,scsi,usb}
	find "$1" -name '*.ko.xz' -print0 | xargs -0 -r -n 100 -P "$(nproc)" unxz
}

# What was unpacked in another way is made again.
recipe() {
	sha256sum "${BASH_SOURCE[0]}" | cut -c 1-8
}

# unpack_image RELEASE DIR: what can be booted, from the one image package in DIR.
unpack_image() {
	local release=$1 dir=$2

	dpkg -x "$dir"/linux-image-*.deb "$dir" || return
	rm "$dir"/linux-image-*.deb
	unpack_kernel "$dir/boot/vmlinuz-$release" "$dir/vmlinux" || return
	unpack_modules "$dir/lib/modules/$release/kernel" || return
	rm -r "${dir:?}"/{boot,usr}
	PATH=$PATH:/sbin:/usr/sbin depmod -b "$dir" "$release" || return
	echo "$release" >"$dir/release"
}

# --- stock: Debian 12's own kernel, not the cloud flavour (which has no 9p) -------

# The release of the newest installed headers.
newest_headers() {
	{ dpkg-query -W -f '${db:Status-Status} ${Package}\n' 'linux-headers-*-amd64' || true; } |
		sed -nE 's/^installed linux-headers-(6\.1\.[0-9]+-[0-9]+-amd64)$/\1/p' | sort -V | tail -n 1
}

make_stock() {
	local release=$1 version=$2 dir=$3

	mkdir -p "$dir"
	(cd "$dir" && quietly apt-get -o APT::Sandbox::User=root download "linux-image-$release=$version") || return
	unpack_image "$release" "$dir" || return
	ln -s "/lib/modules/$release/build" "$dir/build"
}

kernel_stock() {
	local release version

	release=$(newest_headers)
	[ -n "$release" ] || die "no headers of a stock kernel are installed; run selftests/setup"
	version=$(dpkg-query -W -f '${Version}' "linux-headers-$release")
	kernel=$CACHE/kernel/$release-$version-$(recipe)
	cached "$kernel" "fetching kernel $release" make_stock "$release" "$version"
}

# --- backports: the newest kernel that Debian 12 offers ---------------------------

# The host's apt may not know of backports, and need not: apt gets lists and
# sources of its own, made of the host's.
backports_apt() {
	local apt=$1 tool=$2

	shift 2
	"$tool" -o Dir::Etc::SourceList="$apt/sources" -o Dir::Etc::SourceParts=- \
		-o Dir::State::Lists="$apt/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
		-o APT::Sandbox::User=root "$@"
}

backports_lists() {
	local apt=$1

	mkdir -p "$apt/lists/partial"
	# shellcheck disable=SC2016 # apt fills these in
	apt-get indextargets --format '$(ORIGIN)|deb $(REPO_URI) $(RELEASE)-backports $(COMPONENT)' \
		'Created-By: Packages' | sed -n 's/^Debian|//p' |
		grep " $codename-backports main\$" | sort -u >"$apt/sources"
	[ -s "$apt/sources" ] || die "apt knows no source of Debian $codename"
	quietly backports_apt "$apt" apt-get update
}

# Of the kernels whose headers and image are there: 6.12 is the line that is tested.
backports_release() {
	backports_apt "$1" apt-cache search --names-only '^linux-(image|headers)-6\.12\.[^ ]*-amd64$' |
		sed -nE 's/^linux-(image|headers)-(6\.12\.[0-9]+\+deb12(\.[0-9]+)?-amd64) .*/\2/p' |
		sort -V | uniq -d | tail -n 1
}

# Headers name their other halves by absolute paths.
unpack_headers() {
	local release=$1 dir=$2 deb

	for deb in "$dir"/linux-{headers,kbuild}-*.deb; do
		dpkg -x "$deb" "$dir" || return
		rm "$deb"
	done
	# In here, where they end up: the folder still has its temporary name.
	sed -i "s|/usr/src/|${dir%.tmp}/usr/src/|" "$dir/usr/src/linux-headers-$release/Makefile"
	# It is there for BTF, which needs one more package and nobody reads here.
	rm -f "$dir/usr/src/linux-headers-$release/vmlinux"
	ln -s "usr/src/linux-headers-$release" "$dir/build"
}

make_backports() {
	local dir=$1 apt=$1/apt release common

	mkdir -p "$dir"
	backports_lists "$apt" || return
	release=$(backports_release "$apt")
	[ -n "$release" ] || die "there is no kernel 6.12 in backports"
	common=${release%-amd64}
	(cd "$dir" && quietly backports_apt "$apt" apt-get download "linux-image-$release" \
		"linux-headers-$release" "linux-headers-$common-common" "linux-kbuild-$common") || return
	unpack_image "$release" "$dir" || return
	unpack_headers "$release" "$dir" || return
	rm -r "$apt"
}

# Fetched once and kept, so that no list is asked for every time; a newer one comes with an empty cache.
kernel_backports() {
	kernel=$CACHE/kernel/backports-6.12-$(recipe)
	cached "$kernel" "fetching kernel 6.12 of $codename-backports" make_backports
}
