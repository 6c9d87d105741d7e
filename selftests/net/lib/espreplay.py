# SPDX-License-Identifier: GPL-2.0-only
"""The tests of replay.sh: sequence numbers against a slow and obvious receiver."""

import random
import struct

from esplab import equal, oracle, serve
from espwire import SEQ_MAX, TEST, Sa, flip, ip4, payload_of

WINDOWS = (0, 1, 32, 63, 64, 65, 100, 1024, 4096)
BATCH = 512  # how many packets are sent between two looks at the counters
STEPS = 500  # random ones for each window

NEW, ZERO, OLD, DUP = 'in-ok', 'in-seq-zero', 'in-replay-old', 'in-replay-dup'
ICV = 'in-icv'


class Receiver:
    """RFC 4303 section 3.4.3 with a window of exactly this width; it remembers everything."""

    def __init__(self, window):
        self.window = window
        self.top = 0
        self.seen = set()

    def verdict(self, seq):
        if not self.window:
            return NEW
        if seq == 0:
            return ZERO
        if seq <= self.top - self.window:
            return OLD
        return DUP if seq in self.seen else NEW

    def take(self, seq):
        verdict = self.verdict(seq)
        if verdict == NEW:
            self.seen.add(seq)
            self.top = max(self.top, seq)
        return verdict


class ExtendedReceiver(Receiver):
    """RFC 4303 appendix A2: the high half is not in the packet; a wrong one makes a wrong ICV."""

    def take(self, seq):
        said = seq & SEQ_MAX
        first = max(self.top - self.window + 1, 0)
        guess = first + ((said - first) & SEQ_MAX)
        if guess != seq and self.verdict(guess) == NEW:
            return ICV
        return super().take(guess)


class Subject:
    """An SA of espah's, the model beside it, and the packets between."""

    def __init__(self, lab, window, spi=0x1000, esn=False):
        self.lab = lab
        self.model = (ExtendedReceiver if esn else Receiver)(window)
        self.sa = lab.add_sa(Sa(spi, esn=esn), window=window)
        self.outer = self.sa.packet(0, bytes(4), TEST)[:20]
        self.inner = ip4(self.sa.src, self.sa.dst, TEST, bytes(4))[:20]
        self.number = 0
        self.totals = {}

    def packet(self, seq):
        """A good packet that says which it is."""
        self.number += 1
        return self.outer + self.sa.seal(seq, struct.pack('>I', self.number), TEST)

    def clear(self):
        return self.inner + struct.pack('>I', self.number)

    def batch(self, seqs, what):
        """Send these numbers; exactly those come out that the model takes."""
        packets, changes, heard = [], {}, []
        for seq in seqs:
            packets.append(self.packet(seq))
            verdict = self.model.take(seq)
            changes[verdict] = changes.get(verdict, 0) + 1
            if verdict == NEW:
                heard.append(self.clear())
        self.lab.expect(packets, changes, what, heard)
        for name, value in changes.items():
            self.totals[name] = self.totals.get(name, 0) + value

    def each(self, seqs, what):
        """The same, one by one: each has its own reason."""
        for seq in seqs:
            self.batch([seq], f'window {self.model.window}, {what}, top {self.model.top}, '
                              f'number {seq}')

    def all(self, seqs, what):
        for at in range(0, len(seqs), BATCH):
            self.batch(seqs[at:at + BATCH], f'window {self.model.window}, {what}, step {at}')

    def figures(self, what):
        """The SA's own figures tell the same."""
        drops = dict(self.totals)
        packets = drops.pop(NEW, 0)
        top = self.model.top if self.model.window else None
        seen = self.lab.sa_figures(self.sa)
        equal((seen[0], seen[1] if top is not None else None, seen[2]), (packets, top, drops),
              f'window {self.model.window}, {what}: the SA\'s packets, top and drops')


def subjects(lab):
    return [Subject(lab, window, 0x1000 + window) for window in WINDOWS]


def around(subject):
    """Numbers near both edges of the window that the model has now."""
    top, window = subject.model.top, subject.model.window
    near = {top, top - 1, top - window + 2, top - window + 1, top - window, top - window - 1}
    return sorted(seq for seq in near if 0 <= seq <= SEQ_MAX)


def test_first_packets(lab):
    """A fresh SA: 0 is nobody's number, 1 is the first; anything may come first."""
    for subject in subjects(lab):
        subject.each([0, 1, 1, 0, 2, 2, 1], 'first packets')
        subject.figures('first packets')


def test_edges(lab):
    """The top, the last number inside, the first one outside; each new, then again."""
    for subject in subjects(lab):
        window = subject.model.window
        subject.each([10 * max(window, 10)], 'to begin')
        subject.each(around(subject), 'edges')
        subject.each(reversed(around(subject)), 'edges again')
        subject.figures('edges')


def test_jumps(lab):
    """After a jump of any size the window holds what it should and nothing else."""
    for subject in subjects(lab):
        window = subject.model.window
        ring = 64
        while ring < window + 64:
            ring *= 2
        sizes = {1, window - 1, window, window + 1, 63, 64, 65, ring - 64, ring - 1, ring, ring + 1,
                 2 * ring, 1 << 20}
        subject.each([2 * ring], 'to begin')
        for size in sorted(size for size in sizes if size > 0):
            subject.each([subject.model.top + size], f'jump by {size}')
            subject.each(around(subject), f'after a jump by {size}')
        subject.figures('jumps')


def test_last_number(lab):
    """To 2^32-1 and not beyond: without extended numbers the counter never cycles."""
    for subject in subjects(lab):
        subject.each([1, 0x7fffffff, 0x80000000, SEQ_MAX - 1, SEQ_MAX], 'up')
        subject.each(around(subject), 'at the end')
        subject.each([SEQ_MAX, 0, 1, 2, 0x80000000], 'beyond the end')
        subject.figures('the last number')


def test_whole_window(lab):
    """Every number of a window once, backwards, then each again."""
    for window in (1, 63, 64, 65, 100, 1024):
        subject = Subject(lab, window, 0x1000 + window)
        numbers = list(range(5000, 5000 - window - 5, -1))
        subject.all(numbers, 'backwards')
        subject.all(numbers, 'again')
        subject.figures('a whole window')


def step(rng, model):
    """A number that is likely to be of interest."""
    top, window = model.top, max(model.window, 1)
    kind = rng.random()
    if kind < 0.35:
        seq = top + rng.randint(1, 3)
    elif kind < 0.65:
        seq = top - rng.randint(0, window + window // 4 + 2)
    elif kind < 0.80:
        seq = top - window + rng.randint(-1, 2)
    elif kind < 0.90:
        seq = top + window + rng.randint(-1, 1)
    elif kind < 0.95:
        seq = top + rng.randint(1, 4 * window + 200)
    elif model.seen:
        seq = rng.choice(sorted(model.seen)[-2 * window:])
    else:
        seq = 0
    return min(max(seq, 0), SEQ_MAX)


def test_random_steps(lab):
    """Some thousand steps, the same in every run."""
    rng = random.Random(4303)
    for subject in subjects(lab):
        future = Receiver(subject.model.window)
        steps = []
        for _ in range(STEPS):
            steps.append(step(rng, future))
            future.take(steps[-1])
        subject.all(steps, 'random steps')
        subject.figures('random steps')


def test_forged_number(lab):
    """Only what is authentic moves the window: section 3.4.3."""
    for subject in subjects(lab):
        subject.each([100, 99], 'to begin')
        far = [101, 100 + subject.model.window, 1 << 20, SEQ_MAX]
        forged = []
        for seq in far:
            packet = subject.packet(seq)
            forged.append(flip(packet, 8 * len(packet) - 1))
            # A good packet of another number that is changed into this one.
            packet = subject.packet(1000)
            forged.append(packet[:24] + struct.pack('>I', seq) + packet[28:])
        lab.expect(forged, {'in-icv': len(forged)}, f'window {subject.model.window}, forged')
        subject.totals['in-icv'] = len(forged)
        subject.each(around(subject), 'after forged packets')
        subject.each(far, 'the true packets')
        subject.figures('forged packets')


def test_same_octets(lab):
    """What an eavesdropper can do: the same octets again, many times, in any order."""
    subject = Subject(lab, 64)
    packets = [subject.packet(seq) for seq in range(1, 33)]
    lab.expect(packets, {'in-ok': 32}, 'once', [
        ip4(subject.sa.src, subject.sa.dst, TEST, struct.pack('>I', n)) for n in range(1, 33)])
    rng = random.Random(1)
    again = packets * 8
    rng.shuffle(again)
    lab.expect(again, {DUP: len(again)}, 'again')
    # Another IP header around the same ESP makes no other packet of it.
    other = [subject.sa.carry(payload_of(packet), ttl=9, ident=77, tos=8) for packet in packets]
    lab.expect(other, {DUP: len(other)}, 'again in another IP header')
    # Section 3.4.3: the number is looked at first, and spares the cipher.
    forged = [flip(packet, 8 * len(packet) - 1) for packet in packets]
    lab.expect(forged, {DUP: len(forged)}, 'again with another ICV')


def outside_sequences(lab, esn):
    """Each packet is taken, or dropped, as theirs says.

    Which of two reasons a drop has is ours to say: a number can be both old and seen.
    """
    cases = [case for case in oracle('replay/sequences.dev.json')['cases'] if case['esn'] == esn]
    equal(len(cases) > 10, True, f'{len(cases)} cases')
    for number, case in enumerate(cases):
        subject = Subject(lab, case['window'], 0x2000 + number, esn)
        seqs = [int(step['seq'], 16) for step in case['steps']]
        top = int(case['start_top'], 16)
        # Their receiver begins in the middle, ours where packets brought it.
        begin = ([SEQ_MAX] if top > SEQ_MAX else []) + ([top] if top else [])
        equal(set(begin) & set(seqs), set(), f'{case["id"]}: steps with numbers that it begins at')
        subject.each(begin, f'{case["id"]}: to begin')
        theirs = type(subject.model)(case['window'])
        theirs.top = top
        equal([theirs.take(seq) == NEW for seq in seqs],
              [step['expect'] == 'accept' for step in case['steps']],
              f'{case["id"]}: our own model')
        subject.all(seqs, case['id'])
        subject.figures(case['id'])
        lab.del_sa(subject.sa)


def test_outside_sequences(lab):
    """Sequences of other projects' tests."""
    outside_sequences(lab, False)


def test_outside_sequences_esn(lab):
    """The same with extended numbers."""
    outside_sequences(lab, True)


if __name__ == '__main__':
    serve(globals())
