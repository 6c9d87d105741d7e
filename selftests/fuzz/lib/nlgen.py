# SPDX-License-Identifier: GPL-2.0-only
"""Requests made from the netlink spec, good ones and spoilt ones.

What the spec says of an attribute is enough to make one. Where requests are to meet each other or
real traffic, POOLS knows better values by name; an attribute that is not in there is made all the
same. Which attributes a request needs the kernel tells: see learn().
"""

import struct

from genl import NLA_F_NESTED, Attr, encode, packed
from spec import Spec

# What tells two entries of a kind apart.
IDENTITY = {'sa': ('dst', 'proto', 'spi'), 'policy': ('dir', 'sel', 'mark', 'mark-mask', 'if-id')}
MARK = b'\xc3KEY\x9f\x17\xe9\xa5'  # in every key; it must not come back
ALGORITHM = 'rfc4106(gcm(aes))'
INTS = {'u8': '=B', 'u16': '=H', 'u32': '=I', 'u64': '=Q'}
ADDRESSES = tuple(f'10.9.0.{n}' for n in (1, 1, 2, 2, 3))
ODD_ADDRESSES = ('0.0.0.0', '255.255.255.255', '224.0.0.1', '127.0.0.1', '::', 'fd00::1')
# Mostly one that the other values fit.
NAMES = (ALGORITHM,) * 8 + ('rfc4543(gcm(aes))', 'rfc7539esp(chacha20,poly1305)', 'cbc(aes)',
                            'ecb(cipher_null)', 'hmac(sha1)', 'cbc(des)')
POLICY_NAMES = tuple('abcdefghijklmnopqrstuvwxyz')
ODD_NAMES = ('', 'gcm(aes)', 'pcrypt(', f'pcrypt({ALGORITHM})', 'x' * 63, '%s%n(aes)')

POOLS = {
    ('sa', 'proto'): (50,),
    ('tmpl', 'proto'): (50,),
    ('sel', 'proto'): (0, 1, 6, 17, 253),
    ('sa', 'spi'): tuple(range(0x100, 0x10c)),
    ('tmpl', 'spi'): (0, 0x100, 0x101),
    ('sa', 'reqid'): (0, 1, 2),
    ('tmpl', 'reqid'): (0, 1, 2),
    ('sa', 'replay-window'): (0, 1, 32, 64, 4096),
    ('policy', 'priority'): (0, 1, 2, 3),
    ('policy', 'index'): (1, 2, 3),
    ('policy', 'mark'): (0, 0, 1, 2),
    ('policy', 'mark-mask'): (0, 3, 0xffffffff),
    ('policy', 'if-id'): (0, 0, 0, 1),
    ('sa', 'if-id'): (0, 0, 0, 1),
    ('policy', 'action'): (0, 0, 0, 0, 1, 2),
    ('alg', 'icv-bits'): (128,),
    ('sa', 'flags'): (0, 0, 1, 2, 4, 8, 16, 32, 60, 64, 128),
    ('sa', 'mark'): (0, 0, 1),
    ('sa', 'mark-mask'): (0, 3, 0xffffffff),
    ('sa', 'output-mark'): (0, 1, 0x100),
    ('sa', 'output-mark-mask'): (0x101, 0xffffffff),
    ('sa', 'oseq'): (0, 5, 0xfffffff0),
    ('sa', 'seq'): (0, 5, 0xfffffff0),
    ('sa', 'spi-min'): (0x100, 0x104, 0x108),
    ('sa', 'spi-max'): (0x10b, 0x10f, 0x11f),
    # Nothing is to end by itself, and no few wrong octets are to make it.
    ('sa', 'timeout'): (0x01010101,),
    **{('limit', f'{kind}-{end}'): (0x0101010101010101, 0x7101010101010101)
       for kind in ('time', 'time-use', 'byte', 'packet') for end in ('soft', 'hard')},
}


class Generator:
    """Requests from a random generator, which the round sets."""

    def __init__(self):
        self.spec = Spec()
        self.rng = None
        self.oddity = 0.01  # how often a value is out of the ordinary
        self.needs = set()  # (operation, nest or None, attribute)
        self.forget()

    # --- values ---

    def number(self, set_, attr):
        size = struct.calcsize(INTS[attr.type])
        if set_ != 'limit' and self.rng.random() < self.oddity:
            top = (1 << 8 * size) - 1
            edges = [0, 1, top, top // 2 + 1, attr.min - 1, (attr.max or 0) + 1]
            value = self.rng.choice([edge for edge in edges if 0 <= edge <= top])
        elif (set_, attr.name) in POOLS:
            value = self.rng.choice(POOLS[set_, attr.name])
        else:
            value = self.rng.randint(attr.min, attr.max if attr.max is not None else 8)
        return struct.pack('>I' if attr.big_endian else INTS[attr.type], value)

    def address(self):
        odd = self.rng.random() < self.oddity
        return packed(self.rng.choice(ODD_ADDRESSES if odd else ADDRESSES))

    def binary(self, attr):
        if attr.is_address:
            return self.address()
        if attr.name == 'key':
            return MARK + self.rng.randbytes(self.rng.choice((12, 12, 20, 28)))
        return self.rng.randbytes(self.rng.randint(1, min(attr.max_len or 64, 64)))

    def data(self, set_, attr):
        """What an attribute of this kind holds when nothing is wrong with it."""
        if attr.name == 'index' and self.indices and self.rng.random() < 0.8:
            return self.rng.choice(self.indices)
        if attr.type in INTS:
            return self.number(set_, attr)
        if attr.type == 'binary':
            return self.binary(attr)
        if attr.type == 'string':
            odd = self.rng.random() < self.oddity
            names = POLICY_NAMES if set_ == 'policy' else NAMES
            return self.rng.choice(ODD_NAMES if odd else names).encode() + b'\0'
        return b''

    # --- what is there already ---

    def forget(self):
        """Nothing is."""
        self.known = {}  # of each kind, attributes of what was added
        self.indices = []  # of policies

    def remember(self, operation, attrs):
        """This was accepted."""
        if operation.verb == 'add':
            self.known.setdefault(operation.object, []).append(attrs)

    def meet(self, operation, attrs):
        """Speak of something that was added, in the attributes that name it."""
        known = self.known.get(operation.object)
        if not known or self.rng.random() < 0.3:
            return attrs
        old = {a.number: a for a in self.rng.choice(known)}
        if operation.verb == 'update' and self.rng.random() < 0.6:
            # The same in every word, but for one perhaps.
            fresh = self.rng.choice(attrs + [None] * len(attrs))
            old |= {fresh.number: fresh} if fresh else {}
            return [attr.copy() for attr in old.values()]
        names = IDENTITY[operation.object]
        if operation.verb == 'add':
            names = names[:1]  # not the same again, but what is near it
        numbers = [self.spec.sets[operation.set][name].number for name in names]
        return [old[a.number].copy() if a.number in old and a.number in numbers else a
                for a in attrs]

    # --- requests ---

    def attribute(self, operation, set_, name):
        attr = self.spec.sets[set_][name]
        if attr.type == 'nest':
            return Attr(attr.number, self.nest(operation, attr))
        return Attr(attr.number, self.data(set_, attr))

    def some(self, operation, nest, names):
        """Those that are needed, almost always, and some of the others."""
        return [name for name in names
                if self.rng.random() < (0.98 if (operation, nest, name) in self.needs else 0.6)]

    def nest(self, operation, attr):
        members = self.spec.sets[attr.nest]
        out = [self.attribute(operation, attr.nest, name)
               for name in self.some(operation, attr.name, members)]
        data = {a.number: a for a in out}
        for name in members:
            # A range has two ends, mostly in order.
            low, high = (members.get(name.replace('-max', end)) for end in ('-min', '-max'))
            if low and low is not high and {low.number, high.number} <= set(data) and \
               self.rng.random() > self.oddity:
                ends = sorted((data[low.number].data, data[high.number].data))
                data[low.number].data, data[high.number].data = ends
        if self.rng.random() < 0.1:
            self.rng.shuffle(out)
        return out

    def request(self, operation, dump=False):
        """The attributes of a request, with nothing wrong in it by intent."""
        names = operation.dump if dump else operation.do
        if 'index' in names and self.rng.random() > self.oddity:
            # Either of them names a policy; a new one has both, or the kernel chooses.
            other = self.rng.choice(('index',) * 4 + ('',) if operation.verb in ('add', 'update') else
                                    ('sel', 'index', 'index'))
            names = [name for name in names if name != other]
        attrs = [self.attribute(operation.name, operation.set, name)
                 for name in self.some(operation.name, None, names)]
        for name in names:
            while self.spec.sets[operation.set][name].multi and self.rng.random() < 0.3:
                attrs.append(self.attribute(operation.name, operation.set, name))
        return self.meet(operation, attrs)

    def pick(self):
        """An operation; what ends everything is rare."""
        operations = [o for o in self.spec.operations.values() if o.do is not None]
        weights = [{'flush': 1, 'add': 20}.get(o.verb, 8) for o in operations]
        return self.rng.choices(operations, weights)[0]

    # --- defects; each is sure to be refused ---

    def place(self, operation, attrs):
        """Return: a list of attributes somewhere in the request, and the set they are of."""
        nests = [(a.data, self.spec.by_number[operation.set][a.number].nest) for a in attrs
                 if isinstance(a.data, list) and a.data]
        if nests and self.rng.random() < 0.5:
            return self.rng.choice(nests)
        return attrs, operation.set

    def spoil(self, operation, attrs):
        """Break the request in one way. Return: the name of that, or None if it cannot be."""
        defect = self.rng.choice((self.twice, self.unknown, self.stray, self.misnested,
                                  self.mislaid, self.misshapen, self.out_of_range))
        where, set_ = self.place(operation, attrs)
        return defect.__name__ if defect(operation, where, set_) else None

    def twice(self, _, where, set_):
        if where:
            attr = self.rng.choice(where).copy()
            spec = self.spec.by_number[set_][attr.number]
            if spec.multi:
                return False
            if not isinstance(attr.data, list) and self.rng.random() < 0.5:
                attr.data = self.data(set_, spec)
            where.insert(self.rng.randint(0, len(where)), attr)
        return where

    def unknown(self, _, where, set_):
        top = max(self.spec.by_number[set_])
        number = self.rng.choice((0, top + 1, top + 2, 0x100, 0x3fff))
        size = self.rng.choice((0, 1, 4, 8, 300))
        where.insert(self.rng.randint(0, len(where)), Attr(number, self.rng.randbytes(size)))
        return True

    def stray(self, operation, where, set_):
        """One that this request does not take."""
        others = [a for a in self.spec.sets[set_].values() if a.name not in operation.do]
        if set_ != operation.set or not others:
            return False
        attr = self.rng.choice(others)
        data = [] if attr.type == 'nest' else self.data(set_, attr)
        where.insert(self.rng.randint(0, len(where)), Attr(attr.number, data))
        return True

    def misnested(self, _, where, __):
        if where:
            self.rng.choice(where).flags ^= NLA_F_NESTED
        return where

    def mislaid(self, _, where, __):
        """A length that cannot be."""
        if where:
            self.rng.choice(where).length = self.rng.choice((0, 1, 2, 3, 0x7fff, 0xffff))
        return where

    def misshapen(self, _, where, set_):
        """A length that this kind of attribute does not have."""
        fixed = [a for a in where if self.spec.by_number[set_][a.number].type in INTS]
        if not fixed:
            return False
        attr = self.rng.choice(fixed)
        sizes = {0, 1, 2, 3, 4, 5, 7, 8, 9, 129} - {len(attr.data)}
        attr.data = self.rng.randbytes(self.rng.choice(sorted(sizes)))
        return True

    def out_of_range(self, _, where, set_):
        bounded = [a for a in where if self.spec.by_number[set_][a.number].max is not None]
        if not bounded:
            return False
        attr = self.rng.choice(bounded)
        spec = self.spec.by_number[set_][attr.number]
        top = (1 << 8 * struct.calcsize(INTS[spec.type])) - 1
        attr.data = struct.pack(INTS[spec.type], self.rng.choice((spec.max + 1, top)))
        return True

    # --- defects of which nobody can say what they are ---

    def bend(self, octets):
        """Change octets without regard to what they are."""
        data = bytearray(octets)
        for _ in range(self.rng.randint(1, 4)):
            if data:
                data[self.rng.randrange(len(data))] = self.rng.choice((0, 1, 4, 0x7f, 0x80, 0xff,
                                                                       self.rng.randrange(256)))
        if self.rng.random() < 0.3:
            return bytes(data[:self.rng.randint(0, len(data))])
        return bytes(data)

    def graft(self, operation, attrs):
        """Nests in nests, and one request's attributes in another's."""
        other = self.request(self.pick())
        nests = [a for a in attrs if isinstance(a.data, list)]
        if nests and self.rng.random() < 0.5:
            nest = self.rng.choice(nests)
            nest.data = self.rng.choice((other, [nest.copy()], nest.data + other, []))
        else:
            where, _ = self.place(operation, attrs)
            where.extend(other[:self.rng.randint(1, 3)])

    # --- what a request needs ---

    def learn(self, client):
        """Leave everything out, and add what the kernel says is missing."""
        oddity, self.oddity = self.oddity, 0
        for operation in self.spec.operations.values():
            for _ in range(6 if operation.do is not None else 0):
                self.learn_from(client, operation)
        self.oddity = oddity

    def learn_from(self, client, operation):
        while True:
            attrs = [self.attribute(operation.name, operation.set, name)
                     for name in operation.do if (operation.name, None, name) in self.needs]
            verdict = client.request(operation.number, encode(attrs))
            if verdict.missing is None:
                return
            nest = next((a for a in attrs if a.at == verdict.nest), None)
            spec = self.spec.by_number[operation.set].get(nest.number) if nest else None
            missing = self.spec.by_number[spec.nest if spec else operation.set][verdict.missing]
            self.needs.add((operation.name, spec.name if spec else None, missing.name))
