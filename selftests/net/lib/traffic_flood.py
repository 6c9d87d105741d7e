# SPDX-License-Identifier: GPL-2.0-only
"""A flood of datagrams in the background."""

import os
import select
import socket
import struct
import threading
import time

import traffic_ends
from traffic_ends import PORT, QUIET, Failure, address_of, make_socket, words


class Flood(threading.Thread):
    """Numbered datagrams, as many as go, until told to stop."""

    BURST = 32
    IN_FLIGHT = 128

    def __init__(self, source, target, size, cpu):
        super().__init__(daemon=True)
        self.cpu = cpu
        self.client = make_socket(source, socket.SOCK_DGRAM)
        self.server = make_socket(target, socket.SOCK_DGRAM, port=PORT)
        self.server.setblocking(False)
        self.target = (address_of(target), PORT)
        self.padding = os.urandom(max(int(size) - 8, 0))
        self.sent = self.refused = self.received = 0
        self.reordered = self.changed = self.given_up = 0
        self.highest = 0
        self.enough = threading.Event()

    def run(self):
        # On another CPU, a packet can overtake the one before it.
        os.sched_setaffinity(0, {self.cpu})
        patience = 0
        while not self.enough.is_set():
            # What has not come for so long is lost, and no longer on its way.
            if self.sent - self.received - self.given_up < self.IN_FLIGHT:
                self.send()
            if self.drain():
                patience = 0
            else:
                patience += 1
            if patience > 20:
                self.given_up = self.sent - self.received

    def send(self):
        for _ in range(self.BURST):
            try:
                self.client.sendto(struct.pack("!Q", self.sent + 1) + self.padding, self.target)
                self.sent += 1
            except OSError:
                self.refused += 1

    def drain(self):
        """Take what has arrived; False if that was nothing."""
        some = False
        select.select([self.server], [], [], 0.001)
        while True:
            try:
                data = self.server.recv(1 << 16)
            except BlockingIOError:
                return some
            some = True
            self.received += 1
            number, = struct.unpack("!Q", data[:8])
            if number < self.highest:
                self.reordered += 1
            self.highest = max(number, self.highest)
            if data[8:] != self.padding:
                self.changed += 1

    def stop(self, all_must_arrive):
        self.enough.set()
        self.join()
        end = time.monotonic() + (traffic_ends.PATIENCE if all_must_arrive else QUIET)
        while self.received < self.sent and time.monotonic() < end:
            self.drain()
        self.client.close()
        self.server.close()
        return words(sent=self.sent, refused=self.refused, received=self.received,
                     lost=self.sent - self.received, reordered=self.reordered,
                     changed=self.changed)


floods = []


def flood_start(source, target, size, cpu=0):
    flood = Flood(source, target, size, int(cpu))
    flood.start()
    floods.append(flood)
    return ""


def flood_stop(all_must_arrive=""):
    return floods.pop().stop(all_must_arrive)


def flood_sent(count):
    """Wait until the flood has sent so many more."""
    flood = floods[-1]
    goal = flood.sent + flood.refused + int(count)
    end = time.monotonic() + traffic_ends.PATIENCE
    while flood.sent + flood.refused < goal:
        if time.monotonic() > end:
            raise Failure("the flood stands still")
        time.sleep(0.01)
    return ""
