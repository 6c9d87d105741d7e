# SPDX-License-Identifier: GPL-2.0-only
"""Packets, octet by octet: IPv4, and ESP from RFC 4303 with AES-GCM (RFC 4106) or AES-CBC and
HMAC (RFC 3602, RFC 4868)."""

import hmac
import os
import socket
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

ESP = 50
IPIP = 4
NONE = 59  # RFC 4303 section 2.6: a dummy packet
TEST = 253  # RFC 3692: for experiments; nobody answers it
DF = 0x4000
MF = 0x2000

SEQ_MAX = 0xffffffff
FIXED = 8 + 8 + 2 + 16  # SPI and number, IV, pad length and next header, ICV


def checksum(octets):
    """RFC 1071."""
    octets += b'\0' * (len(octets) % 2)
    total = sum(struct.unpack(f'>{len(octets) // 2}H', octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def with_checksum(header):
    """The IPv4 header with its checksum made right."""
    header = header[:10] + b'\0\0' + header[12:]
    return header[:10] + struct.pack('>H', checksum(header)) + header[12:]


def ip4(src, dst, proto, payload=b'', tos=0, ident=0x1234, frag=DF, ttl=64, options=b'',
        length=None):
    """An IPv4 packet; options are padded, and length is the total length it claims."""
    options += b'\0' * (-len(options) % 4)
    size = 20 + len(options)
    header = struct.pack('>BBHHHBBH4s4s', 0x40 | size // 4, tos,
                         size + len(payload) if length is None else length, ident, frag, ttl,
                         proto, 0, socket.inet_aton(src), socket.inet_aton(dst))
    return with_checksum(header + options) + payload


def header_len(packet):
    return (packet[0] & 15) * 4


def payload_of(packet):
    return packet[header_len(packet):]


def set_octets(octets, at, new):
    return octets[:at] + new + octets[at + len(new):]


def flip(octets, bit):
    """The octets with one bit turned; bit 0 is the first on the wire."""
    return set_octets(octets, bit // 8, bytes([octets[bit // 8] ^ 0x80 >> bit % 8]))


def fragments(packet, size):
    """The packet in fragments of at most size octets of payload, size being a multiple of 8."""
    header, payload = packet[:header_len(packet)], payload_of(packet)
    out = []
    for at in range(0, len(payload), size):
        part = payload[at:at + size]
        more = MF if at + size < len(payload) else 0
        start = set_octets(header, 2, struct.pack('>H', len(header) + len(part)))
        start = set_octets(start, 6, struct.pack('>H', more | at // 8))
        out.append(with_checksum(start) + part)
    return out


def default_padding(payload, align=4):
    """RFC 4303 section 2.4: 1, 2, 3 and so on, up to a boundary of 4 octets or a block."""
    return bytes(range(1, -(len(payload) + 2) % align + 1))


class Sa:
    """One ESP SA with AES-GCM and a 16-octet ICV, as its peer has it."""

    def __init__(self, spi, src='10.9.0.1', dst='10.9.0.2', key=None, salt=None, tunnel=False):
        self.spi = spi
        self.src = src
        self.dst = dst
        self.key = os.urandom(16) if key is None else key
        self.salt = os.urandom(4) if salt is None else salt
        self.tunnel = tunnel
        self.cipher = AESGCM(self.key)
        self.seq = 0

    iv_len, align = 8, 4
    wire_proto = ESP

    def cipher_values(self):
        """As a request has it."""
        return {'aead': {'name': 'rfc4106(gcm(aes))', 'key': self.key + self.salt, 'icv-bits': 128}}

    def seal_plain(self, seq, plain, iv=None):
        """ESP around octets that are encrypted as they are, trailer included."""
        iv = struct.pack('>Q', seq) if iv is None else iv
        aad = struct.pack('>II', self.spi, seq)
        return aad + iv + self.cipher.encrypt(self.salt + iv, plain, aad)

    def seal(self, seq, payload, next_header, iv=None, padding=None):
        padding = default_padding(payload, self.align) if padding is None else padding
        return self.seal_plain(seq, payload + padding + bytes([len(padding), next_header]), iv)

    def open_plain(self, esp):
        """What was encrypted, with its trailer; None if it is not authentic."""
        try:
            return self.cipher.decrypt(self.salt + esp[8:16], esp[16:], esp[:8])
        except InvalidTag:
            return None

    def carry(self, esp, **header):
        """The IPv4 packet around ESP."""
        return ip4(self.src, self.dst, ESP, esp, **header)

    def packet(self, seq, payload, next_header, **header):
        return self.carry(self.seal(seq, payload, next_header), **header)

    def next(self):
        self.seq += 1
        return self.seq


class CbcSa(Sa):
    """One ESP SA with AES-CBC and HMAC-SHA2."""

    iv_len, align = 16, 16

    def __init__(self, *args, auth, auth_key, icv_len, **other):
        super().__init__(*args, **other)
        self.auth, self.auth_key, self.icv_len = auth, auth_key, icv_len

    def cipher_values(self):
        return {'enc': {'name': 'cbc(aes)', 'key': self.key},
                'auth': {'name': f'hmac({self.auth})', 'key': self.auth_key,
                         'icv-bits': self.icv_len * 8}}

    def icv(self, octets):
        return hmac.digest(self.auth_key, octets, self.auth)[:self.icv_len]

    def seal_plain(self, seq, plain, iv=None):
        iv = os.urandom(16) if iv is None else iv
        cipher = Cipher(AES(self.key), CBC(iv)).encryptor()
        esp = struct.pack('>II', self.spi, seq) + iv + cipher.update(plain) + cipher.finalize()
        return esp + self.icv(esp)

    def open_plain(self, esp):
        octets, icv = esp[:-self.icv_len], esp[-self.icv_len:]
        if not hmac.compare_digest(icv, self.icv(octets)):
            return None
        cipher = Cipher(AES(self.key), CBC(octets[8:24])).decryptor()
        return cipher.update(octets[24:]) + cipher.finalize()
