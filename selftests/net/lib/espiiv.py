# SPDX-License-Identifier: GPL-2.0-only
"""The tests of iiv.sh: packets of RFC 8750 both ways, made by another implementation.

No vectors of implicit IVs are known; what espah's packets are compared with, octet for octet, is
espwire's, by Python's cryptography (OpenSSL). net/vectors compares that with others' packets.
"""

import itertools

from esplab import HOST, IN, PEER, equal, selector, serve
from espout import Sender
from espwire import TEST, CcmSa, ChaChaSa, GmacSa, IPIP, Sa, ip4

SPIS = itertools.count(0x8750)


def kinds():
    """Each algorithm, with each length of key and ICV, and each way to number packets."""
    for esn, tunnel in itertools.product((False, True), repeat=2):
        other = {'tunnel': tunnel, 'esn': esn, 'iiv': True}
        for key in (16, 24, 32):
            yield Sa(next(SPIS), key=bytes(range(key)), **other)
        yield Sa(next(SPIS), icv_len=8, **other)
        for icv in (8, 12, 16):
            yield CcmSa(next(SPIS), icv_len=icv, **other)
        yield ChaChaSa(next(SPIS), key=bytes(range(32)), **other)


def name_of(sa):
    return f'{sa.name}, key {len(sa.key)}, ICV {sa.icv_len}, ESN {sa.esn}, tunnel {sa.tunnel}'


def clear(size, **other):
    return ip4(PEER, HOST, TEST, bytes(n & 255 for n in range(size)), **other)


def test_received(lab):
    """Packets before and after a low half of 0, with explicit IVs among them."""
    for sa in kinds():
        sa.start = 0xfffffffd if sa.esn else 0
        lab.add_sa(sa, reqid=5)
        lab.add_policy(IN, sa, selector(PEER, HOST, TEST), reqid=5)
        for seq, size in enumerate((0, 1, 64, 1000), sa.start + 1):
            packet = clear(size)
            content, next_header = (packet, IPIP) if sa.tunnel else (packet[20:], TEST)
            sealed = sa.packet(seq, content, next_header)
            lab.expect([sealed], {'in-ok': 1}, f'{name_of(sa)}: packet {seq}', [packet])
            lab.expect([sealed], {'in-replay-dup': 1}, f'{name_of(sa)}: packet {seq} again')
        explicit = type(sa)(sa.spi, key=sa.key, salt=sa.salt, icv_len=sa.icv_len, esn=sa.esn)
        lab.expect([explicit.packet(sa.start + 9, content, next_header)], {'in-icv': 1},
                   f'{name_of(sa)}: with an IV')
        lab.del_policy(IN, selector(PEER, HOST, TEST))
        lab.del_sa(sa)


def test_sent(lab):
    """Octet for octet, and eight of them fewer than with an IV."""
    for sa in kinds():
        sa.start = 0xfffffffd if sa.esn else 0
        lab.counters()
        sender = Sender(lab, sa, selector(HOST, PEER, TEST))
        for size in (0, 1, 64, 1000):
            packet = ip4(HOST, PEER, TEST, bytes(size))
            esp = sender.check(packet, sender.protect(packet))
            plain = size + (20 if sa.tunnel else 0)
            equal(len(esp), 8 + (plain + 2 + 3) // 4 * 4 + sa.icv_len, f'{name_of(sa)}: octets')
        sender.done()
        sender.stop()


def test_refused(lab):
    """Of what RFC 8750 does not speak, and where several may send."""
    equal(bool(lab.try_sa(GmacSa(next(SPIS), iiv=True))), True, 'AES-GMAC is refused')
    equal(bool(lab.try_sa(Sa(next(SPIS), dst='239.1.2.3', iiv=True))), True, 'a group is refused')
    equal(bool(lab.try_sa(Sa(next(SPIS), iiv=True))), False, 'AES-GCM is refused')


if __name__ == '__main__':
    serve(globals())
