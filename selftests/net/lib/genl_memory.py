# SPDX-License-Identifier: GPL-2.0-only
"""Does memory come back? Slab and per-CPU figures before and after."""

import re
import time

# What the module, or the kernel on its behalf, allocates from. The caches of files, processes
# and inodes are left out: they grow with what the test itself reads.
CACHES = re.compile(r'kmalloc-(cg-|rcl-)?\d+k?|skbuff_\w+|skb_\w+|xfrm_\w+|radix_tree_node|'
                    r'ip_dst_cache|net_namespace|secpath_cache|pool_workqueue')


def slabs():
    """Objects in use, by cache."""
    with open('/proc/slabinfo', encoding='ascii') as file:
        rows = [line.split() for line in file]
    return {row[0]: int(row[1]) for row in rows if CACHES.fullmatch(row[0])}


def figures():
    """Objects in use by cache, and kB of per-CPU memory."""
    # Give back what is free but held ready for the next: then the figures are exact.
    for name in slabs():
        with open(f'/sys/kernel/slab/{name}/shrink', 'w', encoding='ascii') as file:
            file.write('1')
    out = slabs()
    with open('/proc/meminfo', encoding='ascii') as file:
        out['Percpu'] = int(re.search(r'Percpu:\s+(\d+) kB', file.read())[1])
    return out


def settled(seconds=30):
    """The figures once nothing is freed any more: what is on its way out is no base."""
    end = time.monotonic() + seconds
    last = figures()
    while time.monotonic() < end:
        time.sleep(0.3)
        now = figures()
        if sum(now.values()) >= sum(last.values()):
            break
        last = now
    return last


def growth(before, tolerance):
    """What grew by more than the tolerance."""
    now = figures()
    return {name: (before.get(name, 0), count) for name, count in now.items()
            if count - before.get(name, 0) > tolerance(name)}


def expect_back(before, tolerance, seconds=60):
    """Wait until memory is back; what is freed after a grace period comes late."""
    end = time.monotonic() + seconds
    grown = growth(before, tolerance)
    while grown and time.monotonic() < end:
        time.sleep(0.2)
        grown = growth(before, tolerance)
    if grown:
        raise AssertionError(f'grew beyond tolerance (before, after): {grown}')
