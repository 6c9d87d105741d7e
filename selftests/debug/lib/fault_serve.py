# SPDX-License-Identifier: GPL-2.0-only
"""One process for all of faults.sh: reads the names of a test and of namespaces, a line each,
and answers with notes, then "ok" or "failed WHY", and how many allocations failed.
"""

import gc
import sys
import time
import traceback

import fault_control
import fault_lives
import fault_packets
import fault_percpu
import fault_tally
from fault import KNOBS, Faults, stop

TESTS = {**vars(fault_packets), **vars(fault_lives), **vars(fault_control), **vars(fault_percpu),
         **vars(fault_tally)}


def one_line(words):
    return ' | '.join(line.strip() for line in words.splitlines() if line.strip())


def run(faults, name, namespaces, note):
    start = time.monotonic()
    try:
        faults.begin()
        TESTS[name](faults, namespaces, note)
        note.append(f'{time.monotonic() - start:.1f} seconds')
        return 'ok'
    except AssertionError as why:
        return one_line(f'failed {why}')
    except Exception:  # pylint: disable=broad-except
        return one_line(f'failed {traceback.format_exc()}')
    finally:
        for knob in KNOBS:
            stop(knob)


def main():
    # Memory that Python asks for meanwhile would fail as well.
    gc.disable()
    faults = Faults()
    totals = {'control': 0, 'packets': 0}
    for line in sys.stdin:
        name, *namespaces = line.split()
        note = []
        verdict = run(faults, name, namespaces, note)
        gc.collect()
        totals['packets' if name in vars(fault_packets) else 'control'] += faults.hits
        for words in note:
            print('note', words)
        for words in sorted(faults.points):
            print('point', words)
        print('hits', faults.hits, len(faults.points), *totals.values())
        print(verdict, flush=True)


if __name__ == '__main__':
    main()
