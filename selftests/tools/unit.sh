#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The parts of the tools that need no kernel do what they say, under ASan and UBSan.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

build unit SANITIZE=1
"$dir/unit"
