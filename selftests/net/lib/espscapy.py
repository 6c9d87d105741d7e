# SPDX-License-Identifier: GPL-2.0-only
"""The tests of scapy.sh: scapy's IPsec layer at the other end."""

import itertools
import logging
import os

from esplab import HOST, IN, PEER, equal, selector, serve
from espout import Sender
from espwire import TEST, CcmSa, ChaChaSa, PairSa, Sa, ip4, payload_of

logging.getLogger('scapy.runtime').setLevel(logging.ERROR)
# pylint: disable=wrong-import-position
from scapy.layers.inet import IP  # noqa: E402
from scapy.layers.ipsec import ESP, SecurityAssociation  # noqa: E402
from scapy.packet import Raw  # noqa: E402

# What scapy has and has right. Its AES-GCM with shorter ICVs is not RFC 4106's.
# With extended numbers, what has integrity apart lacks the high half in its ICV.
# scapy's name, ours, octets of keys, of ICVs
AEADS = (
    ('AES-GCM', Sa, (16, 24, 32), (16,)),
    ('AES-CCM', CcmSa, (16, 24, 32), (8, 12, 16)),
    ('CHACHA20-POLY1305', ChaChaSa, (32,), (16,)),
)
# scapy's name, ours, octets of keys, of salt
CIPHERS = (
    ('AES-CBC', 'aes-cbc', (16, 24, 32), 0),
    ('AES-CTR', 'aes-ctr', (16, 24, 32), 4),
    ('3DES', '3des-cbc', (24,), 0),
    ('DES', 'des-cbc', (8,), 0),
    ('NULL', 'null', (0,), 0),
)
# scapy's name, ours, octets of the key, of the ICV
MACS = (
    ('HMAC-MD5-96', 'hmac-md5', 16, 12),
    ('HMAC-SHA1-96', 'hmac-sha1', 20, 12),
    ('SHA2-256-128', 'hmac-sha256', 32, 16),
    ('SHA2-384-192', 'hmac-sha384', 48, 24),
    ('SHA2-512-256', 'hmac-sha512', 64, 32),
    ('AES-CMAC-96', 'cmac', 16, 12),
)
LONG = bool(os.environ.get('ESPAH_LONG'))
HIGH = 7  # half of an extended sequence number
LENGTHS = (*range(41), 64, 100, 255, 256, 257, 1000, 1023, 1400)
# Around the ends of blocks, for each of many algorithms.
FEW = (0, 1, 2, 3, 5, 6, 7, 13, 14, 15, 16, 17, 255, 1000)


def content(size):
    return bytes((size + i) & 0xff for i in range(size))


def keys(number, size, salt):
    """Keys that differ from octet to octet and from SA to SA."""
    octets = bytes((number * 37 + i * 11) & 0xff for i in range(size + salt))
    return {'key': octets[:size], 'salt': octets[size:]}


def aeads():
    """Each algorithm: what both have to be told of it."""
    for name, kind, sizes, icvs in AEADS:
        for size, icv in itertools.product(sizes, icvs):
            ours = {'icv_len': icv, **keys(size, size, kind.salt_len)}
            words = {'crypt_algo': name, 'crypt_icv_size': icv}
            yield kind, ours, words
            if LONG or (size, icv) == (sizes[-1], icvs[-1]):
                yield (kind, {'esn': True, 'start': HIGH << 32, **ours},
                       {'esn_en': True, 'esn': HIGH, **words})


def pairs():
    """The same of encryption and integrity apart: each with each, or each once."""
    ciphers = [(name, enc, size, salt) for name, enc, sizes, salt in CIPHERS for size in sizes]
    both = itertools.product(ciphers, MACS) if LONG else zip(ciphers, itertools.cycle(MACS))
    for (name, enc, size, salt), (their_mac, mac, mac_size, icv) in both:
        auth_key = keys(mac_size, mac_size, 0)['key']
        yield (PairSa, {'enc': enc, 'auth': mac, 'auth_key': auth_key, 'icv_len': icv,
                        **keys(size, size, salt)},
               {'crypt_algo': name, 'auth_algo': their_mac, 'auth_key': auth_key})


def kinds():
    return itertools.chain(aeads(), pairs())


def theirs(sa, words=None):
    """scapy's idea of an SA of ours."""
    outer = IP(src=sa.src, dst=sa.dst) if sa.tunnel else None
    return SecurityAssociation(ESP, spi=sa.spi, crypt_key=sa.key + sa.salt, tunnel_header=outer,
                               **(words or {'crypt_algo': 'AES-GCM'}))


def inner_packet(src, dst, size):
    return ip4(src, dst, TEST, content(size), ttl=61, ident=0x100 + size, tos=0x20)


def lengths(kind, ours):
    return LENGTHS if kind is Sa and not ours.get('esn') else FEW


def receive(lab, tunnel):
    """scapy encrypts; espah delivers exactly what went in."""
    for number, (kind, ours, words) in enumerate(kinds()):
        sa = lab.add_sa(kind(0x5000 + number, tunnel=tunnel, **ours), reqid=7)
        if tunnel and not number:
            lab.add_policy(IN, sa, selector(PEER, HOST), reqid=7)
        scapy = theirs(sa, words)
        clear = [inner_packet(PEER, HOST, length) for length in lengths(kind, ours)]
        packets = [bytes(scapy.encrypt(IP(packet))) for packet in clear]
        lab.expect(packets, {'in-ok': len(packets)}, f'{words}', clear)
        lab.expect(packets, {'in-replay-dup': len(packets)}, f'{words}, again')


def test_scapy_to_espah_transport(lab):
    receive(lab, False)


def test_scapy_to_espah_tunnel(lab):
    receive(lab, True)


def again(scapy, sa, clear, got):
    """scapy's own encryption of the packet with the same number and IV."""
    esp = payload_of(got)
    return bytes(scapy.encrypt(IP(clear), seq_num=int.from_bytes(esp[4:8], 'big'),
                               iv=esp[8:8 + sa.iv_len]))


def send(lab, tunnel):
    """espah encrypts; scapy finds exactly what went in, and would have written the same."""
    for number, (kind, ours, words) in enumerate(kinds()):
        lab.counters()
        sender = Sender(lab, kind(0x6000 + number, tunnel=tunnel, **ours),
                        selector(HOST, PEER, TEST))
        scapy = theirs(sender.sa, words)
        for length in lengths(kind, ours):
            clear = inner_packet(HOST, PEER, length)
            got = sender.protect(clear)
            sender.check(clear, got)
            equal(bytes(scapy.decrypt(IP(got))).hex(), clear.hex(),
                  f'{words}: {length} octets decrypted')
            equal(payload_of(again(scapy, sender.sa, clear, got)).hex(), payload_of(got).hex(),
                  f'{words}: {length} octets encrypted again')
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
