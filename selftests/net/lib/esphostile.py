# SPDX-License-Identifier: GPL-2.0-only
"""The tests of hostile.sh: packets that are damaged, forged or out of place.

Each must raise the counter of its reason, once, and no other; what follows must still pass.
"""

import random
import struct
import subprocess

import esphostile_inner
import esphostile_mutants
from esplab import DISCARD, FWD, HOST, IN, PEER, equal, inside, selector, serve
from espwire import (ESP, FIXED, MF, TEST, Sa, checksum, flip, fragments, header_len, ip4,
                     payload_of, set_octets, with_checksum)

SPI = 0x12345678
ANY = selector()


def transport(lab, **values):
    """An SA in transport mode; what comes in clear between its ends is refused and counted."""
    sa = lab.add_sa(Sa(SPI), **values)
    lab.add_policy(IN, sa, ANY, priority=9)
    return sa


def payload(size=37):
    return bytes(i * 7 & 0xff for i in range(size))


# --- truncated ---------------------------------------------------------------


def test_truncated_at_every_length(lab):
    """Cut behind every octet, the IP header telling the truth or not."""
    sa = transport(lab)
    esp = sa.seal(100, payload(), TEST)
    short = [sa.carry(esp[:n]) for n in range(FIXED)]
    cut = [sa.carry(esp[:n]) for n in range(FIXED, len(esp))]
    lab.expect(short, {'in-truncated': FIXED}, 'shorter than any packet')
    lab.expect(cut, {'in-icv': len(cut)}, 'cut short')
    # The IP layer drops what claims more than there is.
    whole = sa.carry(esp)
    lab.expect([whole[:n] for n in range(20, len(whole))], {}, 'less than the IP header says')
    equal(lab.sa_figures(sa)[2], {'in-truncated': FIXED - 8, 'in-icv': len(cut)}, 'drops of the SA')
    lab.goes_on(sa, 'truncated')


def test_longer_than_it_is(lab):
    """Octets behind the packet: the IP layer cuts those that are not in its total length."""
    sa = transport(lab)
    clear = [ip4(PEER, HOST, TEST, payload(size)) for size in range(1, 20)]
    packets = [sa.packet(sa.next(), payload_of(inner), TEST) for inner in clear]
    garbage = [packet + b'\xa5' * (n + 1) for n, packet in enumerate(packets)]
    lab.expect(garbage, {'in-ok': len(garbage)}, 'garbage behind the IP packet', clear)
    inside_ = [sa.carry(sa.seal(sa.next(), payload(), TEST) + b'\xa5' * n) for n in range(1, 20)]
    lab.expect(inside_, {'in-icv': len(inside_)}, 'garbage inside the IP packet')
    lab.goes_on(sa, 'longer')


# --- one bit -----------------------------------------------------------------


def test_bit_of_spi(lab):
    sa = transport(lab)
    esp = sa.seal(1, payload(), TEST)
    lab.expect([sa.carry(flip(esp, bit)) for bit in range(32)], {'in-unknown-spi': 32}, 'SPI')
    equal(lab.sa_figures(sa), (0, 0, {}), 'the SA')
    lab.goes_on(sa, 'SPI')


def test_bit_of_number(lab):
    """Numbers that the window would take; nothing but the ICV tells that they are wrong."""
    sa = transport(lab, window=4096)
    number = 0xaaa
    esp = sa.seal(number, payload(), TEST)
    lab.expect([sa.carry(flip(esp, 32 + bit)) for bit in range(32)], {'in-icv': 32}, 'number')
    lab.expect([sa.carry(esp)], {'in-ok': 1}, 'the true number',
               [ip4(PEER, HOST, TEST, payload())])
    lab.goes_on(sa, 'number')


def test_bit_of_everything_else(lab):
    """IV, ciphertext, padding, trailer and ICV: every bit is under the ICV."""
    sa = transport(lab)
    esp = sa.seal(9, payload(), TEST)
    flipped = [sa.carry(flip(esp, bit)) for bit in range(64, 8 * len(esp))]
    lab.expect(flipped, {'in-icv': len(flipped)}, 'bits')
    equal(lab.sa_figures(sa), (0, 0, {'in-icv': len(flipped)}), 'the SA')
    lab.goes_on(sa, 'bits')


def reheader(packet, at, octets):
    """The packet with other octets in its IP header, which has a right checksum again."""
    header = set_octets(packet[:header_len(packet)], at, octets)
    return with_checksum(header) + payload_of(packet)


def test_ip_header_not_covered(lab):
    """ESP does not protect TOS, identification, DF and TTL of the outer header."""
    sa = transport(lab)
    changes = [(1, bytes([1 << bit])) for bit in range(8)]
    changes += [(4, bytes([1 << bit])) for bit in range(8)]
    changes += [(6, b'\0')] + [(8, bytes([ttl])) for ttl in (1, 2, 128, 255)]
    packets, clear = [], []
    for at, octets in changes:
        packets.append(reheader(sa.packet(sa.next(), payload(), TEST), at, octets))
        clear.append(reheader(ip4(PEER, HOST, TEST, payload()), at, octets))
    lab.expect(packets, {'in-ok': len(packets)}, 'header fields', clear)


def test_ip_header_checksum(lab):
    """Any bit of the IP header with the old checksum: it never reaches ESP."""
    sa = transport(lab)
    packet = sa.packet(1, payload(), TEST)
    lab.expect([flip(packet, bit) for bit in range(160)], {}, 'IP header')
    lab.goes_on(sa, 'IP header')


def test_ip_protocol(lab):
    """Another protocol in the IP header: clear text now, and refused as that."""
    sa = transport(lab)
    packet = sa.packet(1, payload(), TEST)
    # 51 would be AH, which carries protection itself.
    others = [packet[9] ^ 1 << bit for bit in range(8) if packet[9] ^ 1 << bit != 51]
    lab.expect([reheader(packet, 9, bytes([proto])) for proto in others],
               {'in-clear': len(others)}, 'protocol')
    # Where AH has its SPI, ESP has its number.
    lab.expect([reheader(packet, 9, bytes([51]))], {'in-unknown-spi': 1}, 'AH')
    lab.goes_on(sa, 'protocol')


def test_ip_addresses(lab):
    """An SA is found by its destination; its selector sees the source."""
    sa = transport(lab, sel=selector(PEER, HOST))
    # Bits that leave a source that the IP layer takes.
    for bit in list(range(0, 8)) + list(range(10, 31)):
        lab.expect([reheader(sa.packet(sa.next(), payload(), TEST), 12,
                             flip(bytes([10, 9, 0, 1]), bit))], {'in-selector': 1},
                   f'bit {bit} of the source')
    packet = sa.packet(sa.next(), payload(), TEST)
    lab.expect([reheader(packet, 16, flip(bytes([10, 9, 0, 2]), bit)) for bit in range(28)], {},
               'destination')
    lab.goes_on(sa, 'addresses')


def test_broadcast_and_multicast(lab):
    """Destinations that reach this host but name no SA."""
    sa = transport(lab)
    esp = sa.seal(1, payload(), TEST)
    places = ('255.255.255.255', '10.9.0.255', '224.0.0.1')
    lab.expect([ip4(PEER, place, ESP, esp) for place in places], {'in-unknown-spi': len(places)},
               'broadcast and multicast')
    lab.goes_on(sa, 'broadcast and multicast')


def test_ip_options(lab):
    """Options are no part of ESP; in transport mode they stay with the packet."""
    sa = transport(lab)
    packets, clear = [], []
    for options in (b'\x01' * 4, b'\x94\x04\x00\x00', b'\x01' * 39 + b'\x00', b'\x01\x01\x01\x00',
                    b'\x00' * 40, b'\x9e\x08' + bytes(6)):
        packets.append(sa.packet(sa.next(), payload(), TEST, options=options))
        clear.append(ip4(PEER, HOST, TEST, payload(), options=options))
    lab.expect(packets, {'in-ok': len(packets)}, 'options', clear)
    # Broken ones, and source routes, which the IP layer does not take by default.
    bad = [sa.packet(sa.next(), payload(), TEST, options=options)
           for options in (b'\x44\x02\x00\x00', b'\x07\x03\x01\x00', b'\x07\x27\x04\x00',
                           b'\x83\x07\x04\x0a\x09\x00\x03\x00')]
    lab.expect(bad, {}, 'bad options')
    # Truncated behind options.
    short = [sa.carry(sa.seal(sa.next(), b'', TEST)[:n], options=b'\x01' * 40)
             for n in range(FIXED)]
    lab.expect(short, {'in-truncated': FIXED}, 'truncated behind options')
    lab.goes_on(sa, 'options')


# --- SPIs --------------------------------------------------------------------


def test_spi_zero(lab):
    """RFC 4303 section 2.1: SPI 0 is never on the wire."""
    sa = transport(lab)
    zero = Sa(0, key=sa.key, salt=sa.salt)
    equal(bool(lab.try_sa(zero)), True, 'espah refuses an SA with SPI 0')
    packets = [zero.packet(seq, payload(), TEST) for seq in range(1, 9)]
    lab.expect(packets, {'in-spi-zero': 8}, 'SPI 0')
    lab.expect([zero.carry(packet[20:20 + n]) for n, packet in zip(range(8, 16), packets)],
               {'in-spi-zero': 8}, 'SPI 0, short')
    lab.goes_on(sa, 'SPI 0')


def test_spi_reserved_or_unknown(lab):
    sa = transport(lab)
    packets = [Sa(spi, key=sa.key, salt=sa.salt).packet(1, payload(), TEST)
               for spi in [*range(1, 256), 0x100, SPI + 1, 0xffffffff]]
    lab.expect(packets, {'in-unknown-spi': len(packets)}, 'unknown SPIs')
    # Even the shortest that has an SPI is somebody else's, and not ours to judge.
    lab.expect([ip4(PEER, HOST, ESP, struct.pack('>IIQ', 0x100, 1, 1)[:n]) for n in range(8, 16)],
               {'in-unknown-spi': 8}, 'unknown SPIs, short')
    lab.goes_on(sa, 'unknown SPIs')


def test_spi_of_xfrm(lab):
    """An unknown SPI is counted and handed on as it is: xfrm takes what is its own."""
    sa = lab.add_sa(Sa(SPI))
    other = Sa(0x4444)
    key = (other.key + other.salt).hex()
    with inside(lab.host_ns):
        subprocess.run(['ip', 'xfrm', 'state', 'add', 'src', PEER, 'dst', HOST, 'proto', 'esp',
                        'spi', '0x4444', 'mode', 'transport', 'replay-window', '32', 'aead',
                        'rfc4106(gcm(aes))', '0x' + key, '128'], check=True)
    try:
        clear = ip4(PEER, HOST, TEST, payload())
        seen, changed = lab.exchange([other.packet(n, payload(), TEST) for n in (1, 2, 2)])
        equal(changed, {'in-unknown-spi': 3}, 'an SPI of xfrm: counters')
        # Its cipher may finish after espah's has.
        while len(seen) < 2:
            seen.append(lab.raw.recv(65536))
        equal(seen, [clear, clear], 'an SPI of xfrm: packets that came out')
        lab.goes_on(sa, 'an SPI of xfrm')
    finally:
        with inside(lab.host_ns):
            subprocess.run(['ip', 'xfrm', 'state', 'flush'], check=True)


def test_sa_of_another_address(lab):
    """The same SPI and key at another destination is another SA: here, none."""
    sa = lab.add_sa(Sa(SPI, dst='10.9.0.3'))
    lab.expect([ip4(PEER, HOST, ESP, sa.seal(1, payload(), TEST))], {'in-unknown-spi': 1},
               'another destination')
    equal(lab.sa_figures(sa), (0, 0, {}), 'the SA')


def test_wrong_key(lab):
    sa = transport(lab)
    for wrong in (Sa(SPI, salt=sa.salt), Sa(SPI, key=sa.key)):
        lab.expect([wrong.packet(seq, payload(), TEST) for seq in range(1, 9)], {'in-icv': 8},
                   'another key or salt')
    lab.goes_on(sa, 'wrong key')


# --- fragments ---------------------------------------------------------------


def test_fragments(lab):
    """The IP layer puts ESP together again; what is not whole never arrives."""
    sa = transport(lab)
    rng = random.Random(791)
    packets, clear = [], []
    for number in range(12):
        whole = sa.packet(sa.next(), payload(600), TEST, ident=0x100 + number, frag=0)
        parts = fragments(whole, rng.choice((8, 64, 200, 400)))
        if number % 3 == 1:
            parts.reverse()
        elif number % 3 == 2:
            rng.shuffle(parts)
        packets += parts
        clear.append(ip4(PEER, HOST, TEST, payload(600), ident=0x100 + number, frag=0))
    lab.expect(packets, {'in-ok': 12}, 'whole', clear)

    for number in range(12):
        whole = sa.packet(sa.next(), payload(600), TEST, ident=0x200 + number, frag=0)
        parts = fragments(whole, 64)
        parts.pop(rng.randrange(len(parts)))
        lab.expect(parts, {}, 'one missing')

    whole = sa.packet(sa.next(), payload(600), TEST, ident=0x300, frag=0)
    parts = fragments(whole, 64)
    changed = parts[3][:20] + flip(parts[3][20:], rng.randrange(512))
    lab.expect(parts[:3] + [changed] + parts[4:], {'in-icv': 1}, 'one changed')
    lab.goes_on(sa, 'fragments')


def test_fragments_that_overlap(lab):
    sa = transport(lab)
    whole = sa.packet(sa.next(), payload(600), TEST, ident=0x400, frag=0)
    parts = fragments(whole, 64)
    over = reheader(parts[2], 6, struct.pack('>H', MF | 12))
    lab.expect(parts[:2] + [over] + parts[2:], {}, 'overlapping fragments')
    lab.goes_on(sa, 'overlapping fragments')


# --- layers ------------------------------------------------------------------


def test_nested(lab):
    """Up to six layers are taken off one packet, and what has more is dropped at the seventh."""
    sas = [lab.add_sa(Sa(SPI + n)) for n in range(8)]
    for layers in range(1, 9):
        inner, proto = payload(), TEST
        for sa in sas[:layers]:
            inner, proto = sa.seal(sa.next(), inner, proto), ESP
        changes = {'in-ok': int(layers <= 6), 'in-nested': int(layers > 6)}
        clear = [ip4(PEER, HOST, TEST, payload())] if layers <= 6 else []
        lab.expect([ip4(PEER, HOST, ESP, inner)], changes, f'{layers} layers', clear)
    for sa in sas:
        lab.goes_on(sa, 'nested')


def test_removed_sa(lab):
    """From the moment it is removed its packets are nobody's."""
    sa = transport(lab)
    lab.goes_on(sa, 'before')
    lab.del_sa(sa)
    lab.expect([sa.packet(sa.next(), payload(), TEST) for _ in range(8)], {'in-unknown-spi': 8},
               'a removed SA')


# --- ICMP errors -------------------------------------------------------------


def quote(kind, code, packet, value=0):
    """An ICMP error from the peer about a packet of the host's."""
    message = struct.pack('>BBHI', kind, code, 0, value) + packet
    message = set_octets(message, 2, struct.pack('>H', checksum(message)))
    return ip4(PEER, HOST, 1, message, frag=0)


def test_icmp_errors(lab):
    """Errors that quote our ESP to any length; none is believed to be more than a hint."""
    sa = lab.add_sa(Sa(SPI))
    back = lab.add_sa(Sa(SPI + 1, src=HOST, dst=PEER))
    esp = back.seal(1, payload(), TEST)
    errors = []
    for size in range(65):
        sent = ip4(HOST, PEER, ESP, esp[:size], length=20 + len(esp))
        errors += [quote(3, code, sent, 576) for code in (0, 2, 3, 4, 13)]
        errors += [quote(11, 0, sent), quote(12, 0, sent), quote(5, 0, sent, 0x0a090003)]
        # What quotes an SA that is not there, and the header of a fragment.
        stranger = ip4(HOST, '10.9.0.9', ESP, esp[:size], length=20 + len(esp))
        errors += [quote(3, 4, stranger, 576),
                   quote(3, 4, ip4(HOST, PEER, ESP, esp[:size], frag=MF | 1), 576)]
    for size in range(20):
        errors.append(quote(3, 4, ip4(HOST, PEER, ESP, esp)[:size], 576))
    # What a router quotes at the least has the SPI.
    told = 65 - 8
    counters = ('icmp-unreachable', 'icmp-prohibited', 'icmp-expired', 'icmp-header',
                'icmp-unknown-spi')
    lab.expect(errors, dict.fromkeys(counters, told), 'ICMP errors')
    lab.goes_on(sa, 'ICMP errors')


def test_policy_discard(lab):
    """What was authentic can still be unwanted."""
    sa = lab.add_sa(Sa(SPI))
    lab.add_policy(IN, sa, selector(PEER, HOST, 17), action=DISCARD)
    lab.add_policy(FWD, sa, ANY, action=DISCARD)
    lab.expect([sa.packet(sa.next(), payload(), 17)], {'in-policy-discard': 1}, 'discard')
    lab.goes_on(sa, 'discard')


if __name__ == '__main__':
    serve({**vars(esphostile_inner), **vars(esphostile_mutants), **globals()})
