#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""traffic.py, a wire on which IKE is no clear text, and SAs that are replaced under a flood."""

import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../../interop/lib")]

# pylint: disable=wrong-import-position
import traffic  # noqa: E402
import wire  # noqa: E402
from genl import Client  # noqa: E402
from genl_espah import aead, must  # noqa: E402
from traffic import COMMANDS  # noqa: E402
from traffic_ends import PATIENCE, Failure, Namespace, address_of, words  # noqa: E402
from traffic_flood import flood_sent, floods  # noqa: E402

TRANSPORT, WINDOW = 0, 1024
FIRST = 0x10000
# Protocol and reqid of the SAs that are replaced, and their keys.
KINDS = {"esp": (50, 1, lambda: {"aead": aead(key=os.urandom(20))}),
         "ah": (51, 2, lambda: {"auth": {"name": "hmac(sha256)", "key": os.urandom(32), "icv-bits": 128}})}


def all_arrived(flood, count):
    """So many datagrams have; those after them may be under way."""
    end = time.monotonic() + PATIENCE
    while flood.received < count:
        if time.monotonic() > end:
            raise Failure("%d datagrams of %d did not arrive" % (count - flood.received, count))
        time.sleep(0.001)


def rekey(source, target, old, times, every, kind="esp"):
    """Replace the SA that the flood goes by, TIMES times, each after EVERY datagrams.

    The receiver has the new one before the sender, and the old one as long as something may
    come by it: OLD is the SPI of the first.
    """
    clients = []
    for end in (source, target):
        with Namespace(end.split("@")[0]):
            clients.append(Client())
    sender, receiver = clients
    proto, reqid, keys = KINDS[kind]
    name = {"dst": address_of(target), "proto": proto}
    old, flood = int(old, 0), floods[-1]
    for number in range(int(times)):
        flood_sent(every)
        new = {**name, "src": address_of(source), "spi": FIRST + number, "mode": TRANSPORT, "reqid": reqid,
               "replay-window": WINDOW, **keys()}
        for client in (receiver, sender):
            must(client, "SA_ADD", new)
        must(sender, "SA_DEL", {**name, "spi": old})
        # One that is being sent at this moment is not counted yet.
        all_arrived(flood, flood.sent + 1)
        must(receiver, "SA_DEL", {**name, "spi": old})
        old = FIRST + number
    for client in clients:
        client.close()
    return words(times=times)


def reset():
    """Forget what a test that failed has left."""
    traffic.reset()
    return wire.reset()


COMMANDS.update({function.__name__: function for function in (rekey, reset)})

if __name__ == "__main__":
    traffic.main()
