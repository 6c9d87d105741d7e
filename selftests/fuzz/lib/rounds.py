# SPDX-License-Identifier: GPL-2.0-only
"""What both fuzzers of the module share: rounds, corpora, and what becomes of a finding.

A round begins from nothing and is made by its seed and its number alone, so that it can be had
again. Its steps are noted in the words of a corpus file, which plays the very same octets.
"""

import argparse
import collections
import glob
import itertools
import os
import random
import re
import time
import traceback

FUZZ = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COMPLAINT = re.compile(r'WARNING|BUG|Oops|refcount|leak|RIP:|Call Trace|UBSAN|KASAN|'
                       r'general protection|suspicious RCU|INFO: ')


class Finding(AssertionError):
    """Something that must not be."""


def check(condition, words):
    if not condition:
        raise Finding(words)


class KernelLog:
    """The kernel's log: what the kernel complains of, and where we are, should it die."""

    def __init__(self):
        self.fd = os.open('/dev/kmsg', os.O_RDWR | os.O_NONBLOCK)
        os.lseek(self.fd, 0, os.SEEK_END)

    def note(self, words):
        """Grave enough for a quiet console: it is all that is left after a panic."""
        os.write(self.fd, f'<2>espah-fuzz: {words}'.encode())

    def check(self):
        lines = []
        while True:
            try:
                record = os.read(self.fd, 8192)
            except BlockingIOError:
                break
            except BrokenPipeError:
                continue  # the oldest lines were overwritten
            lines.append(record.decode(errors='replace').split(';', 1)[-1].split('\n')[0])
        found = [line for line in lines if COMPLAINT.search(line)]
        check(not found, 'the kernel complains: ' + ' | '.join(found[:3]))


def arguments(part):
    parser = argparse.ArgumentParser()
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--first', type=int, default=0, help='round to begin with')
    parser.add_argument('--rounds', type=int, help='how many')
    parser.add_argument('--seconds', type=int, help='for how long instead; 0: for ever')
    parser.add_argument('--keep', help='folder for the case that fails')
    parser.add_argument('--corpus', default=os.path.join(FUZZ, 'corpus', part))
    parser.add_argument('arguments', nargs='*')
    return parser.parse_args()


def corpus(place):
    """The corpus files of a folder, or the one file."""
    return sorted(glob.glob(os.path.join(place, '*.txt'))) if os.path.isdir(place) else [place]


def steps_of(path):
    """The words of each line of a corpus file."""
    with open(path, encoding='ascii') as file:
        for number, line in enumerate(file, 1):
            words = line.split('#')[0].split()
            if words:
                yield number, words


class Fuzzer:
    """A part has reset(), step(words) and round(), and notes in round() what step() would play.

    count: how many cases there were; tally: what became of them.
    """

    part = ''

    def __init__(self, args):
        self.args = args
        self.log = KernelLog()
        self.noted = []
        self.where = ''
        self.rng = random.Random()
        self.count = 0
        self.tally = collections.Counter()

    def note(self, line):
        self.noted.append(line)

    def play(self, path):
        self.where = os.path.relpath(path, FUZZ)
        self.log.note(f'{self.part} {self.where}')
        self.noted = []
        self.reset()
        for number, words in steps_of(path):
            self.where = f'{os.path.relpath(path, FUZZ)}:{number}'
            self.step(words)
        self.corpus_over()
        self.log.check()

    def again(self, number):
        """How to have this round once more."""
        return f'{self.part} SEED={self.args.seed} ROUND={number}'

    def play_round(self, number):
        self.where = self.again(number)
        self.log.note(self.where)
        self.noted = []
        self.rng = random.Random(f'{self.part} {self.args.seed} {number}')
        self.reset()
        self.round()
        self.log.check()

    def corpus_over(self):
        """After the last step of a corpus file."""

    def over(self, rounds):
        """After the last round."""

    def numbers(self):
        first, end = self.args.first, time.monotonic() + (self.args.seconds or 0)
        if self.args.seconds is None:
            yield from range(first, first + (self.args.rounds or 0))
            return
        for number in itertools.count(first):
            if self.args.seconds and time.monotonic() > end:
                return
            if number % 20 == 19:
                print(f'# {self.part}: {number + 1 - first} rounds, {self.count} cases', flush=True)
            yield number

    def keep(self):
        """The failing case, as a corpus file."""
        if not self.args.keep:
            return
        path = os.path.join(self.args.keep, f'{self.part}-finding.txt')
        with open(path, 'w', encoding='ascii') as file:
            file.write(f'# SPDX-License-Identifier: GPL-2.0-only\n# {self.where}\n')
            file.writelines(line + '\n' for line in self.noted)

    def run(self):
        """Return: the exit status."""
        rounds = 0
        try:
            for path in corpus(self.args.corpus):
                self.play(path)
            from_corpus = self.count
            for number in self.numbers():
                self.play_round(number)
                rounds += 1
            self.over(rounds)
        except Exception as why:  # pylint: disable=broad-except
            print(f'finding: {self.where}, case {self.count}: {why}')
            if not isinstance(why, Finding):
                traceback.print_exc()
            self.keep()
            return 1
        words = ', '.join(f'{what} {n}' for what, n in sorted(self.tally.items()))
        print(f'{self.part}: {from_corpus} cases of the corpus, {rounds} rounds, '
              f'{self.count - from_corpus} cases: {words}')
        return 0
