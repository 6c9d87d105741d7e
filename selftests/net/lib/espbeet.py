# SPDX-License-Identifier: GPL-2.0-only
"""The tests of beet_packets.sh."""

import itertools

from esplab import HOST, IN, PROTECT, equal, selector, serve
from espwire import DF, MF, NONE, TEST, Sa, ip4
from genl import UAPI
from genl_espah import must, send

SPI = 0x3456789a
BEET, TRANSPORT, TUNNEL = UAPI['MODE_BEET'], UAPI['MODE_TRANSPORT'], UAPI['MODE_TUNNEL']
# Who is inside; the SA is between others.
MINE, THEIRS = HOST, '10.77.0.1'
BEETPH = 94
PAYLOAD = bytes(range(40, 90))


def policy(lab, sa, mode, priority=9):
    must(lab.client, 'POLICY_ADD',
         {'dir': IN, 'priority': priority, 'action': PROTECT, 'sel': selector(THEIRS, MINE),
          'tmpl': {'src': sa.src, 'dst': sa.dst, 'proto': sa.proto, 'mode': mode, 'reqid': 1}})


def beet(lab, with_policy=True):
    sa = Sa(SPI)
    must(lab.client, 'SA_ADD',
         {**lab.sa_values(sa, sel=selector(THEIRS, MINE)), 'mode': BEET})
    if with_policy:
        policy(lab, sa, BEET)
    return sa


def inside(proto=TEST, payload=PAYLOAD, **header):
    """What comes out where the outer header is the one that packet() makes."""
    return ip4(THEIRS, MINE, proto, payload, **header)


def pseudo(options, next_header=TEST, hdrlen=None, padlen=None):
    """What carries IPv4 options, with these lengths or the right ones."""
    padding = b'\x01' * (4 - len(options) % 8)
    hdrlen = len(options) // 8 if hdrlen is None else hdrlen
    padlen = len(padding) if padlen is None else padlen
    return bytes([next_header, hdrlen, padlen, 0]) + padding + options


def goes_on(lab, sa, what):
    lab.expect([sa.packet(sa.next(), PAYLOAD, TEST)], {'in-ok': 1}, what, [inside()])


def test_header_is_made(lab):
    """Addresses from the selector; what else there is from the outer header."""
    sa = beet(lab)
    for tos, ttl, frag, ident in ((0xb8, 1, DF, 0), (3, 255, 0, 7), (2, 64, DF, 0xffff)):
        header = {'tos': tos, 'ttl': ttl, 'frag': frag, 'ident': ident}
        lab.expect([sa.packet(sa.next(), PAYLOAD, TEST, **header)], {'in-ok': 1}, str(header),
                   [inside(**header)])


def test_options(lab):
    """Of each length that there can be, padded by more than is needed as well."""
    sa = beet(lab)
    for size in range(0, 41, 4):
        options = b'\x82' + bytes([size]) + bytes(size - 2) if size else b''
        lab.expect([sa.packet(sa.next(), pseudo(options) + PAYLOAD, BEETPH)], {'in-ok': 1},
                   f'{size} octets of options', [inside(options=options)])
    options = b'\x82\x08' + bytes(6)
    more = bytes([TEST, 3, 20, 0]) + bytes(20) + options
    lab.expect([sa.packet(sa.next(), more + PAYLOAD, BEETPH)], {'in-ok': 1}, 'more padding',
               [inside(options=options)])


def test_hostile_pseudo_headers(lab):
    """Lengths that cannot be, and less than they say; every other value is taken or counted."""
    sa = beet(lab)
    good = pseudo(b'\x82\x28' + bytes(38))
    short = [good[:size] for size in range(len(good))]
    lab.expect([sa.packet(sa.next(), payload, BEETPH) for payload in short],
               {'in-beet-header': len(short)}, 'cut short')
    bad = []
    for hdrlen, padlen in itertools.product(range(256), (0, 1, 2, 3, 4, 5, 8, 12, 252, 255)):
        options = (hdrlen + 1) * 8 - 4 - padlen
        if options % 4 or not 0 <= options <= 40:
            bad.append(bytes([TEST, hdrlen, padlen, 0]) + bytes(1200))
    for some in (bad[at:at + 500] for at in range(0, len(bad), 500)):
        lab.expect([sa.packet(sa.next(), payload, BEETPH) for payload in some],
                   {'in-beet-header': len(some)}, 'lengths')
    equal(lab.sa_figures(sa)[2], {'in-beet-header': len(short) + len(bad)}, 'the SA')
    # What is inside a pseudo header is not looked into for another.
    twice = pseudo(b'\x01' * 4, BEETPH) + pseudo(b'\x01' * 4) + PAYLOAD
    sock = lab.listen(BEETPH)
    lab.expect([sa.packet(sa.next(), twice, BEETPH)], {'in-ok': 1}, 'one in another')
    equal(sock.recv(2048)[24:28], bytes([TEST, 0, 0, 0]), 'the second pseudo header')
    goes_on(lab, sa, 'hostile pseudo headers')


def test_dummy(lab):
    sa = beet(lab)
    lab.expect([sa.packet(sa.next(), PAYLOAD, NONE)], {'in-dummy': 1}, 'a dummy')
    goes_on(lab, sa, 'a dummy')


def test_no_policy(lab):
    """The addresses are a promise, as a tunnel's are: only a policy can make it."""
    sa = beet(lab, with_policy=False)
    lab.expect([sa.packet(sa.next(), PAYLOAD, TEST)], {'in-no-policy': 1}, 'no policy')
    for priority, mode in ((8, TUNNEL), (7, TRANSPORT)):
        policy(lab, sa, mode, priority)
        lab.expect([sa.packet(sa.next(), PAYLOAD, TEST)], {'in-policy-mismatch': 1},
                   f'a policy of mode {mode}')
        must(lab.client, 'POLICY_DEL', {'dir': IN, 'sel': selector(THEIRS, MINE)})
    policy(lab, sa, BEET)
    goes_on(lab, sa, 'with a policy')


def test_selector_changes(lab):
    """To other addresses, from where on they are those inside; and to nothing else."""
    sa = beet(lab)
    other = '10.77.0.2'
    change = {'src': sa.src, 'dst': sa.dst, 'proto': sa.proto, 'spi': sa.spi}
    equal(send(lab.client, 'SA_UPDATE', {**change, 'sel': selector('10.77.0.0-10.77.0.9', MINE)}).err,
          22, 'a range')
    equal(send(lab.client, 'SA_UPDATE', change).err, 22, 'none')
    goes_on(lab, sa, 'a change that was refused')
    must(lab.client, 'SA_UPDATE', {**change, 'sel': selector(other, MINE)})
    lab.expect([sa.packet(sa.next(), PAYLOAD, TEST)], {'in-no-policy': 1}, 'other addresses')
    must(lab.client, 'SA_UPDATE', {**change, 'sel': selector(THEIRS, MINE)})
    goes_on(lab, sa, 'changed back')


def test_fragments(lab):
    """The outer header is no fragment's by then, and no more is the inner one."""
    sa = beet(lab)
    lab.expect([sa.packet(sa.next(), PAYLOAD, TEST, frag=MF)], {}, 'half a packet')
    goes_on(lab, sa, 'fragments')


if __name__ == '__main__':
    serve({name: test for name, test in list(globals().items()) if name.startswith('test_')})
