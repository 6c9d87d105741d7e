#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Virtual interfaces by rtnetlink, of whose kind ip(8) knows no words.

rtnl_link.py NAME ID: ask for another id of an interface; prints what the kernel says.
"""

import errno
import socket
import struct
import sys

from genl import (NETLINK_CAP_ACK, NETLINK_EXT_ACK, NLM_F_ACK, NLM_F_REQUEST, SOL_NETLINK, UAPI,
                  Attr, Verdict, encode, text, u32)

RTM_NEWLINK, RTM_DELLINK = 16, 17
NLM_F_NEW = 0x600  # to be made, and not there
IFLA_IFNAME, IFLA_LINKINFO = 3, 18
IFLA_INFO_KIND, IFLA_INFO_DATA = 1, 2
BODY_AT = 16 + 16


class Links:
    """A socket to the family of the namespace that we are in."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
        self.sock.settimeout(120)
        for option in (NETLINK_CAP_ACK, NETLINK_EXT_ACK):
            self.sock.setsockopt(SOL_NETLINK, option, 1)

    def close(self):
        self.sock.close()

    def request(self, kind, attrs, flags=0):
        body = encode(attrs, BODY_AT)
        self.sock.send(struct.pack('=IHHII16x', BODY_AT + len(body), kind,
                                   NLM_F_REQUEST | NLM_F_ACK | flags, 1, 0) + body)
        said = self.sock.recv(65536)
        length, kind, flags = struct.unpack_from('=IHH', said)
        verdict = Verdict()
        verdict.read(kind, flags, said[16:length])
        return verdict

    def set(self, name, number, flags=0):
        data = [u32(UAPI['IFLA_ESPAH_ID'], number)]
        info = [text(IFLA_INFO_KIND, 'espah'), Attr(IFLA_INFO_DATA, data)]
        return self.request(RTM_NEWLINK, [text(IFLA_IFNAME, name), Attr(IFLA_LINKINFO, info)], flags)

    def add(self, name, number):
        return self.set(name, number, NLM_F_NEW)

    def remove(self, name):
        return self.request(RTM_DELLINK, [text(IFLA_IFNAME, name)])


def main():
    verdict = Links().set(sys.argv[1], int(sys.argv[2]))
    if verdict.err:
        sys.exit(f'{errno.errorcode[verdict.err]}: {verdict.words}')


if __name__ == '__main__':
    main()
