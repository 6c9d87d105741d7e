# SPDX-License-Identifier: GPL-2.0-only
"""The tests of scapy_ah.sh: scapy's IPsec layer at the other end, with AH."""

import socket

from ah6vectors import Sender6, heard
from ahvectors import Sender
from esplab import HOST, IN, PEER, selector, serve, equal
from espout import HOST6, PEER6
from espscapy import FEW, HIGH, MACS, content, inner_packet, keys
from espwire import TEST, AhSa, ip4
from espwire6 import IPV6, Ah6Sa, ip6
# pylint: disable=wrong-import-order
from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6
from scapy.layers.ipsec import AH, SecurityAssociation

# What scapy has and has right: no XCBC and no GMAC, and over IPv4 no padding to 8 octets, of which
# it takes what is there.
LOOK = {'traffic': 0x20, 'label': 0x12345}


def kinds(tunnel):
    """Each hash, without and with extended numbers: what both have to be told of it."""
    for number, (name, mac, size, icv) in enumerate(MACS):
        auth_key = keys(size, size, 0)['key']
        ours = {'auth': mac, 'auth_key': auth_key, 'icv_len': icv, 'tunnel': tunnel}
        words = {'auth_algo': name, 'auth_key': auth_key}
        yield 0x5000 + 2 * number, ours, words
        yield (0x5001 + 2 * number, {'esn': True, 'start': HIGH << 32, **ours},
               {'esn_en': True, 'esn': HIGH, **words})


def theirs(sa, outer, words):
    """scapy's idea of an SA of ours."""
    return SecurityAssociation(AH, spi=sa.spi, tunnel_header=outer if sa.tunnel else None, **words)


def receive4(lab, tunnel):
    for number, (spi, ours, words) in enumerate(kinds(tunnel)):
        sa = lab.add_sa(AhSa(spi, **ours), reqid=7)
        if tunnel and not number:
            lab.add_policy(IN, sa, selector(PEER, HOST), reqid=7)
        scapy = theirs(sa, IP(src=PEER, dst=HOST), words)
        clear = [inner_packet(PEER, HOST, length) for length in FEW]
        packets = [bytes(scapy.encrypt(IP(packet))) for packet in clear]
        lab.expect(packets, {'in-ok': len(packets)}, f'{words}', clear)
        lab.expect(packets, {'in-replay-dup': len(packets)}, f'{words}, again')


def test_scapy_to_espah_transport(lab):
    receive4(lab, False)


def test_scapy_to_espah_tunnel(lab):
    receive4(lab, True)


def receive6(lab, tunnel):
    raw = lab.listen(TEST, socket.AF_INET6)
    for number, (spi, ours, words) in enumerate(kinds(tunnel)):
        sa = lab.add_sa(Ah6Sa(spi, **ours), reqid=7)
        if tunnel and not number:
            lab.add_policy(IN, sa, selector(PEER6, HOST6), reqid=7)
        scapy = theirs(sa, IPv6(src=PEER6, dst=HOST6), words)
        for length in FEW:
            clear = ip6(PEER6, HOST6, TEST, content(length), **LOOK)
            heard(lab, raw, [bytes(scapy.encrypt(IPv6(clear)))], f'{words}', content(length))


def test_scapy_to_espah_transport6(lab):
    receive6(lab, False)


def test_scapy_to_espah_tunnel6(lab):
    receive6(lab, True)


def understood(scapy, sa, kind, clear, got, padded):
    """scapy finds exactly what went in, and would have written the same octets."""
    what = f'{scapy.auth_algo.name}, {len(clear)} octets in clear'
    size = 40 if kind is IPv6 else 20
    if sa.tunnel:
        scapy.tunnel_header = kind(got[:size])
    equal(bytes(scapy.decrypt(kind(got))).hex(), clear.hex(), f'{what}, decrypted')
    if padded:
        again = scapy.encrypt(kind(clear), seq_num=int.from_bytes(got[size + 8:size + 12], 'big'))
        equal(bytes(again).hex(), got.hex(), f'{what}, encrypted again')


def send4(lab, tunnel):
    for spi, ours, words in kinds(tunnel):
        for align in 4, 8:
            sender = Sender(lab, AhSa(spi, align=align, **ours), selector(HOST, PEER, TEST))
            scapy = theirs(sender.sa, IP(), words)
            for length in FEW:
                clear = inner_packet(HOST, PEER, length)
                same = align == 4 or (12 + sender.sa.icv_len) % 8 == 0
                understood(scapy, sender.sa, IP, clear, sender.check(clear), same)
            sender.done()


def test_espah_to_scapy_transport(lab):
    send4(lab, False)


def test_espah_to_scapy_tunnel(lab):
    send4(lab, True)


def send6(lab, tunnel):
    for spi, ours, words in kinds(tunnel):
        sender = Sender6(lab, Ah6Sa(spi, **ours), selector(HOST6, PEER6, TEST))
        scapy = theirs(sender.sa, IPv6(), words)
        for length in FEW:
            clear = ip6(HOST6, PEER6, TEST, content(length), **LOOK)
            got = (sender.tunnel(clear, IPV6, **LOOK) if tunnel else
                   sender.transport(content(length), **LOOK))
            understood(scapy, sender.sa, IPv6, clear, got, True)
        sender.done()


def test_espah_to_scapy_transport6(lab):
    send6(lab, False)


def test_espah_to_scapy_tunnel6(lab):
    send6(lab, True)


def test_forged_by_scapy(lab):
    """What scapy signs with another key is not taken."""
    sa = lab.add_sa(AhSa(0x5000))
    scapy = theirs(sa, None, {'auth_algo': 'SHA2-256-128', 'auth_key': bytes(32)})
    packets = [bytes(scapy.encrypt(IP(ip4(PEER, HOST, TEST, content(n))))) for n in range(20)]
    lab.expect(packets, {'in-icv': 20}, 'another key')
    lab.goes_on(sa, 'another key')


if __name__ == '__main__':
    serve(globals())
