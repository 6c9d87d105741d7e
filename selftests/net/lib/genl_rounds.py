# SPDX-License-Identifier: GPL-2.0-only
"""genl_rounds.py NS NS ROUNDS: insert, configure, talk, remove, while a flood comes in.

Every round the module goes in and out; every other one it is asked to go too early.
"""

import errno
import os
import sys

from genl_espah import ALG_NAME
from genl_memory import nothing_is_lost
from genl_net import PCRYPT, Flood, Link, Talk, hooks_held, insmod, removed, rmmod, wait_until

# Enough that one lost allocation an SA shows in the figures of one round in ten.
SAS = 5
WARM_UP = 10


def tolerance(rounds):
    """One lost object a round is a leak; the rest of the kernel moves by less than a slab.

    Of per-CPU memory a namespace's counters take 350 octets a CPU and round: two namespaces,
    two CPUs and 90 rounds make 120 kB, and the usage of 20 SAs, 24 octets each, 86 kB.
    """
    return lambda name: 60 if name == 'Percpu' else max(rounds // 2, 25)


def refuse_to_go():
    try:
        rmmod()
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EBUSY):
            return
        raise
    raise AssertionError('the module was removed while SAs and policies exist')


def one_round(names, number, talk):
    insmod()
    alg = PCRYPT if number % 10 == 9 else ALG_NAME
    link = Link(names, mode=number % 2, alg=alg, sas=SAS)
    for side in (0, 1):
        link.configure(side)
    for i in range(5):
        talk.say(b'%d %d' % (number, i))
    if number % 2:
        refuse_to_go()
    # Packets are under way when their SAs go.
    for _ in range(20):
        talk.sender.send(b'late')
    link.flush()
    talk.forget()
    wait_until(120, removed, f'rmmod in round {number}')


def some_rounds(names, numbers, talk):
    flood = Flood(names[0])
    try:
        for number in numbers:
            one_round(names, number, talk)
    finally:
        flood.end()
    if os.path.exists('/sys/module/espah'):
        raise AssertionError('the module is still there')


def main():
    names, rounds = sys.argv[1:3], int(sys.argv[3])
    talk = Talk(names)
    some_rounds(names, range(WARM_UP), talk)
    nothing_is_lost(lambda: some_rounds(names, range(WARM_UP, rounds), talk),
                    tolerance(rounds - WARM_UP))
    print(f'{rounds} rounds')


if __name__ == '__main__':
    with hooks_held():
        main()
