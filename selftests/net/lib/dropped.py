# SPDX-License-Identifier: GPL-2.0-only
"""Packets that end, as an operator sees them: the tracepoint, the event and what is kept."""

import os
import re
import struct

from esplab import COUNTERS, inside
from genl import UAPI, attributes
from genl_events import Ear

TRACING = '/sys/kernel/tracing'
NAMES = {number: name[5:].lower().replace('_', '-') for name, number in UAPI.items()
         if name.startswith('DROP_')}
LAYOUT = {1: '=B', 4: '=I', 8: '=Q'}


def number(octets):
    return struct.unpack(LAYOUT[len(octets)], octets)[0]


class Drop:
    """One packet that has ended, with the attributes of a message by name."""

    def __init__(self, attrs):
        self.all = {NAMES[key]: value for key, value in attrs.items()}
        self.cause = COUNTERS[number(self.all['cause'])]
        self.number = number(self.all['number'])
        self.suppressed = number(self.all['suppressed'])
        self.length = number(self.all['length'])
        self.spi = struct.unpack('>I', self.all.get('sa-spi', bytes(4)))[0]
        self.flow = dict(attributes(self.all.get('flow', b'')))

    def shown(self, name):
        """What the flow says there, as octets, or None."""
        return self.flow.get(UAPI['SEL_' + name.upper().replace('-', '_') + '_MIN'])

    def __repr__(self):
        return f'{self.cause} #{self.number} spi {self.spi:#x} length {self.length}'


def tracing(name, value):
    with open(os.path.join(TRACING, name), 'w', encoding='ascii') as file:
        file.write(str(value))


class Watch:
    """The three views of a namespace; each look has what is new since the one before."""

    def __init__(self, lab, events=('espah_drop',)):
        self.lab = lab
        with open(f'/run/netns/{lab.host_ns}', 'rb') as there:
            self.netns = os.fstat(there.fileno()).st_ino
        with inside(lab.host_ns):
            self.ear = Ear('drops')
        self.events = events
        for event in events:
            tracing(f'events/espah/{event}/enable', 1)
        self.last = 0
        self.look()

    def close(self):
        for event in self.events:
            tracing(f'events/espah/{event}/enable', 0)
        self.ear.client.close()

    def traced(self):
        """Each line of this namespace as the event's name and its words."""
        with open(os.path.join(TRACING, 'trace'), encoding='ascii') as file:
            lines = file.read().splitlines()
        tracing('trace', '')
        found = (re.search(r' (espah_\w+): (.*)', line) for line in lines)
        pairs = [(match[1], dict(word.split('=', 1) for word in match[2].split()))
                 for match in found if match]
        return [(name, words) for name, words in pairs if words['netns'] == str(self.netns)]

    def told(self):
        return [Drop(event.attrs) for event in self.ear.events() if event.cmd == UAPI['CMD_DROP_NTF']]

    def kept(self):
        """All of them, the oldest first."""
        answers = self.lab.client.dump(UAPI['CMD_DROP_GET']).answers
        return [Drop(dict(attributes(answer[4:]))) for answer in answers]

    def look(self):
        """Returns what is new: traced, told and kept."""
        traced, told = self.traced(), self.told()
        kept = [drop for drop in self.kept() if drop.number > self.last]
        self.last = kept[-1].number if kept else self.last
        return traced, told, kept
