# SPDX-License-Identifier: GPL-2.0-only
"""The tests of migrate_packets.sh: what a peer sends to an SA that has moved."""

import itertools

from esplab import HOST, IN, PEER, equal, selector, serve
from espnatt import UdpSa, door
from espwire import IPIP, TEST, AhSa, Sa, ip4
from genl_espah import must, send

SPIS = itertools.count(0x4555)
OTHER_PEER, OTHER_HOST = '10.9.0.11', '10.9.0.12'


def migrate(lab, sa, src, dst, **encap):
    """espah's SA and ours, and the policies."""
    must(lab.client, 'MIGRATE', {'move': {'old-src': sa.src, 'old-dst': sa.dst, 'new-src': src,
                                          'new-dst': dst, 'reqid': 1, **encap}})
    sa.src, sa.dst = src, dst


def inner(seq):
    return ip4(PEER, HOST, TEST, b'number %d' % seq)


def packets(sa, seqs):
    return [sa.packet(seq, inner(seq), IPIP) for seq in seqs]


def kinds():
    yield Sa(next(SPIS), tunnel=True)
    yield Sa(next(SPIS), tunnel=True, esn=True, start=0xfffffff0)
    yield AhSa(next(SPIS), tunnel=True)


def test_old_packets_stay_old(lab):
    """The window goes along, and so does what is below 2^32."""
    for sa in kinds():
        lab.add_sa(sa)
        lab.add_policy(IN, sa, selector(PEER, HOST, TEST))
        lab.counters()
        first = [sa.start + n for n in (1, 2, 4)]
        lab.expect(packets(sa, first), {'in-ok': 3}, f'{sa.name}: before', [inner(n) for n in first])
        before = packets(sa, [sa.start + 5])
        migrate(lab, sa, OTHER_PEER, OTHER_HOST)
        lab.expect(packets(sa, first), {'in-replay-dup': 3}, f'{sa.name}: the same again')
        late = [sa.start + n for n in (3, 5, 40)]
        lab.expect(packets(sa, late), {'in-ok': 3}, f'{sa.name}: afterwards', [inner(n) for n in late])
        lab.expect(before, {'in-unknown-spi': 1}, f'{sa.name}: to where it was')
        lab.del_policy(IN, selector(PEER, HOST, TEST))
        lab.del_sa(sa)


def test_only_the_source(lab):
    """Its name is as it was: nobody need tell the peer."""
    for sa in kinds():
        lab.add_sa(sa)
        lab.add_policy(IN, sa, selector(PEER, HOST, TEST))
        lab.counters()
        for n, src in enumerate((OTHER_PEER, '10.9.0.13', '10.9.0.14'), sa.start + 1):
            migrate(lab, sa, src, HOST)
            lab.expect(packets(sa, [n]), {'in-ok': 1}, f'{sa.name}: from {src}', [inner(n)])
            lab.expect(packets(sa, [n]), {'in-replay-dup': 1}, f'{sa.name}: again from {src}')
        lab.del_policy(IN, selector(PEER, HOST, TEST))
        lab.del_sa(sa)


def test_figures_go_along(lab):
    """What an SA has counted, of whatever cause, and what it counts afterwards."""
    sa = lab.add_sa(Sa(next(SPIS), tunnel=True))
    lab.add_policy(IN, sa, selector(PEER, HOST, TEST))
    lab.counters()
    forged = [Sa(sa.spi, tunnel=True).packet(9, inner(9), IPIP)]
    lab.expect(packets(sa, [1, 2, 2, 0]) + forged, {'in-ok': 2, 'in-replay-dup': 1, 'in-seq-zero': 1, 'in-icv': 1},
               'before', [inner(1), inner(2)])
    before = lab.sa_figures(sa)
    migrate(lab, sa, OTHER_PEER, OTHER_HOST)
    equal(lab.sa_figures(sa), before, 'figures')
    lab.expect(packets(sa, [2, 3]), {'in-ok': 1, 'in-replay-dup': 1}, 'afterwards', [inner(3)])
    equal(lab.sa_figures(sa), (3, 3, {'in-replay-dup': 2, 'in-seq-zero': 1, 'in-icv': 1}), 'figures in the end')


def test_into_udp_and_out(lab):
    """With a UDP header, with other ports, and without: the window is the same."""
    def ports(sport, dport):
        return {'encap-sport': sport, 'encap-dport': dport}

    for port in (4500, 4501):
        door(lab, port)
    sa = lab.add_sa(Sa(next(SPIS), tunnel=True))
    wrapped = UdpSa(sa.spi, key=sa.key, salt=sa.salt, tunnel=True)
    lab.add_policy(IN, sa, selector(PEER, HOST, TEST))
    lab.counters()
    lab.expect(packets(sa, [1]), {'in-ok': 1}, 'bare', [inner(1)])
    lab.expect(packets(wrapped, [2]), {'in-encap': 1}, 'in UDP, too early')
    migrate(lab, sa, PEER, HOST, **ports(4500, 4500))
    lab.expect(packets(wrapped, [1, 2]), {'in-replay-dup': 1, 'in-ok': 1}, 'in UDP', [inner(2)])
    lab.expect(packets(sa, [3]), {'in-encap': 1}, 'bare, too late')
    migrate(lab, sa, PEER, HOST, **ports(4500, 4501))
    lab.expect(packets(wrapped, [3]), {'in-encap': 1}, 'to the old port')
    wrapped.ports = 4500, 4501
    lab.expect(packets(wrapped, [2, 3]), {'in-replay-dup': 1, 'in-ok': 1}, 'to another port', [inner(3)])
    migrate(lab, sa, PEER, HOST, **ports(0, 0))
    lab.expect(packets(sa, [3, 4]), {'in-replay-dup': 1, 'in-ok': 1}, 'bare again', [inner(4)])


def test_removed_after_it_moved(lab):
    """Who has moved can be removed, and come back."""
    sa = Sa(next(SPIS), tunnel=True)
    for _ in range(3):
        sa.src, sa.dst = PEER, HOST
        lab.add_sa(sa)
        migrate(lab, sa, OTHER_PEER, OTHER_HOST)
        lab.del_sa(sa)
    verdict = send(lab.client, 'MIGRATE', {'move': {'old-src': OTHER_PEER, 'old-dst': OTHER_HOST,
                                                    'new-src': PEER, 'new-dst': HOST, 'reqid': 1}})
    if not verdict.err:
        raise AssertionError('nothing was there to move, and it moved')


if __name__ == '__main__':
    serve(globals())
