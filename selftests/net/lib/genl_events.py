# SPDX-License-Identifier: GPL-2.0-only
"""Events: a socket in one of the family's multicast groups."""

import select
import struct

from genl import CTRL_ATTR_FAMILY_NAME, CTRL_CMD_GETFAMILY, GENL_ID_CTRL, Client, attributes, text

SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP = 1
CTRL_ATTR_MCAST_GROUPS = 7
CTRL_ATTR_MCAST_GRP_NAME = 1
CTRL_ATTR_MCAST_GRP_ID = 2


class Event:
    """One event: its command, and its attributes by number."""

    def __init__(self, message):
        self.cmd = message[16]
        self.attrs = dict(attributes(message[20:]))


class Ear:
    """Hears what happens in the namespace that it was made in."""

    def __init__(self, group='events'):
        self.client = Client()
        family, self.client.family = self.client.family, GENL_ID_CTRL
        answer = self.client.request(CTRL_CMD_GETFAMILY, [text(CTRL_ATTR_FAMILY_NAME, 'espah')],
                                     version=1).answers[0]
        self.client.family = family
        groups = dict(attributes(answer[4:]))[CTRL_ATTR_MCAST_GROUPS]
        for _, one in attributes(groups):
            one = dict(attributes(one))
            if one[CTRL_ATTR_MCAST_GRP_NAME] != group.encode() + b'\0':
                continue
            number = struct.unpack('=I', one[CTRL_ATTR_MCAST_GRP_ID])[0]
            self.client.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, number)

    def wait(self, cmd):
        """The next event of this kind."""
        while True:
            event = Event(self.client.sock.recv(65536))
            if event.cmd == cmd:
                return event

    def events(self):
        """What has been told since the last look."""
        told = []
        while select.select([self.client.sock], [], [], 0)[0]:
            told.append(Event(self.client.sock.recv(65536)))
        return told
