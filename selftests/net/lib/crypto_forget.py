#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""crypto_forget.py DRIVER: have the crypto API forget what it once made of a template.

It prefers what is wrapped, for everybody and for good. It is in use as long as an SA that is on its
way out.
"""

import errno
import os
import socket
import struct
import sys
import time

NETLINK_CRYPTO = 21
CRYPTO_MSG_DELALG = 0x11
NLM_F_REQUEST, NLM_F_ACK = 1, 4
LIMIT = 60


def ask(sock, driver):
    """Returns the errno, or 0."""
    # struct crypto_user_alg: name, driver and module of 64 octets each, and four numbers.
    body = struct.pack('64s64s64s4I', b'', driver.encode(), b'', 0, 0, 0, 0)
    sock.send(struct.pack('=IHHII', 16 + len(body), CRYPTO_MSG_DELALG, NLM_F_REQUEST | NLM_F_ACK,
                          1, 0) + body)
    return -struct.unpack_from('=i', sock.recv(4096), 16)[0]


def main(driver):
    end = time.monotonic() + LIMIT
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_CRYPTO) as sock:
        err = ask(sock, driver)
        while err == errno.EBUSY and time.monotonic() < end:
            time.sleep(0.05)
            err = ask(sock, driver)
    return f'{driver}: {os.strerror(err)}' if err else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
