# SPDX-License-Identifier: GPL-2.0-only
"""No memory for the counters that an SA has no room for itself: how often that was so is known."""

import contextlib
import socket
import struct

from espwire import ESP, ip4, payload_of
from fault import function_range, set_filter, stop
from fault_packets import TRANSPORT, Shot, Trial, goes_on, wait_for, with_tunnels
from fault_wire import COUNTERS
from genl import UAPI, attributes
from genl_espah import must
from traffic_ends import make_socket
from traffic_udp import speak_in_clear

ID = {'dst': '10.9.0.2', 'proto': 50, 'spi': 0x100}


def of_sa(client):
    """Its counters that are not 0, by name."""
    answer = must(client, 'SA_GET', ID).answers[0]
    counted = dict(attributes(answer[4:]))[UAPI['SA_COUNTERS']]
    return {COUNTERS[number]: struct.unpack('=Q', value)[0] for number, value in attributes(counted)}


def numbered(payload, number):
    return payload[:4] + struct.pack('!I', number) + payload[8:]


def bad_ones(packet):
    """Made of one that has arrived: what comes so, by the cause that it ends for."""
    payload = payload_of(packet)
    return {'in-truncated': numbered(payload, 2)[:20], 'in-seq-zero': numbered(payload, 0),
            'in-icv': numbered(payload, 3), 'in-replay-dup': payload}


def end_by(tunnel, cause, payload):
    """Send it, and wait for its end."""
    before = tunnel.counters()
    with make_socket(tunnel.names['a'] + '@', socket.SOCK_RAW, socket.IPPROTO_RAW) as sock:
        speak_in_clear(sock)
        sock.sendto(ip4('10.9.0.1', '10.9.0.2', ESP, payload), ('10.9.0.2', 0))
    if not wait_for(lambda: tunnel.counters()[cause] == before[cause] + 1):
        raise AssertionError(f'expected {cause}, saw {tunnel.moved(before)}')


def tally(faults, namespaces, note):
    """Three causes have their place. The next one is the namespace's alone, which says so, until
    there is memory again.
    """
    for tunnel, words in with_tunnels(namespaces, modes=(TRANSPORT,)):
        with contextlib.closing(Shot(tunnel)) as shot:
            goes_on(Trial(tunnel, shot), words)
        bad = bad_ones(next(tunnel.taps[0].packets()))
        before = tunnel.counters()
        set_filter('failslab', function_range('many'))
        for cause, payload in bad.items():
            end_by(tunnel, cause, payload)
        stop('failslab')
        faults.hits_of_many()
        few, last = dict.fromkeys(list(bad)[:3], 1), list(bad)[3]
        seen = of_sa(tunnel.clients[1])
        if seen != few:
            raise AssertionError(f'{words}: expected the SA to know of {few}, saw {seen}')
        end_by(tunnel, last, bad[last])
        seen = of_sa(tunnel.clients[1])
        if seen != {**few, last: 1}:
            raise AssertionError(f'{words}: with memory again: expected {last} as well, saw {seen}')
        missed = tunnel.counters()['sa-uncounted'] - before['sa-uncounted']
        if missed != 1:
            raise AssertionError(f'{words}: expected sa-uncounted 1, saw {missed}')
        note.append(f'{words}: {seen}')
