# SPDX-License-Identifier: GPL-2.0-only
"""The tests of scapy.sh: scapy's IPsec layer at the other end."""

import logging

from esplab import HOST, IN, PEER, equal, selector, serve
from espout import Sender
from espwire import TEST, Sa, ip4, payload_of

logging.getLogger('scapy.runtime').setLevel(logging.ERROR)
# pylint: disable=wrong-import-position
from scapy.layers.inet import IP  # noqa: E402
from scapy.layers.ipsec import ESP, SecurityAssociation  # noqa: E402
from scapy.packet import Raw  # noqa: E402

KEYS = (16, 24, 32)
LENGTHS = (*range(41), 64, 100, 255, 256, 257, 1000, 1023, 1400)


def content(size):
    return bytes((size + i) & 0xff for i in range(size))


def theirs(sa):
    """scapy's idea of an SA of ours."""
    outer = IP(src=sa.src, dst=sa.dst) if sa.tunnel else None
    return SecurityAssociation(ESP, spi=sa.spi, crypt_algo='AES-GCM', crypt_key=sa.key + sa.salt,
                               tunnel_header=outer)


def inner_packet(src, dst, size):
    return ip4(src, dst, TEST, content(size), ttl=61, ident=0x100 + size, tos=0x20)


def keys(number, size):
    """Keys that differ from octet to octet and from SA to SA."""
    octets = bytes((number * 37 + i * 11) & 0xff for i in range(size + 4))
    return {'key': octets[:size], 'salt': octets[size:]}


def receive(lab, tunnel):
    """scapy encrypts; espah delivers exactly what went in."""
    for number, size in enumerate(KEYS):
        sa = lab.add_sa(Sa(0x5000 + number, tunnel=tunnel, **keys(number, size)), reqid=7)
        if tunnel and not number:
            lab.add_policy(IN, sa, selector(PEER, HOST), reqid=7)
        scapy = theirs(sa)
        clear = [inner_packet(PEER, HOST, length) for length in LENGTHS]
        packets = [bytes(scapy.encrypt(IP(packet))) for packet in clear]
        lab.expect(packets, {'in-ok': len(packets)}, f'{8 * size} bits', clear)
        lab.expect(packets, {'in-replay-dup': len(packets)}, f'{8 * size} bits, again')


def test_scapy_to_espah_transport(lab):
    receive(lab, False)


def test_scapy_to_espah_tunnel(lab):
    receive(lab, True)


def again(scapy, clear, got):
    """scapy's own encryption of the packet with the same number and IV."""
    esp = payload_of(got)
    return bytes(scapy.encrypt(IP(clear), seq_num=int.from_bytes(esp[4:8], 'big'), iv=esp[8:16]))


def send(lab, tunnel):
    """espah encrypts; scapy finds exactly what went in, and would have written the same."""
    for number, size in enumerate(KEYS):
        lab.counters()
        sender = Sender(lab, Sa(0x6000 + number, tunnel=tunnel, **keys(number, size)),
                        selector(HOST, PEER, TEST))
        scapy = theirs(sender.sa)
        for length in LENGTHS:
            clear = inner_packet(HOST, PEER, length)
            got = sender.protect(clear)
            sender.check(clear, got)
            equal(bytes(scapy.decrypt(IP(got))).hex(), clear.hex(), f'{length} octets decrypted')
            equal(payload_of(again(scapy, clear, got)).hex(), payload_of(got).hex(),
                  f'{length} octets encrypted again')
        sender.done()
        sender.stop()


def test_espah_to_scapy_transport(lab):
    send(lab, False)


def test_espah_to_scapy_tunnel(lab):
    send(lab, True)


def test_forged_by_scapy(lab):
    """What scapy encrypts with another key is not taken."""
    sa = lab.add_sa(Sa(0x5000))
    scapy = theirs(Sa(0x5000))
    packets = [bytes(scapy.encrypt(IP(src=PEER, dst=HOST, proto=TEST) / Raw(content(n))))
               for n in range(20)]
    lab.expect(packets, {'in-icv': 20}, 'another key')
    lab.goes_on(sa, 'another key')


if __name__ == '__main__':
    serve(globals())
