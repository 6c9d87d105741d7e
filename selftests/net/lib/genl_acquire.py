# SPDX-License-Identifier: GPL-2.0-only
"""genl_acquire.py ADDR COUNT|until-twice [refused]: send datagrams there, which must not be refused
unless it says so; print what SAs were asked for, each once."""

import errno
import socket
import struct
import sys
import time

from genl import UAPI, attributes
from genl_events import Ear

LIMIT = 60  # seconds; ten times what a slow machine needs
PAUSE = 0.3  # so that those that wait are few


def number(data):
    return int.from_bytes(data, sys.byteorder)


def address(found, name):
    return socket.inet_ntoa(found[UAPI[name]]) if UAPI[name] in found else 'any'


def words(event):
    sel = dict(attributes(event.attrs[UAPI['POLICY_SEL']]))
    tmpl = dict(attributes(event.attrs[UAPI['POLICY_TMPL']]))
    for end in 'SRC', 'DST':
        if sel[UAPI[f'SEL_{end}_MIN']] != sel[UAPI[f'SEL_{end}_MAX']]:
            raise AssertionError('more than one flow')
    return (f'dir={number(event.attrs[UAPI["POLICY_DIR"]])} src={address(sel, "SEL_SRC_MIN")} '
            f'dst={address(sel, "SEL_DST_MIN")} proto={number(sel[UAPI["SEL_PROTO"]])} '
            f'tmpl={address(tmpl, "TMPL_SRC")}>{address(tmpl, "TMPL_DST")} '
            f'mode={number(tmpl[UAPI["TMPL_MODE"]])} '
            f'reqid={struct.unpack("=I", tmpl[UAPI["TMPL_REQID"]])[0]}')


def send(sock, to, wanted):
    try:
        sock.sendto(b'x', (to, 9))
        seen = 0
    except OSError as err:
        seen = err.errno
    if seen != wanted:
        raise AssertionError(f'sending: expected {wanted}, saw {seen}')


def main(to, count, refused=None):
    ear, told = Ear(), []
    wanted = errno.EPERM if refused else 0
    begin = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        if count == 'until-twice':
            while len(told) < 2 and time.monotonic() < begin + LIMIT:
                send(sock, to, wanted)
                time.sleep(PAUSE)
                told += [e for e in ear.events() if e.cmd == UAPI['CMD_ACQUIRE_NTF']]
        else:
            for _ in range(int(count)):
                send(sock, to, wanted)
            told = [e for e in ear.events() if e.cmd == UAPI['CMD_ACQUIRE_NTF']]
        most = 1 + int(time.monotonic() - begin)
    if len(told) > most:
        raise AssertionError(f'asked {len(told)} times')
    if count == 'until-twice' and len(told) < 2:
        raise AssertionError(f'asked {len(told)} times in {LIMIT} seconds')
    for line in dict.fromkeys(words(event) for event in told):
        print(line)


if __name__ == '__main__':
    main(*sys.argv[1:])
