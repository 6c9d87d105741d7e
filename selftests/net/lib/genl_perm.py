# SPDX-License-Identifier: GPL-2.0-only
"""genl_perm.py nobody|opener|root: whom the family answers.

nobody: a process without CAP_NET_ADMIN. opener: a process that has it, through a socket that
one without it opened. root: one that has it, to see that the requests are good.
"""

import errno
import os
import socket
import sys

from genl import Client
from genl_espah import COMMANDS, fixture, send, snapshot

NOBODY = 65534


def client_of_nobody():
    """A client whose socket was opened without any capability."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if not pid:
        os.setresuid(NOBODY, NOBODY, NOBODY)
        theirs_client = Client()
        socket.send_fds(theirs, [b'x'], [theirs_client.sock.fileno()])
        os._exit(0)
    os.waitpid(pid, 0)
    theirs.close()
    _, fds, _, _ = socket.recv_fds(ours, 1, 1)
    client = Client()
    client.close()
    client.sock = socket.socket(fileno=fds[0])
    client.sock.settimeout(120)
    return client


def main():
    who = sys.argv[1]
    root = Client()
    fixture(root)
    before = snapshot(root)
    client, wanted = root, 0
    if who == 'opener':
        client, wanted = client_of_nobody(), errno.EPERM
    elif who == 'nobody':
        os.setresuid(NOBODY, NOBODY, 0)
        wanted = errno.EPERM
    wrong = 0
    for cmd in COMMANDS:
        # Opened by root, or not: both the opener and the sender must be entitled.
        for one in (client, Client()) if who == 'nobody' else (client,):
            verdict = send(one, cmd, cmd.good)
            if verdict.err != wanted or (wanted and verdict.answers):
                print(f'{cmd.name}: expected {wanted}, saw {verdict.err} "{verdict.words}"')
                wrong += 1
    if who == 'nobody':
        os.setresuid(0, 0, 0)
    if wanted and snapshot(root) != before:
        print('something changed')
        wrong += 1
    print(f'{len(COMMANDS)} commands, {wrong} faults')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
