# SPDX-License-Identifier: GPL-2.0-only
"""A peer made of Python: it puts packets of its own making on the wire and sees what espah does.

The script's Python process answers requests on its standard input, a line each: the name of a
test and of the two namespaces of ns_pair. The peer is in the first and espah in the second.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import select
import socket
import struct
import sys
import time
import traceback

from espwire import TEST, Sa, ip4
from genl import UAPI, Client, attributes
from genl_espah import OLD_ID, must, send

ETH_P_IP, ETH_P_IPV6 = 0x0800, 0x86dd
PACKET_OUTGOING = 4
SIOCGIFHWADDR = 0x8927
SO_RCVBUFFORCE = 33
CLONE_NEWNET = 0x40000000
LIMIT = 60  # seconds; ten times what a quiet machine needs and more

PEER, HOST = '10.9.0.1', '10.9.0.2'
BEACON = '10.9.0.77'
TRANSPORT, TUNNEL = UAPI['MODE_TRANSPORT'], UAPI['MODE_TUNNEL']
IN, OUT, FWD = UAPI['DIR_IN'], UAPI['DIR_OUT'], UAPI['DIR_FWD']
PROTECT, DISCARD = UAPI['ACTION_PROTECT'], UAPI['ACTION_DISCARD']
COUNTERS = {number: name[4:].lower().replace('_', '-') for name, number in UAPI.items()
            if name.startswith('CNT_') and name != 'CNT_PAD'}


class Skip(Exception):
    """The test cannot be run here."""


def equal(seen, expected, what):
    if seen != expected:
        raise AssertionError(f'{what}: expected {expected!r}, saw {seen!r}')


@contextlib.contextmanager
def inside(name):
    """What is opened meanwhile belongs to that namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open('/proc/self/ns/net', 'rb') as home, open(f'/run/netns/{name}', 'rb') as there:
        if libc.setns(there.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f'setns {name}')
        try:
            yield
        finally:
            libc.setns(home.fileno(), CLONE_NEWNET)


def mac_of(sock):
    return fcntl.ioctl(sock, SIOCGIFHWADDR, struct.pack('16s24x', b'veth0'))[18:24]


def selector(src='0.0.0.0-255.255.255.255', dst='0.0.0.0-255.255.255.255', proto=0):
    """Addresses are written A, or A-B for a range."""
    (src_min, *src_max), (dst_min, *dst_max) = src.split('-'), dst.split('-')
    return {'src-min': src_min, 'src-max': (src_max or [src_min])[0],
            'dst-min': dst_min, 'dst-max': (dst_max or [dst_min])[0], 'proto': proto}


def counters_in(data):
    """Counters by name; each is an attribute of one u64."""
    return {COUNTERS[number]: value for _, number, value in struct.iter_unpack('=HHQ', data)}


def difference(after, before):
    """What has changed, by name."""
    return {name: after[name] - before.get(name, 0) for name in after
            if after[name] != before.get(name, 0)}


class Ip4(bytes):
    """What the link layer calls IPv4, whatever it is."""


class Lab:
    """The peer's wire, and espah's namespace as seen from inside."""

    def __init__(self, peer_ns, host_ns):
        self.peer_ns, self.host_ns = peer_ns, host_ns
        # What a veth is given on two CPUs it may deliver in another order.
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        self.opened = contextlib.ExitStack()
        with inside(peer_ns):
            self.wire = self.open(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self.wire.bind(('veth0', 0))
        with inside(host_ns):
            self.client = Client()
            self.raw = self.open(socket.AF_INET, socket.SOCK_RAW, TEST)
            to = mac_of(self.raw)
        self.opened.callback(self.client.close)
        macs = to + mac_of(self.wire)
        self.ethernet = macs + struct.pack('>H', ETH_P_IP)
        self.ethernet6 = macs + struct.pack('>H', ETH_P_IPV6)
        self.beacon = Sa(0xbeac0, tunnel=True)
        self.beacons = 0
        self.restart()
        self.last = {}
        self.counters()

    def open(self, *args):
        sock = self.opened.enter_context(socket.socket(*args))
        sock.settimeout(LIMIT)
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        return sock

    def close(self):
        self.flush()
        self.opened.close()

    def flush(self):
        must(self.client, 'SA_FLUSH', {})
        must(self.client, 'POLICY_FLUSH', {})

    # --- espah's configuration ---

    def restart(self):
        """As at the beginning, but for what was counted."""
        self.flush()
        self.add_sa(self.beacon, reqid=0xbeac0)
        self.add_policy(IN, self.beacon, selector(BEACON, HOST, TEST), reqid=0xbeac0)

    def sa_values(self, sa, window=64, reqid=1, sel=None):
        values = {'src': sa.src, 'dst': sa.dst, 'proto': sa.proto, 'spi': sa.spi,
                  'mode': TUNNEL if sa.tunnel else TRANSPORT, 'reqid': reqid,
                  'replay-window': window, **sa.cipher_values()}
        if sel:
            values['sel'] = sel
        if sa.esn:
            values.update(flags=values.get('flags', 0) | UAPI['SA_FLAG_ESN'], seq=sa.start,
                          oseq=sa.start)
        if sa.iiv:
            values['flags'] = values.get('flags', 0) | UAPI['SA_FLAG_IIV']
        return values

    def add_sa(self, sa, **values):
        must(self.client, 'SA_ADD', self.sa_values(sa, **values))
        return sa

    def try_sa(self, sa, **values):
        """Why espah refuses this SA, or 0."""
        return send(self.client, 'SA_ADD', self.sa_values(sa, **values)).err

    def del_sa(self, sa):
        must(self.client, 'SA_DEL', {**OLD_ID, 'src': sa.src, 'dst': sa.dst, 'proto': sa.proto,
                                     'spi': sa.spi})

    def add_policy(self, dir_, sa, sel, action=PROTECT, priority=0, reqid=1):
        """Of a bundle, sa is a list: the innermost SA comes first."""
        values = {'dir': dir_, 'priority': priority, 'action': action, 'sel': sel}
        if action == PROTECT:
            values['tmpl'] = [{'src': one.src, 'dst': one.dst, 'proto': one.proto,
                               'mode': TUNNEL if one.tunnel else TRANSPORT, 'reqid': reqid}
                              for one in (sa if isinstance(sa, list) else [sa])]
        must(self.client, 'POLICY_ADD', values)

    def del_policy(self, dir_, sel):
        must(self.client, 'POLICY_DEL', {'dir': dir_, 'sel': sel})

    def counters(self):
        """The namespace's counters; the next exchange() begins from there."""
        answer = self.client.request(UAPI['CMD_INFO_GET'], []).answers[0]
        self.last = counters_in(dict(attributes(answer[4:]))[UAPI['INFO_COUNTERS']])
        # The peer's own kernel, which has no SA, says so by ICMP, sooner or later.
        self.last.pop('icmp-refused', None)
        return self.last

    def sa_figures(self, sa):
        """Accepted packets, highest number and the drops by name, as the SA has them."""
        answer = must(self.client, 'SA_GET', {'dst': sa.dst, 'proto': sa.proto,
                                              'spi': sa.spi}).answers[0]
        found = dict(attributes(answer[4:]))
        drops = counters_in(found[UAPI['SA_COUNTERS']])
        return (struct.unpack('=Q', found[UAPI['SA_PACKETS']])[0],
                struct.unpack('=Q', found[UAPI['SA_SEQ']])[0],
                {name: value for name, value in drops.items() if value})

    # --- the wire ---

    def send(self, packet):
        is6 = not isinstance(packet, Ip4) and packet[0] >> 4 == 6
        self.wire.send((self.ethernet6 if is6 else self.ethernet) + packet)

    def tap(self, namespace, proto=ETH_P_IP):
        """A socket that sees IP packets that arrive at a namespace, protected and clear."""
        with inside(namespace):
            sock = self.open(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
            sock.bind(('veth0', proto))
        return sock

    def listen(self, proto, family=socket.AF_INET):
        """A socket that gets what reaches the host's upper layers; of IPv4, header included."""
        with inside(self.host_ns):
            return self.open(family, socket.SOCK_RAW, proto)

    def light_beacon(self):
        """What was sent before this packet has been dealt with when it is there."""
        self.beacons += 1
        stamp = b'beacon' + struct.pack('>I', self.beacons)
        inner = ip4(BEACON, HOST, TEST, stamp)
        self.send(self.beacon.packet(self.beacon.next(), inner, 4))
        return inner

    def exchange(self, packets):
        """Send packets; return what came out for TEST's protocol and how counters changed."""
        before = self.last
        for packet in packets:
            self.send(packet)
        end = self.light_beacon()
        heard = list(iter(lambda: self.raw.recv(65536), end))
        changed = difference(self.counters(), before)
        changed['in-ok'] -= 1
        return heard, {name: value for name, value in changed.items() if value}

    def expect(self, packets, changes, what, heard=()):
        """Send packets: these counters change by so much, no other does, and this comes out."""
        packets = list(packets)
        seen, changed = self.exchange(packets)
        equal(changed, {k: v for k, v in changes.items() if v}, f'{what}: counters')
        equal([packet.hex() for packet in seen], [packet.hex() for packet in heard],
              f'{what}: packets that came out')

    def goes_on(self, sa, what):
        """Good traffic of this SA still passes."""
        payload = b'good traffic %d' % sa.seq
        if sa.tunnel:
            inner = ip4(PEER, HOST, TEST, payload)
            self.expect([sa.packet(sa.next(), inner, 4)], {'in-ok': 1}, f'{what}: afterwards',
                        [inner])
        else:
            packet = sa.packet(sa.next(), payload, TEST)
            clear = ip4(sa.src, sa.dst, TEST, payload)
            self.expect([packet], {'in-ok': 1}, f'{what}: afterwards', [clear])


def until(condition, what):
    """Poll."""
    end = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f'{what}: still not so after {LIMIT} seconds')
        time.sleep(0.005)


def oracle(path):
    """A file of the outside vectors."""
    path = os.path.join('/oracles', path)
    if not os.path.exists(path):
        raise Skip('no oracles folder')
    with open(path, encoding='utf-8') as file:
        return json.load(file)


def arrived(sock):
    """What a tap or a raw socket has seen come in since the last look."""
    out = []
    while select.select([sock], [], [], 0)[0]:
        packet, address = sock.recvfrom(65536)
        if PACKET_OUTGOING not in address[2:3]:
            out.append(packet)
    return out


def one_line(words):
    return ' | '.join(line.strip() for line in words.splitlines() if line.strip())


def run(test, namespaces):
    """The answer to one request."""
    lab = None
    try:
        lab = Lab(*namespaces)
        test(lab)
        lab.close()
        return 'ok'
    except Skip as why:
        return f'skip {why}'
    except AssertionError as why:
        place = traceback.extract_tb(why.__traceback__)[1:-1]
        lines = ' < '.join(f'{os.path.basename(f.filename)}:{f.lineno}' for f in reversed(place))
        return one_line(f'failed {lines}: {why}')
    except Exception:  # pylint: disable=broad-except
        return one_line(f'failed {traceback.format_exc()}')
    finally:
        if lab:
            lab.opened.close()


def serve(tests):
    """Answer requests until standard input ends."""
    # One CPU: packets are dealt with in the order in which they are sent.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for line in sys.stdin:
        name, *namespaces = line.split()
        print(run(tests[name], namespaces), flush=True)
