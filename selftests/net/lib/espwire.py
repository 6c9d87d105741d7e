# SPDX-License-Identifier: GPL-2.0-only
"""Packets, octet by octet: IPv4, and ESP and AH with the algorithms that espah has."""

import hmac
import os
import socket
import struct
import warnings

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.ciphers.algorithms import AES, Camellia, TripleDES
from cryptography.hazmat.primitives.ciphers.modes import CBC, CTR, ECB, GCM
from cryptography.hazmat.primitives.cmac import CMAC

with warnings.catch_warnings():
    # That they are old is why they are here.
    warnings.simplefilter('ignore')
    from cryptography.hazmat.primitives.ciphers.algorithms import CAST5, Blowfish

ESP = 50
AH = 51
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


def xcbc(key, octets):
    """RFC 3566: AES-XCBC-MAC."""
    def encrypt(key, block):
        cipher = Cipher(AES(key), ECB()).encryptor()
        return cipher.update(block) + cipher.finalize()

    def xor(one, two):
        return bytes(a ^ b for a, b in zip(one, two))

    one, two, three = (encrypt(key, bytes([n]) * 16) for n in (1, 2, 3))
    blocks = [octets[at:at + 16] for at in range(0, len(octets), 16)] or [b'']
    state = bytes(16)
    for block in blocks[:-1]:
        state = encrypt(one, xor(state, block))
    last = blocks[-1]
    if len(last) == 16:
        return encrypt(one, xor(xor(last, two), state))
    return encrypt(one, xor(xor((last + b'\x80').ljust(16, b'\0'), three), state))


def cmac(key, octets):
    """RFC 4493."""
    mac = CMAC(AES(key))
    mac.update(octets)
    return mac.finalize()


class Sa:
    """One ESP SA with AES-GCM, as its peer has it."""

    name = 'rfc4106(gcm(aes))'
    salt_len, iv_len, align = 4, 8, 4
    chains = False
    proto = wire_proto = ESP

    def __init__(self, spi, src='10.9.0.1', dst='10.9.0.2', key=None, salt=None, tunnel=False,
                 icv_len=16, esn=False, start=0, iiv=False):
        """start: the number before the first one."""
        self.spi = spi
        self.src = src
        self.dst = dst
        self.key = os.urandom(16) if key is None else key
        self.salt = os.urandom(self.salt_len) if salt is None else salt
        self.tunnel = tunnel
        self.icv_len = icv_len
        self.esn, self.start = esn, start
        # RFC 8750: the IV is the number, and not in the packet.
        self.iiv = iiv
        if iiv:
            self.iv_len = 0
        self.seq = 0

    def head(self, seq):
        """What the packet begins with, and what of that is authenticated."""
        wire = struct.pack('>II', self.spi, seq & 0xffffffff)
        return wire, struct.pack('>IQ', self.spi, seq) if self.esn else wire

    def cipher_values(self):
        """As a request has it."""
        return {'aead': {'name': self.name, 'key': self.key + self.salt,
                         'icv-bits': 8 * self.icv_len}}

    def encrypt(self, iv, plain, aad):
        """With the tag behind it."""
        return AESGCM(self.key).encrypt(self.salt + iv, plain, aad)[:len(plain) + self.icv_len]

    def decrypt(self, iv, text, aad):
        tag = text[-self.icv_len:]
        cipher = Cipher(AES(self.key), GCM(self.salt + iv, tag, self.icv_len)).decryptor()
        cipher.authenticate_additional_data(aad)
        return cipher.update(text[:-self.icv_len]) + cipher.finalize()

    def seal_plain(self, seq, plain, iv=None):
        """ESP around octets that are encrypted as they are, trailer included."""
        wire, aad = self.head(seq)
        if self.iiv:
            return wire + self.encrypt(struct.pack('>Q', seq), plain, aad)
        iv = struct.pack('>Q', seq) if iv is None else iv
        return wire + iv + self.encrypt(iv, plain, aad)

    def seal(self, seq, payload, next_header, iv=None, padding=None):
        padding = default_padding(payload, self.align) if padding is None else padding
        return self.seal_plain(seq, payload + padding + bytes([len(padding), next_header]), iv)

    def open_plain(self, esp):
        """What was encrypted, with its trailer; None if it is not authentic."""
        try:
            return self.decrypt(esp[8:16], esp[16:], esp[:8])
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


class CcmSa(Sa):
    """RFC 4309."""

    name = 'rfc4309(ccm(aes))'
    salt_len = 3

    def encrypt(self, iv, plain, aad):
        return AESCCM(self.key, self.icv_len).encrypt(self.salt + iv, plain, aad)

    def decrypt(self, iv, text, aad):
        return AESCCM(self.key, self.icv_len).decrypt(self.salt + iv, text, aad)


class ChaChaSa(Sa):
    """RFC 7634."""

    name = 'rfc7539esp(chacha20,poly1305)'

    def encrypt(self, iv, plain, aad):
        return ChaCha20Poly1305(self.key).encrypt(self.salt + iv, plain, aad)

    def decrypt(self, iv, text, aad):
        return ChaCha20Poly1305(self.key).decrypt(self.salt + iv, text, aad)


class GmacSa(Sa):
    """RFC 4543: nothing is encrypted, and the ICV covers the IV as well."""

    name = 'rfc4543(gcm(aes))'

    def encrypt(self, iv, plain, aad):
        return plain + AESGCM(self.key).encrypt(self.salt + iv, b'', aad + iv + plain)

    def decrypt(self, iv, text, aad):
        plain, tag = text[:-16], text[-16:]
        AESGCM(self.key).decrypt(self.salt + iv, tag, aad + iv + plain)
        return plain


class PairSa(Sa):
    """One ESP SA with encryption and integrity apart."""

    # Name, octets of IV, what the plain text is a multiple of.
    ciphers = {
        'aes-cbc': ('cbc(aes)', 16, 16),
        'aes-ctr': ('rfc3686(ctr(aes))', 8, 4),
        'camellia-cbc': ('cbc(camellia)', 16, 16),
        '3des-cbc': ('cbc(des3_ede)', 8, 8),
        'des-cbc': ('cbc(des)', 8, 8),
        'blowfish-cbc': ('cbc(blowfish)', 8, 8),
        'cast5-cbc': ('cbc(cast5)', 8, 8),
        'null': ('ecb(cipher_null)', 0, 4),
    }
    macs = {
        'hmac-md5': 'hmac(md5)', 'hmac-sha1': 'hmac(sha1)', 'hmac-sha256': 'hmac(sha256)',
        'hmac-sha384': 'hmac(sha384)', 'hmac-sha512': 'hmac(sha512)', 'xcbc': 'xcbc(aes)',
        'cmac': 'cmac(aes)',
    }

    def __init__(self, *args, enc, auth, auth_key, **other):
        super().__init__(*args, **other)
        self.enc, self.auth, self.auth_key = enc, auth, auth_key
        self.name, self.iv_len, self.align = self.ciphers[enc]
        self.chains = enc.endswith('-cbc')

    def cipher_values(self):
        return {'enc': {'name': self.name, 'key': self.key + self.salt},
                'auth': {'name': self.macs[self.auth], 'key': self.auth_key,
                         'icv-bits': self.icv_len * 8}}

    def icv(self, octets):
        if self.auth == 'xcbc':
            mac = xcbc(self.auth_key, octets)
        elif self.auth == 'cmac':
            mac = cmac(self.auth_key, octets)
        else:
            mac = hmac.digest(self.auth_key, octets, self.auth.removeprefix('hmac-'))
        return mac[:self.icv_len]

    def cipher(self, iv):
        if self.enc == 'aes-ctr':
            # RFC 3686 section 4.
            return Cipher(AES(self.key), CTR(self.salt + iv + b'\0\0\0\1'))
        kind = {'aes-cbc': AES, 'camellia-cbc': Camellia, 'blowfish-cbc': Blowfish,
                'cast5-cbc': CAST5}.get(self.enc, TripleDES)
        return Cipher(kind(self.key), CBC(iv))

    def run(self, way, iv, octets):
        if self.enc == 'null':
            return octets
        cipher = getattr(self.cipher(iv), way)()
        return cipher.update(octets) + cipher.finalize()

    def seal_plain(self, seq, plain, iv=None):
        iv = os.urandom(self.iv_len) if iv is None else iv
        esp = self.head(seq)[0] + iv + self.run('encryptor', iv, plain)
        # RFC 4303 section 2.2.1: the high half goes behind all else.
        return esp + self.icv(esp + (struct.pack('>I', seq >> 32) if self.esn else b''))

    def open_plain(self, esp):
        octets, icv = esp[:-self.icv_len], esp[-self.icv_len:]
        if not hmac.compare_digest(icv, self.icv(octets)):
            return None
        text = 8 + self.iv_len
        return self.run('decryptor', octets[8:text], octets[text:])


# RFC 4302 appendix A1: options that are covered as they are.
IMMUTABLE = (130, 133, 134, 148, 149)
SOURCE_ROUTES = (131, 137)


def covered(header):
    """An IPv4 header as AH's ICV covers it (RFC 4302 section 3.3.3.1.1)."""
    out = bytearray(header)
    out[1] = out[8] = 0
    out[6:8] = out[10:12] = b'\0\0'
    at = 20
    while at < len(out) and out[at] != 0:
        if out[at] == 1:
            at += 1
            continue
        kind, size = out[at], out[at + 1]
        if kind in SOURCE_ROUTES and out[at + 2] + 3 <= size:
            out[16:20] = out[at + size - 4:at + size]
        if kind not in IMMUTABLE:
            out[at:at + size] = bytes(size)
        at += size
    return bytes(out)


class AhSa(PairSa):
    """One AH SA with a keyed hash, as its peer has it."""

    proto = wire_proto = AH
    iv_len = 0

    def __init__(self, *args, auth='hmac-sha256', auth_key=None, align=8, **other):
        """align: of the AH header."""
        super().__init__(*args, enc='null', auth=auth, key=b'', salt=b'',
                         auth_key=os.urandom(32) if auth_key is None else auth_key, **other)
        self.iv_len, self.align = 0, align

    def cipher_values(self):
        values = {'auth': super().cipher_values()['auth']}
        if self.align == 4:
            values['flags'] = 2 | self.esn
        return values

    def mac(self, octets, _iv):
        return self.icv(octets)

    def header(self, seq, next_header, iv=b'', padding=None):
        """AH with an ICV of zeros, and where that is."""
        size = 12 + self.iv_len + self.icv_len
        padding = bytes(-size % self.align) if padding is None else padding
        words = (size + len(padding)) // 4 - 2
        return (struct.pack('>BBHII', next_header, words, 0, self.spi, seq & 0xffffffff) + iv
                + bytes(self.icv_len) + padding)

    def protect(self, seq, header, payload, next_header, iv=b'', padding=None):
        """The packet with AH behind an IPv4 header, whose length and protocol are put right."""
        ah = self.header(seq, next_header, iv, padding)
        header = set_octets(header, 2, struct.pack('>H', len(header) + len(ah) + len(payload)))
        header = with_checksum(set_octets(header, 9, bytes([AH])))
        high = struct.pack('>I', seq >> 32) if self.esn else b''
        icv = self.mac(covered(header) + ah + payload + high, iv)
        return header + set_octets(ah, 12 + self.iv_len, icv) + payload

    def packet(self, seq, payload, next_header, **header):
        return self.protect(seq, ip4(self.src, self.dst, AH, **header), payload, next_header,
                            struct.pack('>Q', seq)[:self.iv_len])


class AhGmacSa(AhSa):
    """RFC 4543 section 4."""

    name = 'rfc4543(gcm(aes))'

    def __init__(self, *args, key=None, salt=None, **other):
        super().__init__(*args, align=4, **other)
        self.name = AhGmacSa.name
        self.iv_len = 8
        self.key = os.urandom(16) if key is None else key
        self.salt = os.urandom(4) if salt is None else salt

    def cipher_values(self):
        return Sa.cipher_values(self)

    def mac(self, octets, iv):
        return AESGCM(self.key).encrypt(self.salt + iv, b'', octets)
