#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Traffic between network namespaces, made and checked by one process.

Reads requests from standard input, one a line ("ID COMMAND WORDS..."), and
answers each with one line ("ID ok WORDS..." or "ID fail WHY"). It stays alive
for a whole test script, because starting an interpreter is dear on an emulated
CPU. An end point is written NAMESPACE@ADDRESS.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position
from traffic_ends import Failure  # noqa: E402
from traffic_flood import flood_sent, flood_start, flood_stop, floods  # noqa: E402
from traffic_forged import by_hand, icmp6_too_big, icmp_error, icmp_too_big, parts  # noqa: E402
from traffic_tap import taps, watch_start, watch_stop  # noqa: E402
from traffic_tcp import say, sendfile, tcp, zerocopy  # noqa: E402
from traffic_udp import (  # noqa: E402
    ask, ask_listeners, asking, attempt, beside, captured, closed, extended, fragment6, header, in_clear, inside_udp,
    probe, raw, routed, segmented, twins, udp)


def reset():
    """Forget what a test that failed has left."""
    while floods:
        flood_stop()
    # Their devices may be gone, and reading says so: nobody wants to know.
    for tap in [tap for pair in taps for tap in pair]:
        tap.sock.close()
    taps.clear()
    return ""


COMMANDS = {function.__name__: function for function in (
    ask, ask_listeners, asking, attempt, beside, captured, closed, extended, fragment6, header, in_clear, inside_udp,
    probe, raw, routed, segmented, twins, udp, say, sendfile, tcp, zerocopy, flood_sent, flood_start, flood_stop,
    watch_start, watch_stop, by_hand, icmp6_too_big, icmp_error, icmp_too_big, parts, reset)}


def answer(line):
    name, *args = line.split()
    try:
        return "ok " + COMMANDS[name](*args)
    except (Failure, OSError) as why:
        return "fail %s: %s" % (name, why)


def main():
    for line in sys.stdin:
        number, request = line.split(maxsplit=1)
        print(number, answer(request), flush=True)


if __name__ == "__main__":
    main()
