# SPDX-License-Identifier: GPL-2.0-only
"""The tests of natt.sh: ESP in UDP (RFC 3948)."""

import socket
import struct

from esplab import HOST, IN, PEER, equal, inside, oracle, selector, serve, until
from espout import Sender
from espvectors import CAPTURED, LINUX, Vector, address, ours, tunnels
from espwire import Sa, checksum, ip4, payload_of
from genl import UAPI, attributes
from genl_espah import must
from genl_events import Ear

UDP = 17
PORT = 4500
UDP_ENCAP, UDP_ENCAP_ESPINUDP = 100, 2


def in_udp(sa, payload, sport=PORT, dport=PORT, src=None, check=0):
    """A datagram of an SA's ends."""
    header = struct.pack('>4H', sport, dport, 8 + len(payload), check)
    return ip4(src or sa.src, sa.dst, UDP, header + payload)


class UdpSa(Sa):
    """An SA whose packets are in UDP."""

    ports = PORT, PORT
    wire_proto = UDP

    def cipher_values(self):
        return {**super().cipher_values(), 'encap-sport': self.ports[0],
                'encap-dport': self.ports[1]}

    def carry(self, esp, **header):
        return in_udp(self, esp, *self.ports, **header)


def door(lab, port=PORT, encap=True):
    """The socket that a key daemon has."""
    with inside(lab.host_ns):
        sock = lab.open(socket.AF_INET, socket.SOCK_DGRAM, 0)
    sock.bind(('0.0.0.0', port))
    if encap:
        sock.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
    return sock


def linux():
    """Mainline's packets in UDP."""
    for case in oracle(LINUX)['cases']:
        sas = {sa['spi']: sa for sa in case['sas'] if case['family'] == 4 and sa['encap']
               and ours({**sa, 'encap': None})}
        for frame in case['frames']:
            sa = sas.get(frame.get('spi'))
            if sa and not frame.get('fragment'):
                yield Vector(f'{case["name"]} frame {frame["frame"]}', sa, frame,
                             frame['ip_packet'], frame['payload'], sa['mode'] == 'tunnel')


def captured():
    """FreeS/WAN's packets in UDP."""
    for given in oracle(CAPTURED)['packets']:
        if given['udp_encap'] and ours({**given, 'udp_encap': False}):
            yield Vector(f'{given["capture"]} frame {given["frame"]}', {'salt': '', **given}, given,
                         given['ip_packet'], given['payload'], given['mode'] == 'tunnel')


def test_linux_vectors(lab):
    vectors = list(linux())
    equal({vector.sa.name for vector in vectors},
          {'cbc(aes)', 'rfc4106(gcm(aes))', 'rfc7539esp(chacha20,poly1305)'}, 'algorithms')
    door(lab)
    take(lab, [vector for vector in vectors if not vector.sa.tunnel])
    tunnels(lab)
    take(lab, [vector for vector in vectors if vector.sa.tunnel])


def test_captured_vectors(lab):
    vectors = list(captured())
    equal(len(vectors), 8, 'vectors')
    door(lab)
    tunnels(lab)
    take(lab, vectors)


def take(lab, vectors):
    for vector in vectors:
        esp = vector.esp[8:]
        equal(vector.sa.seal(vector.seq, vector.content, vector.next_header,
                             esp[8:8 + vector.sa.iv_len], bytes(range(1, vector.pad_len + 1))).hex(),
              esp.hex(), f'{vector.name}: our own implementation')
        sport, dport = struct.unpack('>HH', vector.esp[:4])
        values = lab.sa_values(vector.sa, reqid=2)
        values.update({'encap-sport': sport, 'encap-dport': dport})
        with address(lab, vector.sa.dst):
            must(lab.client, 'SA_ADD', values)
            lab.expect([vector.packet], {'in-ok': 1}, vector.name)
            lab.expect([vector.packet], {'in-replay-dup': 1}, f'{vector.name}: again')
            lab.del_sa(vector.sa)


def test_ports_and_encapsulation_of_the_sa(lab):
    """What comes in another way than its SA says is not looked at."""
    for port in PORT, PORT + 1:
        door(lab, port)
    inner = ip4(PEER, HOST, 253, b'inside')
    lab.add_policy(IN, Sa(1, PEER, HOST, tunnel=True), selector(PEER, HOST, 253))
    bare, encapsulated = lab.add_sa(Sa(0x1000, tunnel=True)), lab.add_sa(UdpSa(0x2000, tunnel=True))
    esp = encapsulated.seal(1, inner, 4)
    lab.expect([in_udp(bare, bare.seal(1, inner, 4))], {'in-encap': 1}, 'in UDP without')
    lab.expect([Sa.carry(encapsulated, esp)], {'in-encap': 1}, 'bare with')
    lab.expect([in_udp(encapsulated, esp, dport=PORT + 1)], {'in-encap': 1}, 'to another port')
    lab.expect([in_udp(encapsulated, esp)], {'in-ok': 1}, 'as it should be', [inner])
    lab.expect([in_udp(encapsulated, esp)], {'in-replay-dup': 1}, 'again')
    short = in_udp(encapsulated, esp[:20])
    lab.expect([short], {'in-truncated': 1}, 'short')
    equal(lab.sa_figures(encapsulated)[2], {'in-encap': 2, 'in-replay-dup': 1, 'in-truncated': 1},
          'the SA says so too')
    larval = UdpSa(0x3000, tunnel=True)
    must(lab.client, 'SA_ALLOC_SPI', {'src': PEER, 'dst': HOST, 'proto': 50, 'mode': 1,
                                      'spi-min': larval.spi, 'spi-max': larval.spi})
    lab.expect([in_udp(larval, larval.seal(1, inner, 4))], {'in-larval': 1}, 'before its keys')


def test_clear_policy(lab):
    """Where all must be protected, only what is taken out of UDP passes."""
    sa = lab.add_sa(UdpSa(0x2000, tunnel=True))
    lab.add_policy(IN, sa, selector(PEER, HOST), priority=5)
    inner = ip4(PEER, HOST, 253, b'inside')
    plain = door(lab, encap=False)
    esp = sa.seal(1, inner, 4)
    lab.expect([in_udp(sa, esp)], {'in-clear': 1}, 'to a socket like any other')
    plain.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
    lab.expect([in_udp(sa, esp)], {'in-ok': 1}, 'to one that takes ESP out', [inner])
    unknown = b'\0\0\x33\x33' + esp[4:]
    lab.expect([in_udp(sa, unknown)], {'in-clear': 1}, 'an SPI of nobody')
    lab.expect([in_udp(sa, esp, dport=PORT + 1)], {'in-clear': 1}, 'another port')
    lab.expect([in_udp(sa, b'\0' * 4 + esp)], {'in-clear': 1}, 'not ESP')
    lab.expect([in_udp(sa, esp[:3]), in_udp(sa, b'\xff')], {'in-clear': 2}, 'too short')
    lab.expect([in_udp(sa, esp[:8])], {'in-clear': 1}, 'no more than a header, which is for IKE')
    bare = lab.add_sa(Sa(0x3000, tunnel=True))
    lab.expect([in_udp(bare, bare.seal(1, inner, 4))], {'in-clear': 1}, 'an SA without')
    # NAT has given the peer another port: it must get through to be told.
    lab.expect([in_udp(sa, sa.seal(2, inner, 4), sport=1025)], {'in-ok': 1}, 'from another port',
               [inner])


def udp_with_sum(src, dst, ports, payload):
    """A datagram and its sum, in place."""
    datagram = struct.pack('>4H', *ports, 8 + len(payload), 0) + payload
    pseudo = socket.inet_aton(src) + socket.inet_aton(dst) + struct.pack('>HH', UDP, len(datagram))
    total = checksum(pseudo + datagram)
    return datagram[:6] + struct.pack('>H', total) + datagram[8:], total


def test_checksum_behind_nat(lab):
    """RFC 3948 section 3.1.2: a checksum over the addresses before NAT does no harm."""
    door(lab)
    with inside(lab.host_ns):
        ear = lab.open(socket.AF_INET, socket.SOCK_DGRAM, 0)
    ear.bind((HOST, 4444))
    sa = lab.add_sa(UdpSa(0x2000))
    datagram, _ = udp_with_sum('192.168.0.7', HOST, (1, 4444), b'good')
    lab.expect([sa.packet(1, datagram, UDP)], {'in-ok': 1}, 'with a checksum')
    equal(ear.recv(100), b'good', 'what came')


class NatSa(UdpSa):
    """One whose peer has made checksums over other addresses."""

    left = '192.168.0.7', '10.77.0.9'

    def cipher_values(self):
        return {**super().cipher_values(), 'encap-oaddr': self.left[0], 'encap-odst': self.left[1]}


def test_checksum_is_repaired(lab):
    """RFC 3948 section 3.1.2: what is handed on has the checksum of the addresses that it has."""
    door(lab)
    ear = lab.listen(UDP)
    sa = lab.add_sa(NatSa(0x2000))
    for number, payload in enumerate((b'good', b'odd', bytes(1200)), 1):
        sent, _ = udp_with_sum(*sa.left, (1, 4444), payload)
        lab.expect([sa.packet(number, sent, UDP)], {'in-ok': 1}, 'with a checksum')
        came = next(packet for packet in iter(lambda: ear.recv(65536), None)
                    if packet[20:24] == sent[:4])
        equal(came[20:], udp_with_sum(PEER, HOST, (1, 4444), payload)[0], 'what came')


def test_outer_checksum(lab):
    """RFC 3948 section 2.1: 0 is usual, and a sum that is right will do; one that is wrong does not."""
    door(lab)
    sa = lab.add_sa(UdpSa(0x2000))
    esp = sa.seal(1, b'inside', 253)
    total = udp_with_sum(PEER, HOST, (PORT, PORT), esp)[1]
    lab.expect([in_udp(sa, esp, check=total ^ 1)], {}, 'a wrong sum')
    lab.expect([in_udp(sa, esp, check=total)], {'in-ok': 1}, 'a sum', [ip4(PEER, HOST, 253, b'inside')])


def test_checksum_in_a_tunnel(lab):
    """RFC 3948 section 3.1.2: NAT has not touched what is in a tunnel, so a sum has to be right."""
    door(lab)
    with inside(lab.host_ns):
        ear = lab.open(socket.AF_INET, socket.SOCK_DGRAM, 0)
    ear.bind((HOST, 4444))
    sa = lab.add_sa(UdpSa(0x2000, tunnel=True))
    lab.add_policy(IN, sa, selector(PEER, HOST))
    good, total = udp_with_sum(PEER, HOST, (1, 4444), b'good')
    bad = good[:6] + struct.pack('>H', total ^ 1) + b'evil'
    lab.expect([sa.packet(1, ip4(PEER, HOST, UDP, bad), 4), sa.packet(2, ip4(PEER, HOST, UDP, good), 4)],
               {'in-ok': 2}, 'datagrams')
    equal(ear.recv(100), b'good', 'what came')


def test_new_mapping_is_told(lab):
    """And only of packets that have proved themselves."""
    door(lab)
    sa = lab.add_sa(UdpSa(0x2000, tunnel=True), reqid=77)
    lab.add_policy(IN, sa, selector(PEER, HOST, 253), reqid=77)
    inner = ip4(PEER, HOST, 253, b'inside')
    with inside(lab.host_ns):
        ear = Ear()
    lab.expect([sa.packet(1, inner, 4)], {'in-ok': 1}, 'as before', [inner])
    forged = in_udp(sa, sa.seal(2, inner, 4)[:-1] + b'\0', sport=1025)
    lab.expect([forged], {'in-icv': 1}, 'forged')
    lab.expect([in_udp(sa, sa.seal(1, inner, 4), sport=1025)], {'in-replay-dup': 1}, 'replayed')
    moved = in_udp(sa, sa.seal(3, inner, 4), sport=1025, src='10.9.0.9')
    lab.expect([moved], {'in-ok': 1}, 'from elsewhere', [inner])
    lab.expect([in_udp(sa, sa.seal(4, inner, 4), sport=1025, src='10.9.0.9')], {'in-ok': 1},
               'and again', [inner])
    told = [event for event in ear.events() if event.cmd == UAPI['CMD_SA_MAPPING_NTF']]
    equal(len(told), 1, 'events')
    found = told[0].attrs
    equal([found[UAPI['SA_SRC']], found[UAPI['SA_ENCAP_SPORT']], found[UAPI['SA_ENCAP_DPORT']],
           found[UAPI['SA_SPI']], found[UAPI['SA_REQID']]],
          [socket.inet_aton('10.9.0.9'), struct.pack('>H', 1025), struct.pack('>H', PORT),
           struct.pack('>I', 0x2000), struct.pack('=I', 77)], 'what it says')


def mapped(lab, sa):
    """Where the peer of an SA is, if it is not where the SA says."""
    answer = must(lab.client, 'SA_GET', {'dst': sa.dst, 'proto': sa.proto, 'spi': sa.spi}).answers[0]
    found = dict(attributes(answer[4:]))
    return found.get(UAPI['SA_MAPPED_SRC']), found.get(UAPI['SA_MAPPED_SPORT'])


def test_mapping_is_told_again(lab):
    """As long as packets come from there; and the SA shows where the last one came from."""
    door(lab)
    sa = lab.add_sa(UdpSa(0x2100, tunnel=True))
    lab.add_policy(IN, sa, selector(PEER, HOST, 253))
    inner = ip4(PEER, HOST, 253, b'inside')
    with inside(lab.host_ns):
        ear = Ear()
    told = []

    def arrives(what, **header):
        lab.expect([in_udp(sa, sa.seal(sa.next(), inner, 4), **header)], {'in-ok': 1}, what, [inner])

    def is_told_again():
        arrives('from elsewhere', sport=1025, src='10.9.0.9')
        told.extend(event for event in ear.events() if event.cmd == UAPI['CMD_SA_MAPPING_NTF'])
        return len(told) > 1

    arrives('as before')
    equal(mapped(lab, sa), (None, None), 'where the peer is')
    until(is_told_again, 'the same event again')
    equal(told[1].attrs, told[0].attrs, 'what is told again')
    equal(sa.seq > 4, True, 'more packets than events')
    arrives('from elsewhere again', sport=1026, src='10.9.0.9')
    equal(mapped(lab, sa), (socket.inet_aton('10.9.0.9'), struct.pack('>H', 1026)), 'where the peer is now')
    arrives('from home')
    equal(mapped(lab, sa), (None, None), 'where the peer is in the end')


def test_sent(lab):
    """Ports, length, no checksum, no DF, and so no identification twice; what is in it is ESP as ever."""
    for tunnel in True, False:
        lab.counters()
        ours = UdpSa(0x4000, tunnel=tunnel)
        ours.ports = 4500, 61000
        sender = Sender(lab, ours, selector(HOST, PEER, 253))
        idents = set()
        for size in *range(34), 1000:
            clear = ip4(HOST, PEER, 253, bytes(size))
            got = sender.protect(clear)
            equal((got[9], got[6] & 0x40), (UDP, 0), 'protocol and DF')
            equal(got[4:6] in idents, False, 'an identification that was used before')
            idents.add(got[4:6])
            udp = payload_of(got)
            equal(struct.unpack('>4H', udp[:8]), (4500, 61000, len(udp), 0), 'UDP header')
            content, next_header = (clear, 4) if tunnel else (payload_of(clear), 253)
            expected = ours.seal(sender.sent, content, next_header, iv=udp[16:24])
            equal(udp[8:].hex(), expected.hex(), 'ESP')
        sender.done()
        sender.stop()


if __name__ == '__main__':
    serve(globals())
