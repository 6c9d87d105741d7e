# SPDX-License-Identifier: GPL-2.0-only
"""Two namespaces that protect what passes between them, seen from all sides."""

import os
import select
import socket
import struct

from fault_control import CHAPOLY, empty
from genl import UAPI, Client, attributes
from genl_espah import must
from genl_net import inside
from traffic_tap import Tap, packet_filter

COUNTERS = {number: name[4:].lower().replace('_', '-') for name, number in UAPI.items()
            if name.startswith('CNT_') and name != 'CNT_PAD'}
SO_RCVBUFFORCE = 33
PORT = 5201
# Behind the first end there may be other hosts, down to 10.1.0.0.
ENDS = (('10.1.0.0', '10.9.0.1'), ('10.9.0.2', '10.9.0.2'))
GATEWAYS = ('10.9.0.1', '10.9.0.2')
ESP, AH = 50, 51
# What each datagram begins with: whoever sees it on the wire reads what should be encrypted.
MARK = os.urandom(16)


def cipher(proto, alg, key):
    if proto == AH:
        return {'auth': {'name': 'hmac(sha256)', 'key': key + key[:12], 'icv-bits': 128}}
    if alg == CHAPOLY:
        key += key[:16]
    return {'aead': {'name': alg, 'key': key, 'icv-bits': 128}}


class Tunnel:
    """SAs and policies both ways between the namespaces "a" and "b"; "h" lies behind "a".

    What an SA of AH has is not @alg; @more are attributes of each SA. Around them go SAs of the
    protocols @around in transport mode.
    """

    def __init__(self, namespaces, mode, alg, proto=ESP, around=(), **more):
        self.names = dict(zip('abh', namespaces))
        self.hides = proto == ESP
        self.clients = []
        keys = os.urandom(20), os.urandom(20)
        for side in (0, 1):
            with inside(self.names['ab'[side]]):
                self.clients.append(Client())
            empty(self.clients[side])
            for way in (0, 1):
                sas = [{'proto': proto, 'mode': mode, **cipher(proto, alg, keys[way]), **more}]
                sas += [{'proto': other, 'mode': 0, **cipher(other, alg, keys[way])} for other in around]
                self.protect(self.clients[side], way, sas, out=way == side)
        with inside(self.names['b']):
            self.receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.receiver.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        self.receiver.bind(('10.9.0.2', PORT))
        self.receiver.setblocking(False)
        self.taps = [Tap(self.names['a'], 'veth0', packet_filter(esp)) for esp in (True, False)]

    @staticmethod
    def protect(client, way, sas, out):
        ends = {'src': GATEWAYS[way], 'dst': GATEWAYS[1 - way]}
        tmpls = []
        for reqid, sa in enumerate(sas, 1):
            must(client, 'SA_ADD', {**ends, 'spi': 0x100 + way, 'reqid': reqid, 'replay-window': 1024, **sa})
            tmpls.append({**ends, 'proto': sa['proto'], 'mode': sa['mode'], 'reqid': reqid})
        (src_min, src_max), (dst_min, dst_max) = ENDS[way], ENDS[1 - way]
        sel = {'src-min': src_min, 'src-max': src_max, 'dst-min': dst_min, 'dst-max': dst_max}
        for dir_ in (1,) if out else (0, 2):
            must(client, 'POLICY_ADD', {'dir': dir_, 'action': 0, 'sel': sel, 'tmpl': tmpls})

    def counters(self):
        """The counters of both ends together, by name."""
        sums = dict.fromkeys(COUNTERS.values(), 0)
        for client in self.clients:
            answer = client.request(UAPI['CMD_INFO_GET'], []).answers[0]
            values = dict(attributes(answer[4:]))[UAPI['INFO_COUNTERS']]
            for _, number, value in struct.iter_unpack('=HHQ', values):
                sums[COUNTERS[number]] += value
        return sums

    def moved(self, before):
        """Which have risen since, but for those of packets that go their way."""
        now = self.counters()
        return {name for name in now if now[name] != before[name]} - {'in-ok', 'out-ok'}

    def arrived(self, seconds):
        """Wait for datagrams: a set of them."""
        got = set()
        select.select([self.receiver], [], [], seconds)
        while True:
            try:
                got.add(self.receiver.recv(65536))
            except BlockingIOError:
                return got

    def forget(self):
        self.arrived(0)

    def watch_ends(self):
        """Nothing has left in clear meanwhile."""
        protected, clear = (tap.count() for tap in self.taps)
        if clear or not protected:
            first = next(self.taps[1].packets(), b'').hex()
            raise AssertionError(f'on the wire: {protected} protected, {clear} in clear: {first}')
        if self.hides and any(MARK in packet for packet in self.taps[0].packets()):
            raise AssertionError('on the wire: ESP with the payload in clear')

    def close(self):
        for tap in self.taps:
            tap.sock.close()
        for client in self.clients:
            empty(client)
            client.close()
        self.receiver.close()
