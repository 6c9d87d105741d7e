#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""matrix.py TEST: whether the runs of net/matrix.sh are what they are said to be."""

import itertools
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '../net/lib'))
# pylint: disable=wrong-import-position
from matrix_runs import (CIPHERS, LACKING, LONG, NONE, SEED, SHORT, VALUES, groups, is_way,  # noqa: E402
                         matrix, named, possible_runs)

# With what espah lacks left out, and without leaving anything out.
BOTH = LACKING, {}


def groups_of(runs, size):
    return {group for run in runs for group in itertools.combinations(zip(VALUES, run), size)}


def ways_of(runs):
    """Pairs of values that are not of algorithms."""
    return {group for group in itertools.chain(*(groups(run, 2) for run in runs)) if is_way(group)}


def no_more(what, found):
    if found:
        sys.exit(f'{what}: {sorted(map(str, found))[:5]}, {len(found)} in all')


def each_pair():
    for lacking, seed in itertools.product(BOTH, (SEED, 1, 2)):
        runs = matrix(True, seed, lacking)
        no_more('pairs that are in no run',
                groups_of(possible_runs(lacking), 2) - groups_of(runs, 2))
        if len(runs) < LONG or len(set(runs)) < len(runs):
            sys.exit(f'expected {LONG} different runs, saw {len(runs)}, {len(set(runs))} different')


def each_value():
    for lacking, seed in itertools.product(BOTH, (SEED, 1, 2)):
        runs = matrix(False, seed, lacking)
        no_more('values that are in no run',
                groups_of(possible_runs(lacking), 1) - groups_of(runs, 1))
        no_more('ways of use that are in no run', ways_of(possible_runs(lacking)) - ways_of(runs))
        if len(runs) != SHORT:
            sys.exit(f'expected {SHORT} runs, saw {len(runs)}')


def same_seed():
    if matrix(False) != matrix(False):
        sys.exit('the same seed, and not the same runs')
    if matrix(False) == matrix(False, SEED + 1):
        sys.exit('another seed, and the same runs')
    if matrix(True)[:SHORT] != matrix(False):
        sys.exit('the short form is not how the long one begins')


def sound():
    """What is possible, in other words; and that nothing else is left out."""
    runs = possible_runs({})
    aeads = [name for name, cipher in CIPHERS.items() if cipher.icv_bits]
    macs = len(VALUES['auth']) - 1
    # Transport mode has the two families; a tunnel, and BEET, each in each.
    esp = (len(aeads) + (len(CIPHERS) - len(aeads)) * macs) * (2 + 4 + 4) * 2 * 2 * 2
    ah = macs * (2 + 4) * 2 * 2
    if len(runs) != esp + ah:
        sys.exit(f'expected {esp + ah} runs to be possible, saw {len(runs)}')
    no_more('AH that encrypts, or in UDP',
            {run for run in runs if run.proto == 'ah' and (run.enc, run.encap) != (NONE, 'plain')})
    no_more('an AEAD with integrity apart',
            {run for run in runs if run.enc in aeads and run.auth != NONE})
    no_more('no integrity', {run for run in runs if run.enc not in aeads and run.auth == NONE})
    no_more('two families in transport mode',
            {run for run in runs if run.mode == 'transport' and len(run.families) > 1})
    no_more('runs that their names are not the names of',
            {run for run in runs if run.mode not in LACKING.get('mode', ()) and named(run.name) != run})
    no_more('values that there are not', {(name, value) for name, values in LACKING.items()
                                          for value in values if value not in VALUES[name]})


if __name__ == '__main__':
    {test.__name__: test for test in (each_pair, each_value, same_seed, sound)}[sys.argv[1]]()
