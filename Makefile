# SPDX-License-Identifier: GPL-2.0-only
# espah: the module and its tools. What is in the module is listed in Kbuild.

# The kernel to build for: KDIR if given, the running one if its headers are
# here, or else the newest whose headers are.
KDIR_RUNNING := /lib/modules/$(shell uname -r)/build
KDIR_NEWEST := $(shell printf '%s\n' /lib/modules/*/build/Makefile | sort -V | tail -n 1 | sed 's,/Makefile$$,,')
ifneq ($(wildcard $(KDIR_RUNNING)/Makefile),)
KDIR ?= $(KDIR_RUNNING)
else
KDIR ?= $(KDIR_NEWEST)
KDIR_NOTE = @echo "No headers of the running kernel are installed; building for $(KDIR)"
endif

DESTDIR ?=
PREFIX ?= /usr/local
export DESTDIR PREFIX

KBUILD = $(MAKE) -C $(KDIR) M=$(CURDIR) --no-print-directory

all: modules tools

modules: check-kdir
ifeq ($(origin KDIR),file)
	$(KDIR_NOTE)
endif
	+$(KBUILD) modules

tools:
	+$(MAKE) -C tools --no-print-directory

check-kdir:
	@test -e $(KDIR)/Makefile || \
		{ echo "No kernel headers in $(KDIR): install linux-headers-amd64 (make setup does) or set KDIR" >&2; exit 1; }

# depmod looks for modules where they were installed, which may be DESTDIR.
install: all
	+$(KBUILD) INSTALL_MOD_PATH=$(DESTDIR) DEPMOD=true modules_install
	PATH=$$PATH:/sbin:/usr/sbin && release=$$(modinfo -F vermagic espah.ko | cut -d ' ' -f 1) && \
		depmod $(if $(DESTDIR),-b $(DESTDIR)) $$release
	+$(MAKE) -C tools --no-print-directory install

clean:
	+$(if $(wildcard $(KDIR)/Makefile),$(KBUILD) clean)
	+$(MAKE) -C tools --no-print-directory clean

setup:
	@selftests/setup

check: setup
	@selftests/run

check-long: setup
	@ESPAH_LONG=yes selftests/run

mutants: setup
	@selftests/mutants/mutants

check-list:
	@selftests/run --list

kunit: setup
	@selftests/vm/vm --kernel debug -- selftests/debug/ktap '$(or $(T),*)'

# It sets up by itself, and shows how that goes.
demo:
	@selftests/demo/demo

fuzz: setup
	@selftests/fuzz/fuzz

bench: setup
	@selftests/bench/bench

coverage: setup
	@selftests/coverage/coverage

help:
	@echo 'make             build espah.ko, tools/espah and tools/espahd (KDIR=: for which kernel)'
	@echo 'make C=1 W=1     the same with sparse and more warnings'
	@echo 'make install     install both (DESTDIR=, PREFIX=)'
	@echo 'make clean       remove what was built'
	@echo 'make demo        show two hosts talk through a tunnel, in a virtual machine'
	@echo 'make check       run all tests; T=REGEX: only those whose name matches'
	@echo 'make check-long  what takes long as well, and everything on every kernel'
	@echo 'make mutants     show that the tests catch deliberate mistakes'
	@echo 'make check-list  name the tests'
	@echo 'make kunit       run the KUnit suites, print KTAP; T=PATTERN: only those of this name'
	@echo 'make coverage    say which lines the tests reach, and name the others'
	@echo 'make fuzz        look for requests and packets that upset the module, for ever; TIME=SECONDS, SEED=N'
	@echo 'make bench       compare the cost of a packet with that of xfrm'
	@echo 'make setup       install what these need (Debian 12)'

.PHONY: all modules tools check-kdir install clean setup check check-long mutants check-list kunit demo fuzz bench coverage help
