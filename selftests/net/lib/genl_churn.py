# SPDX-License-Identifier: GPL-2.0-only
"""genl_churn.py NS TRIES: add and remove an SA until so many dumps have begun, then leave it there.

TRIES 0: never stop. Prints "ready", and in the end how many dumps began.
"""

import socket
import struct
import sys
import time

from genl import ATTRS_AT, Client, NLM_F_DUMP, UAPI
from genl_espah import OLD_ID, OLD_SA, must
from genl_net import inside

ETH_P_ALL = 3
SO_RCVBUFFORCE = 33


class Dumps:
    """Counts the dumps of SAs that programs of this namespace ask for; nlmon0 shows the requests."""

    def __init__(self, family):
        self.family = family
        self.begun = 0
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
        self.sock.setblocking(False)
        self.sock.bind(('nlmon0', 0))

    def count(self):
        """How many began up to now."""
        while True:
            try:
                head = self.sock.recv(ATTRS_AT)
            except BlockingIOError:
                return self.begun
            if len(head) == ATTRS_AT:
                _, kind, flags, _, _, cmd, _, _ = struct.unpack('=IHHIIBBH', head)
                self.begun += (kind == self.family and flags & NLM_F_DUMP == NLM_F_DUMP
                               and cmd == UAPI['CMD_SA_GET'])


def main():
    tries = int(sys.argv[2])
    with inside(sys.argv[1]):
        client = Client()
        dumps = Dumps(client.family)
    must(client, 'SA_ADD', OLD_SA)
    print('ready', flush=True)
    end = time.monotonic() + 200
    while not tries or dumps.count() < tries:
        if time.monotonic() > end:
            sys.exit(f'expected {tries} dumps, saw {dumps.begun}')
        must(client, 'SA_DEL', OLD_ID)
        must(client, 'SA_ADD', OLD_SA)
    print(dumps.begun)


if __name__ == '__main__':
    main()
