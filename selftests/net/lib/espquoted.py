# SPDX-License-Identifier: GPL-2.0-only
"""Tests of quoted.sh: ICMP errors about what a tunnel carries (RFC 4301 section 6.2)."""

import socket
import struct

from esplab import (DISCARD, HOST, IN, OUT, PACKET_OUTGOING, PEER, arrived, equal, selector, serve,
                    until)
from espwire import ESP, IPIP, MF, Sa, checksum, ip4, payload_of
from espwire6 import FRAGMENT, ICMP6, IPV6, Ah6Sa, ip6

SPI = 0x1000
UDP, TCP, ICMP = socket.IPPROTO_UDP, socket.IPPROTO_TCP, socket.IPPROTO_ICMP
# Behind the peer: who is spoken with, who is not, and a router.
FAR, OTHER, ROUTER = '10.9.0.50', '10.9.0.60', '10.9.0.70'
HOST6, FAR6, OTHER6, ROUTER6 = 'fd00:9::2', 'fd00:9::50', 'fd00:9::60', 'fd00:9::70'
UNREACHABLE, QUENCH, REDIRECT, ECHO, EXCEEDED, PROBLEM = 3, 4, 5, 8, 11, 12


def icmp(kind, quoted, code=0):
    octets = struct.pack('>BBHI', kind, code, 0, 0) + quoted
    return octets[:2] + struct.pack('>H', checksum(octets)) + octets[4:]


def error(kind, quoted, src=ROUTER, dst=HOST, **header):
    """An ICMP message, as a packet."""
    return ip4(src, dst, ICMP, icmp(kind, quoted), **header)


def sent_to(dst, proto=UDP, src=HOST):
    """As much as a router quotes of what the host has sent."""
    return ip4(src, dst, proto, bytes(8))


def error6(kind, quoted, src=ROUTER6, dst=HOST6):
    octets = struct.pack('>BBHI', kind, 0, 0, 0) + quoted
    pseudo = (socket.inet_pton(socket.AF_INET6, src) + socket.inet_pton(socket.AF_INET6, dst)
              + struct.pack('>II', len(octets), ICMP6))
    octets = octets[:2] + struct.pack('>H', checksum(pseudo + octets)) + octets[4:]
    return ip6(src, dst, ICMP6, octets)


def sent_to6(dst, proto=UDP):
    return ip6(HOST6, dst, proto, bytes(8))


GOOD = [error(kind, sent_to(FAR)) for kind in (UNREACHABLE, QUENCH, EXCEEDED, PROBLEM)]
# An error that is none, that does not go to who has sent what it quotes, or quotes what is not to
# be answered this way.
BAD = [error(ECHO, sent_to(FAR)), error(REDIRECT, sent_to(FAR)), error(200, sent_to(FAR)),
       error(UNREACHABLE, sent_to(OTHER)), error(UNREACHABLE, sent_to(FAR, TCP)),
       error(UNREACHABLE, sent_to(FAR, src=OTHER)), error(UNREACHABLE, sent_to(FAR)[:19]),
       error(UNREACHABLE, b''), error(UNREACHABLE, b'\x60' + sent_to(FAR)[1:]),
       ip4(ROUTER, HOST, UDP, sent_to(FAR))]


def let_in(lab, packets, sa, counter, next_header=IPIP):
    """So many packets of this SA are counted so, and nothing else is."""
    lab.expect([sa.packet(sa.next(), packet, next_header) for packet in packets],
               {counter: len(packets)}, f'{len(packets)} that are to be {counter}')


def test_policy(lab):
    """The policy speaks of UDP with one end; an entry for ICMP itself comes first."""
    sa = lab.add_sa(Sa(SPI, tunnel=True))
    lab.add_policy(IN, sa, selector(FAR, HOST, UDP), priority=9)
    ear = lab.listen(ICMP)
    let_in(lab, GOOD, sa, 'in-ok')
    equal(arrived(ear), GOOD, 'what the host has heard')
    let_in(lab, BAD, sa, 'in-no-policy')
    equal(arrived(ear), [], 'what the host has heard')
    other = lab.add_sa(Sa(SPI + 1, tunnel=True), reqid=2)
    let_in(lab, GOOD, other, 'in-no-policy')
    lab.add_policy(IN, sa, selector(ROUTER, HOST, ICMP), DISCARD)
    let_in(lab, GOOD, sa, 'in-policy-discard')
    lab.del_policy(IN, selector(ROUTER, HOST, ICMP))
    lab.add_policy(IN, sa, selector(ROUTER, HOST, ICMP))
    let_in(lab, GOOD + BAD[:7], sa, 'in-ok')


def test_selector(lab):
    """The policy lets all in; the SA is for UDP with one end."""
    sa = lab.add_sa(Sa(SPI, tunnel=True), sel=selector(FAR, HOST, UDP))
    lab.add_policy(IN, sa, selector(), priority=9)
    let_in(lab, GOOD, sa, 'in-ok')
    let_in(lab, BAD, sa, 'in-selector')


def test_transport(lab):
    """Between two hosts, whose SA is for UDP."""
    sa = lab.add_sa(Sa(SPI), sel=selector(PEER, HOST, UDP))
    good = [payload_of(error(UNREACHABLE, sent_to(PEER)))]
    bad = [payload_of(error(UNREACHABLE, sent_to(other, proto)))
           for other, proto in ((PEER, TCP), (FAR, UDP))]
    let_in(lab, good, sa, 'in-ok', ICMP)
    let_in(lab, bad, sa, 'in-selector', ICMP)


def test_ipv6(lab):
    """The same of IPv6, in a tunnel over IPv4."""
    sa = lab.add_sa(Sa(SPI, tunnel=True))
    lab.add_policy(IN, sa, selector(FAR6, HOST6, UDP), priority=9)
    ear = lab.listen(ICMP6, socket.AF_INET6)
    good = [error6(kind, sent_to6(FAR6)) for kind in (1, 2, 3, 4)]
    bad = [error6(128, sent_to6(FAR6)), error6(1, sent_to6(OTHER6)), error6(1, sent_to6(FAR6, TCP)),
           error6(1, sent_to6(FAR6)[:39]), error6(1, sent_to(FAR))]
    let_in(lab, good, sa, 'in-ok', IPV6)
    equal(arrived(ear), [packet[40:] for packet in good], 'what the host has heard')
    let_in(lab, bad, sa, 'in-no-policy', IPV6)


def test_about_parts(lab):
    """What is quoted of a part that is not the first has no header of ESP or AH."""
    esp = lab.add_sa(Sa(SPI, HOST, FAR, tunnel=True))
    ah = lab.add_sa(Ah6Sa(SPI, HOST6, FAR6))
    octets = bytes([UDP, 4, 0, 0]) + struct.pack('>II', SPI, 1) + bytes(12)

    def about4(frag):
        return error(UNREACHABLE, ip4(HOST, FAR, ESP, struct.pack('>II', SPI, 1), frag=frag))

    def about6(offset):
        part = struct.pack('>BBHI', ah.proto, 0, offset | 1, 1)
        return error6(1, ip6(HOST6, FAR6, FRAGMENT, part + octets))

    for first, later in ((about4(MF), about4(MF | 1)), (about6(0), about6(8))):
        lab.expect([first], {'icmp-unreachable': 1}, f'{first.hex()}')
        lab.expect([later], {}, f'{later.hex()}')
    equal([lab.sa_figures(sa)[2] for sa in (esp, ah)], [{'icmp-unreachable': 1}] * 2, 'the SAs')


# --- what the host says itself -----------------------------------------------

class Answers:
    """Datagrams to a port where nobody listens, and the peer's ear on the wire."""

    def __init__(self, lab, tunnel=True, src=FAR, dst=HOST):
        self.lab, self.src, self.dst = lab, src, dst
        self.to = lab.add_sa(Sa(SPI, tunnel=tunnel))
        lab.add_policy(IN, self.to, selector(src, dst, UDP))
        self.back = Sa(SPI + 1, HOST, PEER, tunnel=tunnel)
        self.sel = selector(dst, src, UDP)
        lab.add_policy(OUT, self.back, self.sel, reqid=3)
        self.wire = lab.tap(lab.peer_ns)
        self.datagram = struct.pack('>HHHH', 9, 9, 16, 0) + bytes(8)

    def come(self):
        """The SA that answers go by."""
        self.lab.add_sa(self.back, reqid=3)

    def ask(self, content, next_header):
        """Returns how the counters have changed for a datagram."""
        return self.lab.exchange([self.to.packet(self.to.next(), content, next_header)])[1]

    def said(self):
        """The next packet from the host that is no ARP."""
        while True:
            got, address = self.wire.recvfrom(65536)
            if address[2] != PACKET_OUTGOING:
                return got

    def opened(self):
        """What is in the next one, with its trailer off: it is protected."""
        got = self.said()
        equal(got[9], ESP, f'protocol of {got.hex()}')
        plain = self.back.open_plain(payload_of(got))
        return plain[:-2 - plain[-2]], plain[-1]


def test_sent(lab):
    """RFC 4301 section 6.2: under the SA that what it quotes would be answered by."""
    answers = Answers(lab)
    datagram = ip4(FAR, HOST, UDP, answers.datagram)
    equal(answers.ask(datagram, IPIP), {'in-ok': 1, 'out-no-sa': 1}, 'counters')
    answers.come()
    equal(answers.ask(datagram, IPIP), {'in-ok': 1, 'out-ok': 1}, 'counters')
    inner, next_header = answers.opened()
    equal((next_header, inner[9], inner[12:20]),
          (IPIP, ICMP, socket.inet_aton(HOST) + socket.inet_aton(FAR)), 'what is inside')
    equal(payload_of(inner)[:2] + payload_of(inner)[8:], b'\3\3' + datagram, 'the message')
    equal(arrived(answers.wire), [], 'what else is on the wire')


def test_sent_in_transport_mode(lab):
    """Between two hosts."""
    answers = Answers(lab, False, PEER)
    answers.come()
    equal(answers.ask(answers.datagram, UDP), {'in-ok': 1, 'out-ok': 1}, 'counters')
    inner, next_header = answers.opened()
    equal((next_header, inner[:2], inner[8:]),
          (ICMP, b'\3\3', ip4(PEER, HOST, UDP, answers.datagram)), 'what is inside')


def test_sent_over_ipv6(lab):
    """IPv6 in a tunnel over IPv4."""
    answers = Answers(lab, True, FAR6, HOST6)
    answers.come()
    pseudo = (socket.inet_pton(socket.AF_INET6, FAR6) + socket.inet_pton(socket.AF_INET6, HOST6)
              + struct.pack('>II', len(answers.datagram), UDP))
    udp = answers.datagram
    udp = udp[:6] + struct.pack('>H', checksum(pseudo + udp)) + udp[8:]
    datagram = ip6(FAR6, HOST6, UDP, udp)
    equal(answers.ask(datagram, IPV6), {'in-ok': 1, 'out-ok': 1}, 'counters')
    inner, next_header = answers.opened()
    equal((next_header, inner[6], inner[40:42], inner[48:]), (IPV6, ICMP6, b'\1\4', datagram),
          'what is inside')


def test_sent_about_what_is_not_protected(lab):
    """In clear, as what it speaks of."""
    answers = Answers(lab)
    lab.send(ip4(PEER, HOST, UDP, answers.datagram))
    got = answers.said()
    equal((got[9], got[20:22]), (ICMP, b'\3\3'), f'what the peer hears: {got.hex()}')


def test_sent_as_its_own_policy_says(lab):
    """One that speaks of the error itself comes first."""
    answers = Answers(lab)
    answers.come()
    lab.add_policy(OUT, answers.back, selector(HOST, FAR, ICMP), DISCARD)
    equal(answers.ask(ip4(FAR, HOST, UDP, answers.datagram), IPIP),
          {'in-ok': 1, 'out-policy-discard': 1}, 'counters')


if __name__ == '__main__':
    serve({name: value for name, value in globals().items() if name.startswith('test_')})
