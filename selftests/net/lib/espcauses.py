# SPDX-License-Identifier: GPL-2.0-only
"""Tests of causes.sh: each cause that packets end by is provoked, and seen wherever an operator looks.

CAUSES has all of them, by what provokes each; those that a test cannot provoke at will say where
they are.
"""

import contextlib
import json
import socket
import struct
import subprocess
import sys

from dropped import Watch
from espbeet import BEETPH, beet, pseudo
from esplab import (DISCARD, FWD, HOST, IN, OUT, PEER, inside, selector, serve, until)
from espnatt import UdpSa, in_udp, door
from espwire import AH, ESP, IPIP, NONE, TEST, AhSa, Sa, ip4, payload_of, set_octets
from genl_espah import must
from genl_events import Ear

SPI = 0x1000
UDP = socket.IPPROTO_UDP
FAR, BEYOND, NOWHERE = '10.9.0.50', '10.20.0.1', '192.0.2.1'
UDP_SEGMENT = 103  # linux/udp.h
IP_MTU_DISCOVER, IP_PMTUDISC_DO = 10, 2
ETH_P_802_EX1 = 0x88b5


# --- what arrives protected ---------------------------------------------------

def transport(lab, **values):
    return lab.add_sa(Sa(SPI), **values)


def tunnel(lab, **values):
    sa = lab.add_sa(Sa(SPI, tunnel=True), **values)
    lab.add_policy(IN, sa, selector(PEER, HOST), priority=9)
    return sa


def inner(src=PEER, dst=HOST, **header):
    return ip4(src, dst, TEST, bytes(40), **header)


def send(lab, *packets):
    lab.exchange(packets)


def spi_zero(lab):
    send(lab, Sa(0).packet(1, b'', TEST))


def truncated(lab):
    sa = transport(lab)
    send(lab, ip4(PEER, HOST, ESP, payload_of(sa.packet(1, b'', TEST))[:20]))


def seq_zero(lab):
    send(lab, transport(lab).packet(0, b'', TEST))


def replay_old(lab):
    sa = transport(lab)
    send(lab, sa.packet(1000, b'', TEST), sa.packet(1, b'', TEST))


def replay_dup(lab):
    packet = transport(lab).packet(1, b'', TEST)
    send(lab, packet, packet)


def icv(lab):
    packet = transport(lab).packet(1, b'', TEST)
    send(lab, packet[:-1] + bytes([packet[-1] ^ 1]))


def padding(lab):
    sa = transport(lab)
    send(lab, sa.carry(sa.seal(1, b'payload', TEST, padding=b'\2')))


def next_header(lab):
    send(lab, tunnel(lab).packet(1, inner(), TEST))


def dummy(lab):
    send(lab, transport(lab).packet(1, b'', NONE))


def inner_header(lab):
    send(lab, tunnel(lab).packet(1, inner()[:19], IPIP))


def ecn(lab):
    """RFC 6040: met congestion outside, and cannot tell inside."""
    send(lab, tunnel(lab).packet(1, inner(), IPIP, tos=3))


def selector_in(lab):
    send(lab, tunnel(lab, sel=selector(FAR, HOST)).packet(1, inner(), IPIP))


def no_policy(lab):
    send(lab, lab.add_sa(Sa(SPI, tunnel=True)).packet(1, inner(), IPIP))


def policy_mismatch(lab):
    sa = lab.add_sa(Sa(SPI, tunnel=True))
    lab.add_policy(IN, sa, selector(PEER, HOST), reqid=77)
    send(lab, sa.packet(1, inner(), IPIP))


def policy_discard(lab):
    sa = lab.add_sa(Sa(SPI, tunnel=True))
    lab.add_policy(IN, None, selector(PEER, HOST), DISCARD)
    send(lab, sa.packet(1, inner(), IPIP))


def nested(lab):
    content, proto = b'inside', TEST
    for sa in [lab.add_sa(Sa(SPI + n)) for n in range(7)]:
        content, proto = sa.seal(1, content, proto), ESP
    send(lab, ip4(PEER, HOST, ESP, content))


def no_route_in(lab):
    """Destination NAT sends what was protected where nothing from outside may go."""
    nft(lab, f'table ip causes {{ chain pre {{ type nat hook prerouting priority dstnat;'
        f' ip protocol {TEST} ip saddr {PEER} dnat to 127.0.0.1; }}\n}}')
    send(lab, transport(lab).packet(1, b'', TEST))


def encap(lab):
    send(lab, Sa.carry(lab.add_sa(UdpSa(SPI)), Sa(SPI).seal(1, b'', TEST)))


def for_output(lab):
    sa = Sa(SPI)
    must(lab.client, 'SA_ADD', {**lab.sa_values(sa, window=0), 'dir': OUT})
    send(lab, sa.packet(1, b'', TEST))


def larval(lab):
    must(lab.client, 'SA_ALLOC_SPI', {'src': PEER, 'dst': HOST, 'proto': ESP, 'mode': 0,
                                      'spi-min': SPI, 'spi-max': SPI})
    send(lab, Sa(SPI).packet(1, b'', TEST))


def expired_in(lab):
    sa = Sa(SPI)
    must(lab.client, 'SA_ADD', {**lab.sa_values(sa), 'limits': {'packet-hard': 1}})
    send(lab, sa.packet(1, b'', TEST), sa.packet(2, b'', TEST))


def ah_length(lab):
    packet = lab.add_sa(AhSa(SPI)).packet(1, b'', TEST)
    send(lab, set_octets(packet, 21, b'\1'))


def beet_header(lab):
    send(lab, beet(lab).packet(1, pseudo(b'\1' * 4)[:3], BEETPH))


# --- what arrives in clear ----------------------------------------------------

def clear(lab):
    lab.add_policy(IN, Sa(SPI, tunnel=True), selector(PEER, HOST, TEST))
    send(lab, inner())


def clear_discard(lab):
    lab.add_policy(IN, None, selector(PEER, HOST, TEST), DISCARD)
    send(lab, inner())


def fwd_clear(lab):
    lab.add_policy(FWD, Sa(SPI, tunnel=True), selector(PEER, FAR, TEST))
    send(lab, inner(dst=FAR))


def fwd_clear_discard(lab):
    lab.add_policy(FWD, None, selector(PEER, FAR, TEST), DISCARD)
    send(lab, inner(dst=FAR))


# --- what leaves --------------------------------------------------------------

def say(lab, dst=FAR, size=10, count=1, whole=False):
    """Datagrams to somebody, which may be refused at once."""
    with inside(lab.host_ns), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        if whole:
            sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO)
        for _ in range(count):
            with contextlib.suppress(OSError):
                sock.sendto(bytes(size), (dst, 7))


def outbound(lab, dst=FAR, peer=PEER, kind=Sa, as_tunnel=True, **values):
    """An SA that what is said to @dst goes under."""
    sa = lab.add_sa(kind(SPI, HOST, peer, tunnel=as_tunnel), **values)
    lab.add_policy(OUT, sa, selector(HOST, dst))
    return sa


def out_policy_discard(lab):
    lab.add_policy(OUT, None, selector(HOST, FAR), DISCARD)
    say(lab)


def out_no_sa(lab):
    lab.add_policy(OUT, Sa(SPI, HOST, PEER, tunnel=True), selector(HOST, FAR))
    say(lab)


def out_selector(lab):
    outbound(lab, sel=selector(HOST, PEER))
    say(lab)


def with_values(lab, **values):
    """As outbound(), where the SA says this besides."""
    sa = Sa(SPI, HOST, PEER, tunnel=True)
    must(lab.client, 'SA_ADD', {**lab.sa_values(sa), **values})
    lab.add_policy(OUT, sa, selector(HOST, FAR))


def say_in_segments(lab):
    """One packet of five segments: all go under the SA that was found, though the first ends it."""
    with inside(lab.host_ns), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 100)
        sock.sendto(bytes(500), (FAR, 7))


def out_seq_exhausted(lab):
    with_values(lab, oseq=0xfffffffe)
    say_in_segments(lab)


def out_expired(lab):
    with_values(lab, limits={'packet-hard': 1})
    say_in_segments(lab)


def out_no_route(lab):
    outbound(lab, peer=NOWHERE)
    say(lab)


def out_too_big(lab):
    outbound(lab)
    say(lab, size=1470, whole=True)


def raw(lab, packet, dst):
    with inside(lab.host_ns), socket.socket(socket.AF_INET, socket.SOCK_RAW,
                                            socket.IPPROTO_RAW) as sock:
        with contextlib.suppress(OSError):
            sock.sendto(packet, (dst, 0))


def out_fragment(lab):
    outbound(lab, dst=PEER, as_tunnel=False)
    raw(lab, ip4(HOST, PEER, UDP, bytes(16), frag=0x2000), PEER)


def out_multicast(lab):
    outbound(lab, dst='224.0.0.9')
    say(lab, dst='224.0.0.9')


def out_send(lab):
    nft(lab, f'table ip causes {{ chain out {{ type filter hook output priority filter;'
        f' ip protocol {ESP} drop; }}\n}}')
    outbound(lab)
    say(lab)


def out_ah_cover(lab):
    outbound(lab, dst=PEER, kind=AhSa, as_tunnel=False)
    raw(lab, ip4(HOST, PEER, TEST, b'', options=b'\x1e\0\0\0'), PEER)


@contextlib.contextmanager
def somebody_listens(lab):
    """Who could bring an SA: then packets wait."""
    with inside(lab.host_ns):
        ear = Ear()
    try:
        yield
    finally:
        ear.client.close()


def out_queue_full(lab):
    with somebody_listens(lab):
        lab.add_policy(OUT, Sa(SPI, HOST, PEER, tunnel=True), selector(HOST, FAR))
        say(lab, count=70)


def out_queue_policy(lab):
    with somebody_listens(lab):
        lab.add_policy(OUT, Sa(SPI, HOST, PEER, tunnel=True), selector(HOST, FAR))
        say(lab)
        lab.del_policy(OUT, selector(HOST, FAR))


def out_acquire_timeout(lab):
    with somebody_listens(lab):
        lab.add_policy(OUT, Sa(SPI, HOST, PEER, tunnel=True), selector(HOST, FAR))
        say(lab)
        until(lambda: lab.counters()['out-acquire-timeout'], 'it has waited long enough')


def out_link_header(lab):
    """Whoever has a packet socket sends by an interface what is no IP."""
    espah(lab, 'link', 'add', 'espah0', 'id', '7')
    subprocess.run(['ip', '-n', lab.host_ns, 'link', 'set', 'espah0', 'up'], check=True)
    with inside(lab.host_ns), socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0) as sock:
        sock.bind(('espah0', ETH_P_802_EX1))
        with contextlib.suppress(OSError):
            sock.send(bytes(40))
    subprocess.run(['ip', '-n', lab.host_ns, 'link', 'del', 'espah0'], check=True)


class Elsewhere(str):
    """Where a cause is provoked that needs more than packets and requests."""


LINK = Elsewhere('net/link: a virtual interface')
DEFAULTS = Elsewhere('net/defaults: what no policy speaks of is blocked')
FAULTS = Elsewhere('debug/faults: memory, or the cipher, has to fail')

CAUSES = {
    'in-spi-zero': spi_zero, 'in-truncated': truncated, 'in-seq-zero': seq_zero,
    'in-replay-old': replay_old, 'in-replay-dup': replay_dup, 'in-icv': icv,
    'in-crypto': FAULTS, 'in-nomem': FAULTS,
    'in-sa-dead': Elsewhere('by chance, in net/async: while the cipher works'),
    'in-padding': padding, 'in-next-header': next_header, 'in-dummy': dummy,
    'in-inner-header': inner_header, 'in-ecn': ecn, 'in-selector': selector_in,
    'in-no-policy': no_policy, 'in-policy-mismatch': policy_mismatch,
    'in-policy-discard': policy_discard, 'in-nested': nested, 'in-no-route': no_route_in,
    'in-backlog': FAULTS,
    'in-clear': clear, 'in-clear-discard': clear_discard, 'fwd-clear': fwd_clear,
    'fwd-clear-discard': fwd_clear_discard,
    'out-policy-discard': out_policy_discard, 'out-no-sa': out_no_sa,
    'out-selector': out_selector, 'out-seq-exhausted': out_seq_exhausted,
    'out-no-route': out_no_route, 'out-too-big': out_too_big, 'out-segment': FAULTS,
    'out-fragment': out_fragment, 'out-multicast': out_multicast, 'out-crypto': FAULTS,
    'out-nomem': FAULTS, 'out-conntrack': FAULTS, 'out-send': out_send, 'in-encap': encap,
    'in-larval': larval, 'in-dir': for_output, 'in-expired': expired_in, 'out-expired': out_expired,
    'out-queue-policy': out_queue_policy,
    'out-acquire-timeout': out_acquire_timeout, 'in-ah-length': ah_length,
    'in-ah-cover': Elsewhere('net/ah6_packets: over IPv6'), 'out-ah-cover': out_ah_cover,
    'in-fragment': Elsewhere('nowhere: the IP layer has put together what comes here'),
    'in-beet-header': beet_header, 'in-link': LINK, 'out-link-header': out_link_header,
    'out-link-loop': LINK, 'out-no-policy': LINK,
    'in-clear-no-policy': DEFAULTS, 'fwd-clear-no-policy': DEFAULTS,
    # The last: what has waited ends with it, and that is more than is told in a second.
    'out-queue-full': out_queue_full,
}


def nft(lab, words):
    subprocess.run(['ip', 'netns', 'exec', lab.host_ns, 'nft', '-f', '-'], input=words, text=True,
                   check=True)


def espah(lab, *words):
    return subprocess.run(['espah', '-n', lab.host_ns, *words], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def address(octets):
    return socket.inet_ntop(socket.AF_INET if len(octets) == 4 else socket.AF_INET6, octets)


def told_why(lab, drop):
    """espah why, asked for the flow of a drop, has it among those that were like it."""
    src, dst, proto = (drop.flow.get(number) for number in (1, 3, 5))
    words = ['-j', 'why', address(src), address(dst), *([str(proto[0])] if proto else [])]
    drops = json.loads(espah(lab, *words))['drops']
    return drop.number in [one['number'] for one in drops if one['cause'] == drop.cause]


def seen(lab, watch, cause, provoke):
    """Returns what is missing of a cause, in words."""
    before = lab.counters()[cause]
    provoke(lab)
    until(lambda: lab.counters()[cause] > before, f'{cause} is counted')
    count = lab.counters()[cause] - before
    traced, told, kept = watch.look()
    counts = {'traced': sum(words['cause'] == cause for _, words in traced),
              'told': sum(drop.cause == cause for drop in told),
              'kept': sum(drop.cause == cause for drop in kept)}
    missing = [f'{cause} was counted {count} times and {what} {many}'
               for what, many in counts.items() if many != count]
    if not missing:
        last = [drop for drop in kept if drop.cause == cause][-1]
        if last.flow and not told_why(lab, last):
            missing.append(f'{cause}: espah why does not tell of {last}')
    return missing


def test_each(lab):
    missing = []
    with inside(lab.host_ns), open('/proc/sys/net/ipv4/ip_forward', 'w', encoding='ascii') as file:
        file.write('1')
    subprocess.run(['ip', '-n', lab.host_ns, 'route', 'replace', '224.0.0.0/4', 'dev', 'veth0'],
                   check=True)
    with contextlib.closing(Watch(lab)) as watch:
        for cause, provoke in CAUSES.items():
            if isinstance(provoke, Elsewhere):
                continue
            watch.look()
            missing += seen(lab, watch, cause, provoke)
            nft(lab, 'table ip causes\ndelete table ip causes')
            lab.restart()
    if missing:
        raise AssertionError('; '.join(missing))


TESTS = {name: value for name, value in globals().items() if name.startswith('test_')}

if __name__ == '__main__':
    if sys.argv[1:] == ['names']:
        print('\n'.join(CAUSES))
    else:
        serve(TESTS)
