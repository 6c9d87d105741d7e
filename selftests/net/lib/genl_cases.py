# SPDX-License-Identifier: GPL-2.0-only
"""The wrong requests of genl_refuse.py, by what is wrong with them."""

import errno
import struct

from genl import NLA_F_NESTED, UAPI, Attr, encode
from genl_espah import (COMMANDS, KEY, NESTED_NEEDS, NESTS, OLD_ID, OLD_POLICY, OLD_SA, SETS, aead,
                        auth, command, enc, kind_of, limits, make, move, num, policy, sa, sel, tmpl)


class Case:
    """One wrong request. culprits: attributes that may be named as the one at fault."""

    def __init__(self, name, cmd, attrs, err=errno.EINVAL, words='.', **place):
        self.name = name
        self.command = cmd
        self.attrs = attrs
        self.errno = err
        self.words = words
        self.culprits = place.get('culprits')
        self.missing = place.get('missing')
        self.nest = place.get('nest')


class Place:
    """An attribute of a good request: at the top, or in a nest of it."""

    def __init__(self, cmd, name, nest=None):
        self.cmd = cmd
        self.name = name
        self.nest = nest
        self.set = NESTS[nest] if nest else cmd.set
        self.kind = kind_of(self.set, name)
        self.number = num(self.set, name)
        self.path = f'{nest} {name}' if nest else name

    def request(self):
        """Return: a good request, the list that this attribute is in, and the nest if any."""
        attrs = self.cmd.attrs()
        if not self.nest:
            return attrs, attrs, None
        number = num(self.cmd.set, self.nest)
        nest = next(a for a in attrs if a.number == number)
        return attrs, nest.data, nest

    def replaced(self, new):
        """Return: a good request with this attribute replaced by those."""
        attrs, siblings, nest = self.request()
        at = next(i for i, a in enumerate(siblings) if a.number == self.number)
        siblings[at:at + 1] = new
        return attrs, nest

    def good(self):
        _, siblings, _ = self.request()
        return next(a for a in siblings if a.number == self.number)


def places():
    """Every attribute of every good request."""
    for cmd in COMMANDS:
        for name in cmd.good:
            yield Place(cmd, name)
            for inner in cmd.good[name] if name in NESTS else ():
                yield Place(cmd, inner, name)


def unpaired():
    """A range of ports with one end."""
    for place in places():
        if place.set != 'SEL' or 'port' not in place.name:
            continue
        attrs, nest = place.replaced([])
        yield Case(f'no {place.path}', place.cmd, attrs, words=f'^{place.path}:',
                   missing=place.number, nest=nest, culprits=[])


def missing():
    for place in places():
        needs = NESTED_NEEDS[place.nest] if place.nest else place.cmd.needs
        if place.name not in needs:
            continue
        attrs, nest = place.replaced([])
        yield Case(f'no {place.path}', place.cmd, attrs, words=f'^{place.path}:',
                   missing=place.number, nest=nest, culprits=[])
    for cmd in COMMANDS:
        if cmd.needs:
            yield Case('no attribute at all', cmd, [], culprits=[], words=f'^{cmd.needs[0]}:')
    yield from unpaired()


# Lengths that are wrong, by kind, and what they are refused with.
LENGTHS = {
    'addr': ((0, 3, 5, 15, 17, 64), errno.EINVAL),
    'esp': ((0, 2, 4), errno.EINVAL),
    'u8': ((0, 2, 4), errno.EINVAL),
    'u16': ((0, 1, 3, 4), errno.EINVAL),
    'u32': ((0, 3, 5, 8), errno.EINVAL),
    'be32': ((0, 3, 5, 8), errno.EINVAL),
    'be16': ((0, 1, 3, 4), errno.EINVAL),
    'u64': ((0, 4, 7, 9), errno.EINVAL),
    'flag': ((1, 4), errno.ERANGE),
    'nest': ((1, 3), errno.ERANGE),
    'key': ((129, 1024), errno.ERANGE),
    'text': ((0,), errno.EINVAL),
}


def octets(kind, length):
    good = {'esp': b'\x32', 'addr': b'\x0a\0\0\1'}.get(kind, b'')
    return (good + bytes(length))[:length]


def lengths():
    for place in places():
        wrong, err = LENGTHS[place.kind]
        for length in wrong:
            flags = NLA_F_NESTED if place.kind == 'nest' else 0
            attr = Attr(place.number, octets(place.kind, length), flags)
            attrs, _ = place.replaced([attr])
            yield Case(f'{length} octets of {place.path}', place.cmd, attrs, err,
                       f'^{place.path}:', culprits=[attr])


VALUES = {
    'proto': (0, 49, 52, 255),
    'mode': (3, 255),
    'replay-window': (4097, 0xffffffff),
    'dir': (3, 255),
    'action': (3, 255),
    'level': (2, 255),
    'timeout': (0,),
    **{dir_: (0, 3, 255) for dir_ in ('in', 'out', 'fwd')},
    'dscp': (64, 255),
    'tfcpad': (0, 65536),
    'dummy-interval': (3600001, 0xffffffff),
    'replay-timer': (3600001, 0xffffffff),
    **{name: (0,) for name, kind in SETS['LIMIT'] if kind == 'u64'},
}


def ranges():
    for place in places():
        if place.set == 'SEL':
            continue
        for value in VALUES.get(place.name, ()):
            attr = make(place.set, place.name, value)
            attrs, _ = place.replaced([attr])
            yield Case(f'{place.path} {value}', place.cmd, attrs, errno.ERANGE, f'^{place.path}:',
                       culprits=[attr])
        for value in (0, 1, 255) if place.set == 'SA' and place.name in ('spi', 'spi-min') else ():
            attr = make('SA', place.name, value)
            attrs, _ = place.replaced([attr])
            yield Case(f'{place.name} {value}', place.cmd, attrs, words=f'^{place.name}:.*256',
                       culprits=[attr])


def unknown():
    """Numbers that nobody knows, in every request and every nest."""
    for cmd in COMMANDS:
        for number in (0, UAPI[f'__ESPAH_A_{cmd.set}_MAX'], 0x3fff):
            attr = Attr(number, b'\0\0\0\0')
            yield Case(f'attribute {number}', cmd, cmd.attrs() + [attr],
                       words='[Uu]nknown', culprits=[attr])
    for place in places():
        if place.nest and place.name == SETS[place.set][0][0]:
            for number in (0, UAPI[f'__ESPAH_A_{place.set}_MAX'], 0x3fff):
                attr = Attr(number, b'\0\0\0\0')
                attrs, _ = place.replaced([place.good(), attr])
                yield Case(f'{place.nest} attribute {number}', place.cmd, attrs,
                           words='[Uu]nknown', culprits=[attr])


SAMPLES = {'text': b'x\0', 'addr': b'\x0a\0\0\1', 'esp': b'\x32', 'u8': b'\0', 'u32': bytes(4), 'be32': b'\0\0\1\0', 'be16': b'\0\1',
           'u64': bytes(8), 'flag': b'', 'pad': b''}


def untaken():
    """What the family knows and this request does not take, read-only figures above all.

    The sentence must not ask for what is then refused.
    """
    for cmd in COMMANDS:
        for name, kind in SETS[cmd.set]:
            # Most that an SA may have makes sense in one direction only: see contradictory_sas().
            if name in cmd.good or (name == 'dir' and cmd.name in ('SA_ADD', 'SA_UPDATE')) or (cmd.name in ('POLICY_GET', 'POLICY_DEL') and name in ('index', 'name')):
                continue
            if name in NESTS:
                attr = make(cmd.set, name, {'sel': sel(), 'flow': sel(), 'aead': aead(), 'enc': enc(), 'auth': auth(),
                                            'limits': limits(), 'tmpl': tmpl()}[name])
            else:
                flags = NLA_F_NESTED if kind == 'nest' else 0
                attr = Attr(num(cmd.set, name), SAMPLES.get(kind, b''), flags)
            words = '.' if kind == 'pad' else rf'^(?!.*(is|are) needed)({name}\b|.*\b{name}\b)'
            yield Case(f'{name} is not for it', cmd, cmd.attrs() + [attr], words=words,
                       culprits=[attr])


def twice():
    for place in places():
        if place.path in ('tmpl', 'move'):
            continue
        twins = [place.good(), place.good()]
        attrs, _ = place.replaced(twins)
        yield Case(f'{place.path} twice', place.cmd, attrs, words='more than once', culprits=twins)


def nests():
    for place in places():
        attr = place.good()
        attr.flags ^= NLA_F_NESTED
        attrs, _ = place.replaced([attr])
        yield Case(f'{place.path} with the wrong NLA_F_NESTED', place.cmd, attrs,
                   words=f'^{place.path}:', culprits=[attr])
        if place.kind == 'nest' and NESTED_NEEDS[place.name]:
            attr = Attr(place.number, [])
            attrs, _ = place.replaced([attr])
            first = NESTED_NEEDS[place.name][0]
            if place.name == 'tmpl':
                first = 'proto'
            yield Case(f'empty {place.path}', place.cmd, attrs, words=f'^{place.path} {first}:',
                       culprits=[], missing=num(NESTS[place.name], first), nest=attr)


def cut_octets(good):
    """Ends and headers of attributes that are not what they say."""
    good += b'\0' * (-len(good) % 4)
    for rest in (1, 2, 3):
        yield f'{rest} octets behind the last attribute', good + b'\x08\0\1'[:rest]
    for length in (0, 1, 3):
        yield f'an attribute of length {length}', good + struct.pack('=HHI', length, 1, 0)
    for length in (9, 1000, 0xffff):
        attr = struct.pack('=HHI', length, 1, 0)
        yield f'an attribute of length {length} in 8 octets', good + attr


def truncated():
    for cmd in COMMANDS:
        for name, body in cut_octets(encode(cmd.attrs())):
            yield Case(name, cmd, body, words='left')
    for place in places():
        if place.nest and place.name == SETS[place.set][0][0]:
            _, siblings, _ = place.request()
            for name, body in cut_octets(encode(siblings)):
                nest = Attr(num(place.cmd.set, place.nest), body, NLA_F_NESTED)
                attrs, _ = Place(place.cmd, place.nest).replaced([nest])
                yield Case(f'{place.nest}: {name}', place.cmd, attrs, words='left')


def case_of(name, cmd, values, at, err=errno.EINVAL, words=None):
    """at: path of the attribute at fault, e.g. ('aead', 'key'), or None."""
    cmd = command(cmd)
    attrs = [make(cmd.set, k, v) for k, v in values.items()]
    where, set_ = attrs, cmd.set
    culprit = None
    for step in at or ():
        culprit = next(a for a in where if a.number == num(set_, step))
        where, set_ = culprit.data, NESTS.get(step)
    return Case(name, cmd, attrs, err, words or f'^{at[0]}\\b',
                culprits=[culprit] if culprit else [])


V6 = {'src-min': 'fd00::', 'src-max': 'fd00::ff', 'dst-min': 'fd01::', 'dst-max': 'fd01::ff'}


NARROW = {name: value for name, value in sel().items() if name[-4:] in ('-min', '-max')
          and 'port' not in name}
# What is wrong with a selector beyond its addresses: the attribute, and the selector.
WRONG_SELECTORS = (
    ('ports of ICMP', 'sport-min', sel(proto=1)),
    ('ports of any protocol', 'sport-min', sel(proto=0)),
    ('sport backwards', 'sport-max', sel(**{'sport-max': 1023})),
    ('dport backwards', 'dport-max', sel(**{'dport-max': 79})),
    ('type of TCP', 'type-min', sel(**{'type-min': 1, 'type-max': 1})),
    ('code of TCP', 'code-min', sel(**{'code-min': 1, 'code-max': 1})),
    ('code without a type', 'code-min', {**NARROW, 'proto': 1, 'code-min': 1, 'code-max': 1}),
    ('type backwards', 'type-max', {**NARROW, 'proto': 1, 'type-min': 4, 'type-max': 3}),
    ('code backwards', 'type-max', {**NARROW, 'proto': 58, 'type-min': 4, 'type-max': 4,
                                    'code-min': 2, 'code-max': 1}),
    ('code of mobility', 'code-min', {**NARROW, 'proto': 135, 'type-min': 4, 'type-max': 4,
                                      'code-min': 2, 'code-max': 2}),
    ('key of TCP', 'key', sel(key=1)),
    ('opaque with ports', 'opaque', sel(opaque=b'')),
    ('opaque of ESP', 'opaque', {**NARROW, 'proto': 50, 'opaque': b''}),
    ('interface 0', 'ifindex', sel(ifindex=0)),
    ('interface below 0', 'ifindex', sel(ifindex=0xffffffff)),
    ('no class', 'dscp', sel(dscp=0)),
)


def wrong_selectors(case):
    for name, attr, values in WRONG_SELECTORS:
        err = errno.ERANGE if attr in ('ifindex', 'dscp') else errno.EINVAL
        yield case(name, ('sel', attr), err, f'^sel {attr}:', sel=values)


def contradictory_sas():
    for cmd, spi in (('SA_ADD', 0x1000), ('SA_UPDATE', 0x100)):
        def case(name, at, err=errno.EINVAL, words=None, cmd=cmd, spi=spi, **other):
            return case_of(name, cmd, sa(spi, **other), at, err, words)

        yield case('v4 to v6', ('src',), dst='fd00::2')
        yield case('v6 to v4', ('src',), src='fd00::1')
        yield case('sel of two families', ('sel', 'dst-min'), sel=sel(**{'dst-min': 'fd00::'}))
        yield case('sel src backwards', ('sel', 'src-max'), sel=sel(**{'src-max': '10.0.255.255'}))
        yield case('sel dst backwards', ('sel', 'dst-max'), sel=sel(**{'dst-max': '10.1.255.255'}))
        yield from wrong_selectors(case)
        for bits in (0, 32, 72, 120, 127, 129, 136, 0xffffffff):
            yield case(f'icv {bits}', ('aead', 'icv-bits'), aead=aead(**{'icv-bits': bits}))
        for size in (0, 1, 4, 15, 16, 19, 21, 24, 32, 40, 128):
            yield case(f'key of {size}', ('aead', 'key'), aead=aead(key=KEY[:1] * size))
        for alg in ('', 'rfc4106(gcm(aes)', 'rfc4106(gcm(aes)))', 'RFC4106(GCM(AES))', 'gcm(aes)',
                    'rfc4543(gcm(aes)', 'hmac(sha256)', 'pcrypt()', 'pcrypt(rfc4106(gcm(aes))', 'cbc(aes)',
                    'pcrypt(pcrypt(rfc4106(gcm(aes))))', 'x' * 63):
            yield case(f'algorithm {alg}', ('aead', 'name'), errno.ENOENT, aead=aead(name=alg))
        yield case('name too long', ('aead', 'name'), aead=aead(name='x' * 64))
        for bits in (0x100, 0x101, 0x80000000):
            yield case(f'flags {bits}', ('flags',), flags=bits)
        yield case('implicit IV of AES-GMAC', ('flags',), flags=0x80, aead=aead(name='rfc4543(gcm(aes))'))
        yield case('DF set and cleared', ('flags',), flags=0x50)
        yield case('DF in transport mode', ('flags',), flags=0x40, mode=0)
        yield case('DF set and cleared', ('flags',), words='both', flags=0x50)
        yield case('TTL in transport mode', ('ttl',), ttl=9, mode=0)
        yield case('DSCP in transport mode', ('dscp',), dscp=9, mode=0)
        yield case('flow label in transport mode', ('flowlabel',), flowlabel=9, mode=0)
        yield case('flow label of IPv4', ('flowlabel',), flowlabel=9)
        for label in (0x100001, 0xffffffff):
            yield case(f'flow label {label}', ('flowlabel',), errno.ERANGE, flowlabel=label)
        yield case('padding in transport mode', ('tfcpad',), tfcpad=9, mode=0)
        yield case('TTL in BEET mode', ('ttl',), ttl=9, mode=2)
        yield case('padding in BEET mode', ('tfcpad',), tfcpad=9, mode=2)
        yield case('DSCP and none', ('dscp',), dscp=9, flags=0x20)
        for name, number in (('oseq', 5), ('ttl', 9), ('dscp', 9), ('tfcpad', 9), ('nat-keepalive', 9),
                             ('dummy-interval', 9)):
            yield case(f'{name} of what arrives', (name,), words='dir in', dir=0, **{name: number})
        yield case('DF of what arrives', ('flags',), words='dir in', dir=0, flags=0x40)
        yield case('window of what is sent', ('replay-window',), words='dir out', dir=1)
        yield case('seq of what is sent', ('seq',), words='dir out', dir=1, seq=5, **{'replay-window': 0})
        yield case('DSCP of what is sent', ('flags',), words='dir out', dir=1, flags=8, **{'replay-window': 0})
        for dir_ in (2, 255):
            yield case(f'direction {dir_}', ('dir',), errno.ERANGE, '^dir: 0', dir=dir_)
        for number in (0, 100):
            yield case(f'dummies of AH {number}', ('dummy-interval',), words='AH has no dummies', proto=51,
                       **{'dummy-interval': number})
        yield case('ESN without a window', ('flags',), flags=1, **{'replay-window': 0})
        for number in (0xffffffff, 1 << 32, (1 << 64) - 1):
            yield case(f'oseq {number}', ('oseq',), errno.ERANGE, oseq=number)
        for number in (1 << 32, (1 << 64) - 1):
            yield case(f'seq {number}', ('seq',), errno.ERANGE, seq=number)
        yield case('last ESN sent', ('oseq',), errno.ERANGE, flags=1, oseq=0xffffffff << 32)
        yield case('beyond the last ESN', ('seq',), errno.ERANGE, flags=1, seq=(0xffffffff << 32) + 1)
        yield case('from port 0', ('encap-sport',), **{'encap-sport': 0})
        yield case('to port 0', ('encap-dport',), words='encap-dport', **{'encap-dport': 0})
        for addr in ('encap-oaddr', 'encap-odst'):
            yield case('v6 before NAT', (addr,), words='same family', **{addr: 'fd00::1'})
        for mark in ('mark', 'output-mark'):
            yield case(f'{mark} outside of its mask', (mark,), words='mark',
                       **{mark: 2, f'{mark}-mask': 1})


def beet():
    """The SA's selector has the addresses inside, and AH has no such mode."""
    values = sa(0x1000, mode=2)
    yield case_of('BEET between networks', 'SA_ADD', values, ('sel',), words='BEET mode')
    for end in ('src', 'dst'):
        wide = sel(**{f'{end}-max': values['sel'][f'{end}-min']})
        yield case_of(f'BEET from one {end} only', 'SA_ADD', {**values, 'sel': wide}, ('sel',),
                      words='BEET mode')
    del values['sel']
    case = case_of('BEET without addresses inside', 'SA_ADD', values, None, words='^sel: in BEET mode')
    case.missing = num('SA', 'sel')
    yield case
    values = {'src': '10.0.0.1', 'dst': '10.0.0.2', 'proto': 51, 'mode': 2}
    yield case_of('BEET of AH, for an SPI', 'SA_ALLOC_SPI', values, ('mode',), words='BEET')
    yield case_of('BEET of AH', 'SA_ADD', {**values, 'spi': 0x1000, 'auth': auth()}, ('mode',),
                  words='BEET')
    yield case_of('BEET of AH in a template', 'POLICY_ADD',
                  policy(dst='10.2.9.0', tmpl=tmpl(proto=51, mode=2)), ('tmpl', 'mode'), words='BEET')
    yield case_of('BEET from nowhere', 'POLICY_ADD',
                  policy(dst='10.2.9.0', tmpl=tmpl(src='0.0.0.0', mode=2)), ('tmpl', 'src'))


def mixed_families():
    yield case_of('v6 sel in transport mode', 'SA_ADD', sa(0x1000, mode=0, sel=V6), ('sel',),
                  words='transport mode')


def contradictory_spis():
    def case(name, at, err=errno.EINVAL, **other):
        return case_of(name, 'SA_ALLOC_SPI', {**command('SA_ALLOC_SPI').good, **other}, at, err)

    yield case('v4 to v6', ('src',), dst='fd00::2')
    yield case('range backwards', ('spi-max',), **{'spi-max': 0x1ff})
    yield case('range below 256', ('spi-max',), **{'spi-max': 0xff})
    yield case_of('a range that is taken', 'SA_ALLOC_SPI',
                  {**command('SA_ALLOC_SPI').good, 'spi-min': 0x100, 'spi-max': 0x101}, None,
                  errno.ENOSPC, '^spi-min, spi-max:')


def contradictory_pairs():
    """Encryption and integrity apart: what one has that the other or the RFCs do not allow."""
    for cmd, spi in (('SA_ADD', 0x1000), ('SA_UPDATE', 0x100)):
        def case(name, at, err=errno.EINVAL, words=None, cmd=cmd, spi=spi, **other):
            values = {**sa(spi), 'enc': enc(), 'auth': auth(), **other}
            if 'aead' not in other:
                del values['aead']
            return case_of(name, cmd, {k: v for k, v in values.items() if v is not None}, at, err,
                           words)

        for size in (0, 1, 15, 17, 20, 28, 33, 36, 128):
            yield case(f'enc key of {size}', ('enc', 'key'), enc=enc(key=KEY[:1] * size))
        for size in (0, 1, 16, 20, 31, 33, 48, 64, 128):
            yield case(f'auth key of {size}', ('auth', 'key'), auth=auth(key=KEY[:1] * size))
        for bits in (0, 64, 100, 127, 129, 192, 256, 0xffffffff):
            yield case(f'ICV {bits}', ('auth', 'icv-bits'), auth=auth(**{'icv-bits': bits}))
        for alg in ('', 'rfc4106(gcm(aes))', 'CBC(AES)', 'cbc(aes', 'cbc(aes))', 'ecb(aes)',
                    'pcrypt()', 'authenc(hmac(sha256),cbc(aes))'):
            yield case(f'encryption {alg}', ('enc', 'name'), errno.ENOENT, enc=enc(name=alg))
        for alg in ('', 'hmac(sha224)', 'cbc(aes)', 'sha256', 'hmac(sha256', 'pcrypt(hmac(sha256))'):
            yield case(f'integrity {alg}', ('auth', 'name'), errno.ENOENT, auth=auth(name=alg))
        for alg in 'cbc(des)', 'cbc(blowfish)', 'cbc(cast5)':
            yield case(f'encryption {alg}', ('enc', 'name'), errno.EOPNOTSUPP, 'RFC 8221.*legacy=1',
                       enc=enc(name=alg))
        yield case('integrity hmac(md5)', ('auth', 'name'), errno.EOPNOTSUPP, 'RFC 8221.*legacy=1',
                   auth=auth(name='hmac(md5)'))
        yield case('enc with an ICV', ('enc', 'icv-bits'), enc=enc(**{'icv-bits': 128}))
        yield case('all three', ('enc',), aead=aead())
        yield case('aead and enc', ('enc',), aead=aead(), auth=None)
        yield case('aead and auth', ('auth',), words='^enc, auth', aead=aead(), enc=None)
        yield missing_half(cmd, spi, 'auth', '^auth:.*without integrity')
        yield missing_half(cmd, spi, 'enc', '^enc:.*auth alone')


def half_an_encapsulation():
    for cmd, spi in (('SA_ADD', 0x1000), ('SA_UPDATE', 0x100)):
        for which in 'encap-sport', 'encap-dport':
            values = sa(spi)
            del values[which]
            case = case_of(f'no {which}', cmd, values, None, words=f'^{which}:')
            case.missing = num('SA', which)
            yield case


def missing_half(cmd, spi, which, words):
    """One of the two without the other."""
    values = {**sa(spi), 'enc': enc(), 'auth': auth()}
    del values['aead'], values[which]
    case = case_of(f'no {which}', cmd, values, None, words=words)
    case.missing = num('SA', which)
    return case


def unterminated():
    for cmd in ('SA_ADD', 'SA_UPDATE'):
        place = Place(command(cmd), 'name', 'aead')
        attr = Attr(place.number, b'rfc4106(gcm(aes))')
        attrs, _ = place.replaced([attr])
        yield Case('name without its end', place.cmd, attrs, words='^aead name:', culprits=[attr])


def many_templates(cmd, dst):
    """One more than a policy may have."""
    attrs = [make('POLICY', name, value) for name, value in policy(dst=dst).items()]
    attrs += [make('POLICY', 'tmpl', tmpl()) for _ in range(6)]
    return Case('seven templates', command(cmd), attrs, words='^tmpl: .*6 templates', culprits=attrs[-1:])


def beet_among_others(cmd, dst):
    attrs = [make('POLICY', name, value) for name, value in policy(dst=dst).items()]
    attrs.append(make('POLICY', 'tmpl', tmpl(mode=2)))
    return Case('BEET over a tunnel', command(cmd), attrs, words='^tmpl: .*only one', culprits=attrs[-1:])


def contradictory_policies():
    for cmd, dst in (('POLICY_ADD', '10.2.9.0'), ('POLICY_UPDATE', '10.2.1.0')):
        def case(name, at, err=errno.EINVAL, words=None, cmd=cmd, dst=dst, **other):
            return case_of(name, cmd, policy(dst=dst, **other), at, err, words)

        yield case('bypass with tmpl', ('tmpl',), action=1)
        yield case('discard with tmpl', ('tmpl',), action=2)
        yield case('tmpl from v6 to v4', ('tmpl', 'dst'), words='one family', tmpl=tmpl(src='fd00::1'))
        yield case('tmpl from v4 to v6', ('tmpl', 'dst'), words='one family', tmpl=tmpl(dst='fd00::1'))
        yield case('v6 sel in transport mode', ('tmpl',), words='transport mode', sel=V6,
                   tmpl=tmpl(mode=0))
        yield case('tunnel from nowhere', ('tmpl', 'src'), tmpl=tmpl(src='0.0.0.0'))
        yield case('tunnel to nowhere', ('tmpl', 'dst'), tmpl=tmpl(dst='0.0.0.0'))
        yield many_templates(cmd, dst)
        yield beet_among_others(cmd, dst)
        yield case('sel of two families', ('sel', 'src-max'), sel=sel(**{'src-max': 'fd00::'}))
        yield case('sel src backwards', ('sel', 'src-max'), sel=sel(**{'src-max': '9.0.0.0'}))
        yield case('sel dst backwards', ('sel', 'dst-max'), sel=sel(**{'dst-max': '9.0.0.0'}))
        yield from wrong_selectors(case)
        yield case('class of what arrives', ('sel',), words='^sel dscp:', dir=0)
        if cmd == 'POLICY_ADD':
            yield case('no number', ('index',), words='the number 0', index=0)
        for name in ('', ' ', 'two words', 'x' * 64, 'tab\t', 'n\u00e4me'):
            yield case_of(f'name {name!r}', cmd, policy(dst=dst, name=name), ('name',), words='^name: 1 to 63')
    for cmd in ('POLICY_GET', 'POLICY_DEL'):
        yield case_of('sel and index', cmd, {'dir': 1, 'sel': OLD_POLICY['sel'], 'index': 1},
                      ('sel',))
        yield case_of('mark and index', cmd, {'dir': 1, 'mark': 1, 'mark-mask': 1, 'index': 1},
                      ('mark',))
        yield case_of('if-id and index', cmd, {'dir': 1, 'if-id': 1, 'index': 1}, ('if-id',))
        yield case_of('index 0', cmd, {'dir': 1, 'index': 0}, ('index',))
        yield case_of('sel and name', cmd, {'sel': OLD_POLICY['sel'], 'name': 'old'}, ('sel',))
        yield case_of('index and name', cmd, {'index': 1, 'name': 'old'}, ('index',))
        yield case_of('mark and name', cmd, {'mark': 1, 'mark-mask': 1, 'name': 'old'}, ('mark',))


def contradictory():
    yield from contradictory_sas()
    yield from mixed_families()
    yield from beet()
    yield from contradictory_pairs()
    yield from half_an_encapsulation()
    yield from contradictory_spis()
    yield from unterminated()
    yield from contradictory_policies()
    yield from contradictory_moves()


def contradictory_moves():
    def case(name, at, words=None, err=errno.EINVAL, **change):
        return case_of(name, 'MIGRATE', {'move': move(**change)}, at, err, words)

    for end in ('old-src', 'new-dst'):
        for address in ('0.0.0.0', '224.0.0.1'):
            yield case(f'{end} {address}', ('move', end), '^move: an address of one host', **{end: address})
    yield case('old families', ('move', 'old-src'), '^move: src and dst', **{'old-src': 'fd00::1'})
    yield case('new families', ('move', 'new-src'), '^move: src and dst', **{'new-dst': 'fd00::1'})
    yield case('to nowhere', ('move',), '^move: the new', **{'new-src': '10.0.0.1', 'new-dst': '10.0.0.2'})
    yield case('AH in UDP', ('move', 'encap-sport'), 'only ESP', proto=51, **{'encap-sport': 1, 'encap-dport': 1})
    yield case('from port 0', ('move', 'encap-sport'), 'port 0', **{'encap-sport': 0, 'encap-dport': 1})
    yield case('to port 0', ('move', 'encap-dport'), 'port 0', **{'encap-sport': 1, 'encap-dport': 0})
    yield case('nobody has it', None, '^move: no SA', errno.ESRCH, **{'old-src': '10.0.0.7'})
    yield case('nobody has it so', None, '^move: no SA', errno.ESRCH, mode=2)
    cmd = command('MIGRATE')
    twins = [make('MIGRATE', 'move', move()), make('MIGRATE', 'move', move(**{'new-src': '10.0.0.9'}))]
    yield Case('one twice', cmd, twins, words='^move: another', culprits=twins[1:])
    many = [make('MIGRATE', 'move', move(reqid=n + 1)) for n in range(17)]
    yield Case('seventeen', cmd, many, words='^move: .* 16', culprits=many[16:])


def existence():
    """What there is already, and what there is not."""
    yield case_of('again', 'SA_ADD', sa(0x100), None, errno.EEXIST, 'exists')
    yield case_of('again from elsewhere', 'SA_ADD', sa(0x100, src='10.0.0.9', mode=0), None,
                  errno.EEXIST, 'exists')
    for cmd, more in (('SA_UPDATE', {'sel': sel()}), ('SA_GET', {}), ('SA_DEL', {})):
        for change in ({'spi': 0x102}, {'dst': '10.0.0.3'}, {'src': '10.0.0.3'}):
            yield case_of(f'no SA with {change}', cmd, {**OLD_ID, **change, **more}, None,
                          errno.ESRCH, 'no SA')
    yield case_of('no SA in v6', 'SA_DEL', {**OLD_ID, 'src': 'fd00::1', 'dst': 'fd00::2'}, None,
                  errno.ESRCH, 'no SA')
    yield case_of('again', 'POLICY_ADD', OLD_POLICY, ('sel',), errno.EEXIST)
    yield case_of('the number of another', 'POLICY_ADD', policy(dst='10.2.9.0', index=9), ('index',), errno.EEXIST)
    yield case_of('the number of another, too late', 'POLICY_UPDATE', policy(dst='10.2.9.0', index=9), ('index',),
                  errno.EEXIST)
    inbound = {name: value for name, value in sel(dst='10.2.2.0').items() if name != 'dscp'}
    yield case_of('the number of another, by who has one', 'POLICY_UPDATE',
                  {'dir': 0, 'action': 1, 'sel': inbound, 'index': 9}, ('index',), errno.EEXIST)
    for cmd in ('POLICY_ADD', 'POLICY_UPDATE'):
        yield case_of('of the same name', cmd, policy(dst='10.2.9.0', name='bypass'), ('name',), errno.EEXIST,
                      '^name: another')
    for cmd in ('POLICY_GET', 'POLICY_DEL'):
        key = {'dir': 1, 'sel': OLD_POLICY['sel']}
        yield case_of('other direction', cmd, {**key, 'dir': 0}, None, errno.ENOENT, 'no policy')
        yield case_of('other sel', cmd, {**key, 'sel': sel(dst='10.2.4.0')}, None, errno.ENOENT,
                      'no policy')
        yield case_of('other proto', cmd, {**key, 'sel': {**OLD_POLICY['sel'], 'proto': 17}}, None,
                      errno.ENOENT, 'no policy')
        yield case_of('no index', cmd, {'dir': 1, 'index': 0xffffffff}, None, errno.ENOENT,
                      'no policy')
        yield case_of('no name', cmd, {'name': 'nobody'}, None, errno.ENOENT, 'no policy')
        yield case_of('name in another direction', cmd, {'dir': 1, 'name': 'bypass'}, None, errno.ENOENT,
                      'no policy')


def fixed():
    """What an update must not change; a new selector that comes along must not stay."""
    new = {**OLD_SA, 'sel': sel(dst='10.2.99.0')}
    changes = ({'mode': 0}, {'reqid': 10}, {'replay-window': 65}, {'replay-window': 0},
               {'aead': aead(key=bytes(20))}, {'aead': aead(key=bytes(36))},
               {'aead': aead(name='pcrypt(rfc4106(gcm(aes)))')},
               {'flags': 1}, {'flags': 4}, {'ttl': 0}, {'ttl': 64}, {'dscp': 0}, {'tfcpad': 501}, {'nat-keepalive': 20}, {'oseq': 1}, {'seq': 1},
               {'encap-sport': 4502}, {'encap-sport': 4500, 'encap-dport': 4502})
    apart = {**new, 'enc': enc(), 'auth': auth()}
    del apart['aead']
    yield case_of('other algorithms', 'SA_UPDATE', apart, ('enc',), words='cannot change')
    for change in changes:
        values = {**new, **change}
        # What only tunnel mode has would be refused before.
        if 'mode' in change:
            del values['ttl'], values['dscp'], values['tfcpad']
        yield case_of(f'{change} changes', 'SA_UPDATE', values, (list(change)[0],),
                      words='cannot change')


GROUPS = {function.__name__: function
          for function in (missing, lengths, ranges, unknown, untaken, twice, nests, truncated,
                           contradictory, existence, fixed)}
