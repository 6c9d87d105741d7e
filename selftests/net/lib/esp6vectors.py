# SPDX-License-Identifier: GPL-2.0-only
"""The tests of vectors6.sh: ESP packets over IPv6 that others have made, octet for octet."""

import socket

from esplab import ETH_P_IPV6, FWD, HOST, IN, PEER, arrived, equal, selector, serve
from espout import HOST6, PEER6, Sender6
from espvectors import address, all_vectors, contents, dpdk, ends, linux, send, some
from espwire import ESP, TEST, Sa, ip4, set_octets
from espwire6 import HOP, ICMP6, OPTIONS, SEGMENTS, ip6, options, routing, upper

UDP = 17
ANY = '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'
# Of ICMPv6, what hosts on a link tell each other by themselves: MLD and neighbour discovery.
CHATTER = range(130, 144)


def tunnels(lab):
    for dir_ in IN, FWD:
        lab.add_policy(dir_, Sa(1, '::', '::', tunnel=True), selector(ANY, ANY), priority=9, reqid=2)


def receive(lab, vectors):
    """Put each packet on the wire and see what comes out of it."""
    tap = lab.tap(lab.host_ns, ETH_P_IPV6)
    raws = {proto: lab.listen(proto, socket.AF_INET6) for proto in (ICMP6, UDP)}
    for vector in vectors:
        with address(lab, vector.sa.dst):
            lab.add_sa(vector.sa, reqid=2)
            receive_one(lab, vector, tap, raws)
            lab.del_sa(vector.sa)


def out_of_tunnel(tap, vector):
    return [inner for inner in arrived(tap)
            if inner[6] != ESP and ends(inner) == ends(vector.content)]


def receive_one(lab, vector, tap, raws):
    for sock in tap, *raws.values():
        arrived(sock)
    packet = vector.packet
    equal(lab.exchange([packet])[1], {'in-ok': 1}, f'{vector.name}: counters')
    if vector.sa.tunnel:
        seen = out_of_tunnel(tap, vector)
    else:
        seen = [message for message in arrived(raws[vector.next_header])
                if vector.next_header != ICMP6 or message[0] not in CHATTER]
    equal([packet.hex() for packet in seen], [vector.content.hex()],
          f'{vector.name}: what came out')
    equal(lab.exchange([packet])[1], {'in-replay-dup': 1}, f'{vector.name}: again')
    front = packet[:len(packet) - len(vector.esp)]
    for at in (len(vector.esp) - 1, 20):
        changed = set_octets(vector.esp, at, bytes([vector.esp[at] ^ 0x10]))
        lab.del_sa(vector.sa)
        lab.add_sa(vector.sa, reqid=2)
        lab.expect([front + changed], {'in-icv': 1}, f'{vector.name}: octet {at}')


def tunnel_vectors():
    """Those of mainline Linux, and DPDK's."""
    return some([*linux('tunnel', family=6), *dpdk('ipv6')])


def transport_vectors():
    """Also one behind destination options."""
    vectors = some(linux('transport', family=6))
    equal({vector.next_header for vector in vectors}, {ICMP6, UDP}, 'protocols')
    return vectors


def test_received_in_tunnel(lab):
    tunnels(lab)
    receive(lab, tunnel_vectors())


def test_received_in_transport(lab):
    receive(lab, transport_vectors())


def test_sent_in_tunnel(lab):
    """Every vector's content and key, three times: header, padding, trailer, ICV."""
    seen = set()
    for vector in tunnel_vectors():
        inner = vector.content
        if inner in seen:
            continue
        seen.add(inner)
        send(lab, vector, [inner] * 3, True, selector(dst=ends(inner)[1], src=ANY),
             Sender6)


def test_sent_in_transport(lab):
    """The contents of transport mode, with and without a traffic class and a flow label."""
    for vector in transport_vectors():
        packets = [ip6(HOST6, PEER6, vector.next_header, vector.content, **look)
                   for look in ({}, {'traffic': 0xb8, 'label': 0x12345})]
        send(lab, vector, packets, False, selector(HOST6, PEER6, vector.next_header), Sender6)


def test_sent_4_in_6(lab):
    """The contents of IPv4's vectors, each algorithm once."""
    seen = set()
    for vector, _ in contents(all_vectors()):
        name = vector.sa.name, getattr(vector.sa, 'auth', ''), vector.sa.icv_len
        if name not in seen:
            seen.add(name)
            packets = [ip4(HOST, PEER, TEST, vector.content[20:], tos=tos) for tos in (0, 0xb8)]
            send(lab, vector, packets, True, selector(HOST, PEER, TEST), Sender6)


def test_sent_behind_extension_headers(lab):
    """RFC 4303 section 3.1.1: behind what routers look at; the rest is encrypted."""
    hop, behind = options(HOP, b'\1\4\0\0\0\0'), options(OPTIONS, b'\1\4\0\0\0\0')
    way = routing(SEGMENTS, 0, [PEER6])
    lab.counters()
    sender = Sender6(lab, Sa(0x2001), selector(HOST6, PEER6, TEST))
    for front, inside in ([hop], []), ([], [behind]), ([hop], [behind]), ([hop, behind, way], [behind]):
        clear = ip6(HOST6, PEER6, TEST, b'extensions', [*front, *inside])
        got = sender.protect(clear)
        esp = upper(got)[1]
        equal(len(got) - len(esp), 40 + sum(1 + len(rest) for _, rest in front), 'octets in front of ESP')
        sender.check(clear, got)
    sender.done()
    sender.stop()


if __name__ == '__main__':
    serve(globals())
