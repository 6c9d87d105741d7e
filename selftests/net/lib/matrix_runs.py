# SPDX-License-Identifier: GPL-2.0-only
"""Which runs the matrix has: pure, and the same for the same seed.

A run is a value of each dimension. The runs are chosen so that each pair of values of two
dimensions occurs in one of them, wherever there can be such a run at all.
"""

import itertools
import random
from collections import namedtuple

# What an algorithm needs of a line of ip-xfrm(8), and what it adds to a packet.
# octets: of key, with the salt.
Cipher = namedtuple('Cipher', 'name octets icv_bits iv_len align')
Mac = namedtuple('Mac', 'name octets icv_bits')


def aead(name, salt_len, sizes, icvs, label):
    """Of one algorithm each length of key and of ICV."""
    return {label.format(bits=8 * size, icv=icv): Cipher(name, size + salt_len, 8 * icv, 8, 4)
            for size in sizes for icv in icvs}


def keyed(name, salt_len, sizes, iv_len, align, label):
    """The same of encryption alone."""
    return {label.format(bits=8 * size): Cipher(name, size + salt_len, 0, iv_len, align)
            for size in sizes}


AES = (16, 24, 32)
CIPHERS = {
    **aead('rfc4106(gcm(aes))', 4, AES, (8, 12, 16), 'aes{bits}gcm{icv}'),
    **aead('rfc4309(ccm(aes))', 3, AES, (8, 12, 16), 'aes{bits}ccm{icv}'),
    **aead('rfc4543(gcm(aes))', 4, AES, (16,), 'aes{bits}gmac'),
    **aead('rfc7539esp(chacha20,poly1305)', 4, (32,), (16,), 'chacha20poly1305'),
    **keyed('cbc(aes)', 0, AES, 16, 16, 'aes{bits}'),
    **keyed('rfc3686(ctr(aes))', 4, AES, 8, 4, 'aes{bits}ctr'),
    **keyed('cbc(des3_ede)', 0, (24,), 8, 8, '3des'),
    **keyed('cbc(camellia)', 0, AES, 16, 16, 'camellia{bits}'),
    **keyed('ecb(cipher_null)', 0, (0,), 0, 4, 'null'),
}
MACS = {
    'sha1': Mac('hmac(sha1)', 20, 96),
    'sha256': Mac('hmac(sha256)', 32, 128),
    'sha384': Mac('hmac(sha384)', 48, 192),
    'sha512': Mac('hmac(sha512)', 64, 256),
    'sha256_96': Mac('hmac(sha256)', 32, 96),
    'aesxcbc': Mac('xcbc(aes)', 16, 96),
    'aescmac': Mac('cmac(aes)', 16, 96),
}
NONE = '-'  # AH encrypts nothing, and an AEAD has its own integrity
VALUES = {
    'proto': ('esp', 'ah'),
    'enc': (*CIPHERS, NONE),
    'auth': (*MACS, NONE),
    'mode': ('transport', 'tunnel', 'beet'),
    # Inside in outside.
    'families': ('4', '6', '4in6', '6in4'),
    'window': ('w32', 'w1024'),
    'esn': ('seq', 'esn'),
    'encap': ('plain', 'udp'),
}
# The dimensions that have many values each.
ALGORITHMS = ('enc', 'auth')
# What espah does not have: no run has one of these values.
LACKING = {}


def takes_fragments(run):
    """Whether espah takes protected packets that come in fragments.

    Over IPv6 LOCAL_IN comes before they are put together. Where the policy speaks of the outer
    addresses, a fragment of UDP is judged there, and only the first has an SPI to be known by.
    """
    return (run.mode, run.outer, run.encap) != ('transport', 6, 'udp')


SEED = 4303
SHORT, LONG = 40, 300


class Run(namedtuple('Run', VALUES)):
    """One run; its name has all of its values."""

    __slots__ = ()

    @property
    def name(self):
        return '/'.join(value for value in self if value != NONE)

    @property
    def inner(self):
        """The version of the packet that is protected."""
        return int(self.families[0])

    @property
    def outer(self):
        return int(self.families[-1])


def possible(run):
    """Whether there is such an SA."""
    if run.proto == 'ah':
        # BEET is a mode of ESP (draft-nikander-esp-beet-mode), RFC 3948 a way of it.
        sound = (run.enc == NONE and run.auth != NONE and run.mode != 'beet'
                 and run.encap == 'plain')
    elif run.enc == NONE:
        sound = False
    else:
        sound = (run.auth == NONE) == (CIPHERS[run.enc].icv_bits > 0)
    return sound and (run.mode != 'transport' or run.inner == run.outer)


def named(name):
    """The run that has this name."""
    values = name.split('/')
    if len(values) < len(VALUES):
        values.insert(1 if values[0] == 'ah' else 2, NONE)
    if (len(values) != len(VALUES) or not possible(Run._make(values))
            or any(value not in VALUES[at] for at, value in zip(VALUES, values))):
        raise ValueError(f'{name}: there is no such run')
    return Run._make(values)


def possible_runs(lacking=None):
    """All of them."""
    lacking = LACKING if lacking is None else lacking
    values = [[value for value in VALUES[name] if value not in lacking.get(name, ())]
              for name in VALUES]
    return [run for run in map(Run._make, itertools.product(*values)) if possible(run)]


def groups(run, size):
    """The values, pairs or triples of values of a run, each value with its dimension."""
    return itertools.combinations(enumerate(run), size)


def holding(runs, size):
    """Which runs have a group of values, the rarest first."""
    found = {}
    for run in runs:
        for group in groups(run, size):
            found.setdefault(group, []).append(run)
    return dict(sorted(found.items(), key=lambda item: len(item[1])))


def is_way(group):
    """Whether it is a way that algorithms are used in."""
    dimensions = list(VALUES)
    return all(dimensions[number] not in ALGORITHMS for number, _ in group)


def choose(runs, seed):
    """One after another a run that brings most: each value first, then each pair, then triples.

    Of the pairs, those without an algorithm come first. With each goes whether all pairs have been
    there.
    """
    pick = random.Random(seed)
    pairs = holding(runs, 2)
    ways = {group: those for group, those in pairs.items() if is_way(group)}
    having = {**holding(runs, 1), **ways, **pairs}
    # In this order: what is rare leaves the least choice.
    wanting = dict.fromkeys(having)
    triples, chosen = set(), set()

    def gain(run):
        return (*(sum(group in wanting for group in groups(run, size)) for size in (1, 2)),
                sum(triple not in triples for triple in groups(run, 3)))

    while len(chosen) < len(runs):
        those = having[next(iter(wanting))] if wanting else runs
        best = max(pick.sample(those, min(len(those), 30)), key=gain)
        if best in chosen:
            continue
        chosen.add(best)
        triples.update(groups(best, 3))
        for group in itertools.chain(groups(best, 1), groups(best, 2)):
            wanting.pop(group, None)
        yield best, not wanting


def matrix(long, seed=SEED, lacking=None):
    """The runs of one time: in the long form each pair, and so many runs at least."""
    chosen = []
    for run, complete in choose(possible_runs(lacking), seed):
        chosen.append(run)
        if len(chosen) >= (LONG if long else SHORT) and (complete or not long):
            break
    return chosen
