# SPDX-License-Identifier: GPL-2.0-only
"""What a run of the matrix looks like on the wire and to ip-xfrm(8): pure.

Every run has addresses, SPIs and keys of its own, so that many are configured in one go. The two
ends are 0 (espah) and 1 (xfrm); what is sent by an end has its number, too.
"""

import os

from matrix_runs import CIPHERS, MACS, NONE

MTU = 1500
HEADER = {4: 20, 6: 40}
UDP = 8
ESP, AH = 50, 51
PORT = 4500
# Extended sequence numbers begin a few packets before 2^32.
ESN_START = 0xfffffff8


def random_key(octets):
    return '0x' + os.urandom(octets).hex() if octets else '""'


def address(version, place, number, end):
    """An address that no other run has; place is 0 outside and 1 inside."""
    if version == 4:
        return f'10.{64 + 64 * place + number // 256}.{number % 256}.{end + 1}'
    # As everybody writes it: no group in the middle is zero.
    return f'fd00:{place + 1}:{number + 1:x}::{end + 1}'


def algorithms(run):
    """The words for them, with new keys."""
    text = ''
    if run.auth != NONE:
        mac = MACS[run.auth]
        text += f'auth-trunc {mac.name} {random_key(mac.octets)} {mac.icv_bits}'
    if run.enc == NONE:
        return text
    cipher = CIPHERS[run.enc]
    if cipher.icv_bits:
        return f'aead {cipher.name} {random_key(cipher.octets)} {cipher.icv_bits}'
    return f'{text} enc {cipher.name} {random_key(cipher.octets)}'


class Link:
    """A run between two ends."""

    def __init__(self, number, run):
        self.run = run
        self.reqid = number + 1
        self.spis = [0x1000 + 2 * number + end for end in (0, 1)]
        self.outer = [address(run.outer, 0, number, end) for end in (0, 1)]
        self.inner = [address(run.inner, 1, number, end) for end in (0, 1)]
        if run.mode == 'transport':
            self.inner = self.outer
        self.algorithms = [algorithms(run) for _ in (0, 1)]
        self.window = int(run.window[1:])
        self.start = ESN_START if run.esn == 'esn' else 0
        self.proto = AH if run.proto == 'ah' else ESP

    def addresses(self):
        """Of both ends: the addresses each of them has."""
        return [{self.outer[end], self.inner[end]} for end in (0, 1)]

    def state(self, end):
        """The SA for what an end sends."""
        run = self.run
        flags = ['esn'] * (run.esn == 'esn') + ['af-unspec'] * (run.inner != run.outer)
        words = [f'state add src {self.outer[end]} dst {self.outer[1 - end]} proto {run.proto}',
                 f'spi {self.spis[end]:#x} reqid {self.reqid} mode {run.mode}',
                 f'replay-window {self.window}']
        if flags:
            words.append(f'flag {" ".join(flags)}')
        if self.start:
            words.append(f'replay-seq {self.start:#x} replay-oseq {self.start:#x}')
        words.append(self.algorithms[end])
        if run.encap == 'udp':
            words.append(f'encap espinudp {PORT} {PORT} {"::" if run.outer == 6 else "0.0.0.0"}')
        if run.mode == 'beet':
            # These are the addresses of the packet inside.
            words.append(f'sel src {self.inner[end]} dst {self.inner[1 - end]}')
        return ' '.join(words)

    def policy(self, me, end):
        """What an end has to say of what one of them sends."""
        run = self.run
        words = f'policy add src {self.inner[end]} dst {self.inner[1 - end]} '
        words += f'dir {"out" if me == end else "in"} tmpl '
        if run.mode != 'transport':
            words += f'src {self.outer[end]} dst {self.outer[1 - end]} '
        return words + f'proto {run.proto} reqid {self.reqid} mode {run.mode}'

    def lines(self, me):
        """An end's configuration."""
        return [*(self.state(end) for end in (0, 1)), *(self.policy(me, end) for end in (0, 1))]


def around(run):
    """What protection adds to a packet whatever is inside: octets in front, and alignment.

    RFC 4302 section 2: AH is a multiple of 4 octets over IPv4 and of 8 over IPv6; xfrm
    has 8 for both.
    """
    icv = (MACS[run.auth].icv_bits if run.auth != NONE else CIPHERS[run.enc].icv_bits) // 8
    if run.enc == NONE:
        return -(-(12 + icv) // 8) * 8, 1, 0
    cipher = CIPHERS[run.enc]
    return 8 + cipher.iv_len + icv + UDP * (run.encap == 'udp'), cipher.align, 2


def packet_len(run, size):
    """How long the packet is around a datagram with so many octets."""
    fixed, align, trailer = around(run)
    inside = UDP + size + trailer + HEADER[run.inner] * (run.mode == 'tunnel')
    return HEADER[run.outer] + fixed + -(-inside // align) * align


def largest(run):
    """The most octets of a datagram that goes into one packet."""
    return max(size for size in range(MTU - 300, MTU) if packet_len(run, size) <= MTU)


def least(run):
    """The fewest octets of a datagram that xfrm takes.

    Of what comes in UDP over IPv6, xfrm6_udp_encap_rcv() drops what is shorter, from the UDP header
    on, than an IPv6 header and a UDP header would be.
    """
    if (run.outer, run.encap) != (6, 'udp'):
        return 0
    return next(size for size in range(MTU)
                if packet_len(run, size) - HEADER[6] >= HEADER[6] + UDP)
