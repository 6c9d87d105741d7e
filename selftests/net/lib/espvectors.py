# SPDX-License-Identifier: GPL-2.0-only
"""The tests of vectors.sh: ESP packets that others have made, octet for octet."""

import contextlib
import copy
import itertools
import socket
import subprocess

from esplab import (BEACON, FWD, HOST, IN, PEER, Skip, arrived, equal, inside, oracle, selector,
                    serve, until)
from espout import Sender
from espwire import (ESP, IPIP, TEST, CcmSa, ChaChaSa, GmacSa, PairSa, Sa, ip4, payload_of, set_octets,
                     with_checksum)
from espwire6 import upper

ICMP = 1
DRAFT = 'esp-ah/draft_mcgrew_gcm_esp.dev.json'
LINUX = 'esp-ah/linux_xfrm.dev.json'
DPDK = 'esp-ah/dpdk_ipsec.dev.json'
RFC3602 = 'esp-ah/rfc3602_esp_aes_cbc.json'
RFC7634 = 'esp-ah/rfc7634_esp_chacha20.json'
CAPTURED = 'esp-ah/captured_esp_packets.json'
AEADS = {'aes-gcm': Sa, 'aes-ccm': CcmSa, 'aes-gmac': GmacSa, 'chacha20-poly1305': ChaChaSa}


def ends(packet):
    """Source and destination of an IP packet."""
    if packet[0] >> 4 == 6:
        return tuple(socket.inet_ntop(socket.AF_INET6, packet[at:at + 16]) for at in (8, 24))
    return tuple(socket.inet_ntoa(packet[at:at + 4]) for at in (12, 16))


class Vector:
    """One packet: the SA's parameters, the packet and what is in it."""

    def __init__(self, name, given, frame, packet, content, tunnel):
        self.name = name
        self.parts = []
        self.seq = frame['seq'] + ((frame.get('seq_hi') or 0) << 32)
        self.packet = bytes.fromhex(packet)
        self.content = bytes.fromhex(content)
        self.next_header = frame['next_header']
        self.pad_len = frame['pad_len']
        self.esp = upper(self.packet)[1]
        src, dst = ends(self.packet)
        common = {'src': src, 'dst': dst,
                  'key': bytes.fromhex(given['encr_key']), 'salt': bytes.fromhex(given['salt']),
                  'tunnel': tunnel, 'icv_len': given['icv_len'],
                  'esn': given.get('esn', False), 'start': self.seq - 1 if given.get('esn') else 0}
        spi = int(given['spi'], 16)
        if given['encr'] in AEADS:
            self.sa = AEADS[given['encr']](spi, **common)
        else:
            self.sa = PairSa(spi, enc=given['encr'], auth=given['integ'],
                             auth_key=bytes.fromhex(given['integ_key']), **common)

    def clear(self):
        """The packet that comes out."""
        if self.sa.tunnel:
            return self.content
        header = set_octets(self.packet[:20], 2, (20 + len(self.content)).to_bytes(2, 'big'))
        return with_checksum(set_octets(header, 9, bytes([self.next_header]))) + self.content


def ours(given):
    """Of what espah does: ESP with integrity, without UDP."""
    if given.get('encap') or given.get('udp_encap') or given.get('protocol', 'esp') != 'esp':
        return False
    return given['encr'] in AEADS or (given['encr'] in PairSa.ciphers
                                      and given['integ'] in PairSa.macs)


def some(vectors):
    """Those of the vectors that may be on a wire: SPIs below 256 are reserved."""
    vectors = [vector for vector in vectors if vector.sa.spi >= 256]
    if not vectors:
        raise Skip('no oracles of this kind')
    return vectors


def draft(esn):
    """Packets of draft-mcgrew-gcm-test: ESP alone, and their next header says ICMP."""
    for given in oracle(DRAFT)['vectors']:
        if ours(given) and given['esn'] == esn:
            packet = ip4(PEER, HOST, ESP, bytes.fromhex(given['esp'])).hex()
            yield Vector(given['id'], given, given, packet, given['payload'], False)


def linux(mode, esn=False, family=4):
    """Packets of mainline Linux."""
    for case in oracle(LINUX)['cases']:
        sas = {sa['spi']: sa for sa in case['sas']
               if case['family'] == family and ours(sa) and sa['esn'] == esn and sa['mode'] == mode}
        for frame in case['frames']:
            sa = sas.get(frame.get('spi'))
            # A fragment cannot be decoded alone, and what is in AH is not ours alone.
            if sa and not frame.get('fragment') and upper(bytes.fromhex(frame['ip_packet']))[0] == ESP:
                yield Vector(f'{case["name"]} frame {frame["frame"]}', sa, frame,
                             frame['ip_packet'], frame['payload'], sa['mode'] == 'tunnel')


def dpdk(outer='ipv4'):
    """Packets of DPDK's tests."""
    for given in oracle(DPDK)['vectors']:
        if ours(given) and given['outer'] == outer and not given['esn']:
            yield Vector(given['name'], given, given, given['protected'], given['plain'],
                         given['mode'] == 'tunnel')


def rfc7634():
    for given in oracle(RFC7634)['vectors']:
        packet = given['outer_ip_header'] + given['esp']
        yield Vector(given['id'], given, given, packet, given['plain_packet'], True)


def captured():
    """Packets of FreeS/WAN and others."""
    for given in oracle(CAPTURED)['packets']:
        if ours(given):
            yield Vector(f'{given["capture"]} frame {given["frame"]}', {'salt': '', **given}, given,
                         given['ip_packet'], given['payload'], given['mode'] == 'tunnel')


def with_integrity(given, packet):
    """A vector that has none, with an ICV of ours behind: espah has no encryption without."""
    key = bytes(range(32))
    packet = bytes.fromhex(packet)
    sa = PairSa(0, enc=given['encr'], auth='hmac-sha256', auth_key=key, icv_len=16)
    size = (len(packet) + 16).to_bytes(2, 'big')
    packet = with_checksum(set_octets(packet[:20], 2, size)) + packet[20:]
    return ({'salt': '', **given, 'integ': 'hmac-sha256', 'integ_key': key.hex(), 'icv_len': 16},
            (packet + sa.icv(packet[20:])).hex())


def without_integrity():
    """RFC 3602 section 4, and what of DPDK's has none."""
    for given in oracle(RFC3602)['vectors']:
        more, packet = with_integrity(given, ip4(PEER, HOST, ESP, bytes.fromhex(given['esp'])).hex())
        yield Vector(given['id'], more, given, packet, given['plain_payload'],
                     given['mode'] == 'tunnel')
    for given in oracle(DPDK)['vectors']:
        if given['encr'] in PairSa.ciphers and given['integ'] == 'none':
            more, packet = with_integrity(given, given['protected'])
            yield Vector(given['name'], more, given, packet, given['plain'], given['mode'] == 'tunnel')


def joined(parts):
    """The IPv4 packet that fragments are of."""
    parts = sorted(parts, key=lambda part: int.from_bytes(part[6:8], 'big') & 0x1fff)
    payload = b''.join(payload_of(part) for part in parts)
    header = set_octets(parts[0][:20], 2, (20 + len(payload)).to_bytes(2, 'big'))
    return with_checksum(set_octets(header, 6, b'\0\0')) + payload


def in_fragments():
    """Mainline's packets that were fragmented after ESP, each with its fragments."""
    for case in oracle(LINUX)['cases']:
        found = {}
        for frame in case['frames']:
            if frame.get('fragment'):
                part = bytes.fromhex(frame['ip_packet'])
                found.setdefault((part[12:20], part[4:6]), []).append(part)
        for parts in found.values():
            packet = joined(parts)
            esp = payload_of(packet)
            given = next(sa for sa in case['sas'] if int(sa['spi'], 16) == int.from_bytes(esp[:4], 'big'))
            plain = PairSa(0, enc=given['encr'], auth=given['integ'], icv_len=given['icv_len'], salt=b'',
                           auth_key=bytes.fromhex(given['integ_key']),
                           key=bytes.fromhex(given['encr_key'])).open_plain(esp)
            frame = {'seq': int.from_bytes(esp[4:8], 'big'), 'pad_len': plain[-2], 'next_header': plain[-1]}
            vector = Vector(f'{case["name"]} number {frame["seq"]}', given, frame, packet.hex(),
                            plain[:-2 - plain[-2]].hex(), given['mode'] == 'tunnel')
            vector.parts = parts
            yield vector


def all_vectors():
    return [vector for vectors in (draft(False), linux('tunnel'), linux('transport'), dpdk(),
                                   rfc7634(), captured(), without_integrity())
            for vector in vectors]


def is_here(lab, addr):
    """Whether packets to an IPv6 address are the host's: the kernel takes its time to have it so."""
    with inside(lab.host_ns), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect((addr, 9))
        except OSError:
            return False
        return sock.getsockname()[0] == addr


@contextlib.contextmanager
def address(lab, addr):
    """The host owns the address for as long."""
    words = [addr + ('/128' if ':' in addr else '/32'), 'dev', 'lo']
    if addr == HOST:
        yield
        return
    with inside(lab.host_ns):
        subprocess.run(['ip', 'addr', 'add', *words], check=True)
        if ':' in addr:
            until(lambda: is_here(lab, addr), addr)
        try:
            yield
        finally:
            subprocess.run(['ip', 'addr', 'del', *words[:3]], check=True)


def receive(lab, vectors):
    """Put each packet on the wire and see what comes out of it."""
    for dst in sorted({vector.sa.dst for vector in vectors}):
        with address(lab, dst):
            receive_at(lab, [vector for vector in vectors if vector.sa.dst == dst])


def receive_modes(lab, *lists):
    """Transport mode, which the policies of tunnels would refuse, and then tunnels."""
    for vectors in lists:
        receive(lab, [vector for vector in vectors if not vector.sa.tunnel])
    tunnels(lab)
    for vectors in lists:
        receive(lab, [vector for vector in vectors if vector.sa.tunnel])


def receive_at(lab, vectors):
    tap, icmp = lab.tap(lab.host_ns), lab.listen(ICMP)
    for _, group in itertools.groupby(vectors, lambda vector: (vector.sa.spi, vector.sa.key)):
        group = list(group)
        lab.add_sa(group[0].sa, reqid=2)
        for vector in group:
            receive_one(lab, vector, tap, icmp)
        lab.del_sa(group[0].sa)


def receive_one(lab, vector, tap, icmp):
    packets = vector.parts or [vector.packet]
    equal(lab.exchange(packets)[1], {'in-ok': 1}, f'{vector.name}: counters')
    if vector.sa.tunnel:
        seen = [packet for packet in arrived(tap) if packet[9] != ESP
                and packet[12:16] != socket.inet_aton(BEACON)]
    else:
        equal(vector.next_header, ICMP, f'{vector.name}: next header')
        seen = arrived(icmp)
    equal([packet.hex() for packet in seen], [vector.clear().hex()],
          f'{vector.name}: what came out')
    equal(lab.exchange(packets)[1], {'in-replay-dup': 1}, f'{vector.name}: again')
    arrived(tap)


def tunnels(lab):
    """Let tunnels between any ends carry anything."""
    for dir_ in (IN, FWD):
        lab.add_policy(dir_, Sa(1, '0.0.0.0', '0.0.0.0', tunnel=True), selector(), priority=9,
                       reqid=2)


def test_own_implementation(_lab):
    """What we compare with writes all these packets itself, padding included."""
    vectors = [*all_vectors(), *draft(True), *linux('tunnel', esn=True), *in_fragments(),
               *linux('tunnel', family=6), *linux('transport', family=6), *dpdk('ipv6')]
    known = {vector.sa.name for vector in vectors} | {
        vector.sa.macs[vector.sa.auth] for vector in vectors if isinstance(vector.sa, PairSa)}
    equal(known, {'rfc4106(gcm(aes))', 'rfc4309(ccm(aes))', 'rfc4543(gcm(aes))',
                  'rfc7539esp(chacha20,poly1305)', 'cbc(aes)', 'rfc3686(ctr(aes))',
                  'cbc(des3_ede)', 'ecb(cipher_null)', 'cbc(des)', 'hmac(md5)', 'hmac(sha1)',
                  'hmac(sha256)', 'hmac(sha384)', 'hmac(sha512)', 'xcbc(aes)'},
          'algorithms that others have vectors of')
    for name in 'rfc4106(gcm(aes))', 'cbc(aes)':
        some_of_it = [vector for vector in all_vectors() if vector.sa.name == name]
        equal(len(some_of_it) > 20, True, f'{len(some_of_it)} vectors of {name} are enough')
    for vector in vectors:
        padding = bytes(range(1, vector.pad_len + 1))
        equal(vector.sa.seal(vector.seq, vector.content, vector.next_header, vector.esp[8:8 + vector.sa.iv_len],
                             padding).hex(), vector.esp.hex(), vector.name)


def test_draft_mcgrew(lab):
    receive(lab, some(draft(False)))


def test_reserved_spis(lab):
    """RFC 4303 section 2.1: SPI 0 is not for the wire, and up to 255 all are reserved."""
    reserved = [vector for vector in all_vectors() if vector.sa.spi < 256]
    for vector in reserved:
        equal(bool(lab.try_sa(vector.sa)), True, f'{vector.name}: espah refuses the SA')
        with address(lab, vector.sa.dst):
            lab.expect([vector.packet], {'in-unknown-spi' if vector.sa.spi else 'in-spi-zero': 1},
                       vector.name)


def test_draft_mcgrew_esn(lab):
    """The high half is in the ICV alone; one of them has a low half of 0."""
    for vector in some(draft(True)):
        receive(lab, [vector])


def test_wrong_high_half(lab):
    """A packet of 2^32 numbers before, or of as many after."""
    for vector in some(draft(True)):
        for by in -1, 1:
            if not 0 < vector.seq + (by << 32) < 1 << 63:
                continue
            sa = copy.copy(vector.sa)
            sa.start = vector.seq + (by << 32) - 1
            lab.add_sa(sa)
            lab.expect([vector.packet], {'in-icv': 1}, f'{vector.name}: {by}')
            lab.del_sa(sa)


def test_esn_without(lab):
    """Packets with extended numbers under an SA without: their ICV covers more."""
    for vector in some(draft(True)):
        seq = int.from_bytes(vector.esp[4:8], 'big')
        vector.sa.esn, vector.sa.start = False, 0
        lab.add_sa(vector.sa, window=64 if seq else 0)
        lab.expect([vector.packet], {'in-icv': 1}, vector.name)
        lab.del_sa(vector.sa)


def test_linux_tunnel(lab):
    tunnels(lab)
    receive(lab, some(linux('tunnel')))


def test_linux_esn(lab):
    """Over 2^32, with encryption and integrity in one and apart."""
    tunnels(lab)
    receive(lab, some(linux('tunnel', esn=True)))


def test_linux_transport(lab):
    receive(lab, some(linux('transport')))


def test_dpdk(lab):
    tunnels(lab)
    receive(lab, some(dpdk()))


def test_without_integrity(lab):
    """Their encryption, IV and padding, and an ICV of ours."""
    vectors = list(without_integrity())
    equal(len(vectors), 5, 'vectors')
    receive_modes(lab, vectors)


def test_in_fragments(lab):
    """In order, and the other way round."""
    vectors, turned = list(in_fragments()), list(in_fragments())
    equal(len(vectors) > 6, True, f'{len(vectors)} packets')
    for vector in turned:
        vector.parts.reverse()
    receive_modes(lab, vectors, turned)


def test_rfc7634(lab):
    tunnels(lab)
    receive(lab, some(rfc7634()))


def test_captured(lab):
    tunnels(lab)
    receive(lab, some(captured()))


def changed_somewhere(vector):
    """The packet with one octet changed, once in each part."""
    for at in (0, 7, 8, 15, 16, len(vector.esp) - 17, len(vector.esp) - 1):
        yield vector.packet[:20] + set_octets(vector.esp, at, bytes([vector.esp[at] ^ 0x10]))


def test_changed_vectors(lab):
    """The same packets with an octet changed are not taken."""
    tunnels(lab)
    vectors = some(all_vectors())
    for dst in sorted({vector.sa.dst for vector in vectors}):
        with address(lab, dst):
            for vector in (vector for vector in vectors if vector.sa.dst == dst):
                lab.add_sa(vector.sa, reqid=2, window=0)
                spi, *others = changed_somewhere(vector)
                lab.expect([spi], {'in-unknown-spi': 1}, f'{vector.name}: SPI')
                lab.expect(others, {'in-icv': len(others)}, f'{vector.name}: an octet')
                lab.del_sa(vector.sa)


def contents(vectors):
    """The whole IPv4 packets in the vectors, each once, with its vector.

    A raw socket fills an identification of 0 in, and would send others.
    """
    seen = set()
    for vector in vectors:
        inner = vector.content
        if inner[0] == 0x45 and int.from_bytes(inner[2:4], 'big') == len(inner) \
                and any(inner[4:6]) and inner not in seen:
            seen.add(inner)
            yield vector, inner


@contextlib.contextmanager
def default_route(lab):
    with inside(lab.host_ns):
        subprocess.run(['ip', 'route', 'add', 'default', 'via', PEER], check=True)
        try:
            yield
        finally:
            subprocess.run(['ip', 'route', 'del', 'default'], check=True)


def send(lab, vector, packets, tunnel, sel, kind=Sender):
    """Have espah protect packets with a vector's key; compare the wire's octets."""
    lab.counters()
    # The draft's SPI 0 and the reserved ones are not for a wire.
    sa = copy.copy(vector.sa)
    sa.spi, sa.tunnel = max(sa.spi, 0x100), tunnel
    sender = kind(lab, sa, sel)
    for packet in packets:
        sender.check(packet, sender.protect(packet))
    sender.done()
    sender.stop()


def test_sent_in_tunnel(lab):
    """Every vector's content and key, three times: header, padding, trailer, ICV."""
    with default_route(lab):
        for vector, inner in contents(all_vectors()):
            dst = socket.inet_ntoa(inner[16:20])
            send(lab, vector, [inner] * 3, True, selector(dst=dst))


def test_sent_in_transport(lab):
    """The contents of transport mode, as ICMP."""
    for vector in some(linux('transport')):
        packets = [ip4(HOST, PEER, ICMP, vector.content, tos=n) for n in (0, 0xb8)]
        send(lab, vector, packets, False, selector(HOST, PEER, ICMP))


def test_sent_esn(lab):
    """Over 2^32, each algorithm once."""
    with default_route(lab):
        first = [vector for vector in linux('tunnel', esn=True) if vector.seq == 0xfffffffe]
        for vector, inner in contents(first):
            dst = socket.inet_ntoa(inner[16:20])
            send(lab, vector, [inner] * 4, True, selector(dst=dst))


def test_keys_of_any_length(lab):
    """RFC 2451 section 2.2: a key for CAST-128 that is short counts as one with zeros behind."""
    for enc, sizes in ('cast5-cbc', (5, 8, 10, 11, 15, 16)), ('blowfish-cbc', (5, 16, 55, 56)):
        for size in sizes:
            sa = lab.add_sa(PairSa(0x1000, enc=enc, auth='hmac-sha256', auth_key=bytes(range(32)),
                                   key=bytes(range(1, size + 1)), salt=b''))
            clear = ip4(PEER, HOST, TEST, bytes(range(100)))
            lab.expect([sa.packet(1, payload_of(clear), TEST)], {'in-ok': 1}, f'{enc}, {size}',
                       [clear])
            lab.del_sa(sa)


def test_inner_next_header(lab):
    """The draft's packets under a tunnel: they are IPv4 but do not say so."""
    for vector in some(draft(False)):
        equal(vector.next_header != IPIP, True, 'next header')
        vector.sa.tunnel = True
        lab.add_sa(vector.sa)
        lab.expect([vector.packet], {'in-next-header': 1}, vector.name)
        lab.del_sa(vector.sa)


if __name__ == '__main__':
    serve(globals())
