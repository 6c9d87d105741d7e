# SPDX-License-Identifier: GPL-2.0-only
"""Bring listings of `espah -o` and `ip -o xfrm` into one form: an entry a line, in order.

What only one of the two prints is left out: what is so in any case (the type "main", "flag
af-unspec", a selector of everything), and the bits of the window. Where xfrm has two forms for
sequence numbers, there is one; encapsulation is as it is written, not as `ip` prints it; and what a prefix does not
cover is zero.
"""

import ipaddress
import re
import sys


def network(text):
    return str(ipaddress.ip_network(text, strict=False))


FORMS = (
    (r'[\\\s]+', ' '),
    (r'\b(src|dst) ([0-9a-f.:]+/\d+)', lambda m: f'{m[1]} {network(m[2])}'),
    (r' ptype main', ''),
    (r' flag af-unspec(?= |$)', ''),
    (r'( flag [a-z0-9 -]*?) af-unspec', r'\1'),
    (r' sel src (0\.0\.0\.0/0 dst 0\.0\.0\.0/0|::/0 dst ::/0)(?= tfcpad|$)', ''),
    (r'anti-replay esn context: seq-hi 0x(\w+), seq 0x(\w+), oseq-hi 0x(\w+), oseq 0x(\w+)'
     r' replay_window (\w+), bitmap-length \w+( [0-9a-f]{8})*', r'window \5 seq \1/\2 oseq \3/\4'),
    (r'encap type (\w+) sport (\d+) dport (\d+) addr (\S+)', r'encap \1 \2 \3 \4'),
    (r'anti-replay context: seq 0x(\w+), oseq 0x(\w+)(, bitmap 0x\w+)?', r'seq 0/\1 oseq 0/\2'),
    (r'(.*)( tfcpad \d+)(.*)', r'\1\3\2'),
)


def form(line):
    for pattern, instead in FORMS:
        line = re.sub(pattern, instead, line.strip())
    if ' window ' in line:
        line = re.sub(r' replay-window 0', '', line)
    return re.sub(r' replay-window (\d+)(.*) seq ', r'\2 window \1 seq ', line)


for entry in sorted(form(line) for line in sys.stdin if line.strip()):
    print(entry)
