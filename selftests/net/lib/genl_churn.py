# SPDX-License-Identifier: GPL-2.0-only
"""genl_churn.py NS TRIES: add and remove an SA until so many dumps have begun, then leave it there.

How many began is what a kprobe counts. TRIES 0: never stop.
"""

import sys
import time

from genl import Client
from genl_espah import OLD_ID, OLD_SA, must
from genl_net import inside

PROFILE = '/sys/kernel/tracing/kprobe_profile'


def begun():
    with open(PROFILE, encoding='ascii') as file:
        return sum(int(line.split()[1]) for line in file)


def main():
    tries = int(sys.argv[2])
    # Only the socket goes there: ip-netns(8) would hide /sys/kernel/tracing.
    with inside(sys.argv[1]):
        client = Client()
    must(client, 'SA_ADD', OLD_SA)
    print('ready', flush=True)
    end = time.monotonic() + 200
    while not tries or begun() < tries:
        if time.monotonic() > end:
            sys.exit(f'expected {tries} dumps, saw {begun()}')
        must(client, 'SA_DEL', OLD_ID)
        must(client, 'SA_ADD', OLD_SA)


if __name__ == '__main__':
    main()
