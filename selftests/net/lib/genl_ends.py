# SPDX-License-Identifier: GPL-2.0-only
"""genl_ends.py ROUNDS: namespaces end with SAs, policies and packets still in them.

Two namespaces a round: packets arrive in the second one, from the first and protected, at the
moment it goes; then the first one goes while it still sends.
"""

import os
import subprocess
import sys

from genl_espah import ALG_NAME
from genl_memory import nothing_is_lost
from genl_net import PCRYPT, Flood, Link, Talk, hooks_held, insmod, netns_del, removed, wait_until

WARM_UP = 10
SAS = 5


def make_pair(names):
    lines = [f'netns add {name}' for name in names]
    lines.append(f'link add veth0 netns {names[0]} type veth peer name veth0 netns {names[1]}')
    subprocess.run(['ip', '-b', '-'], input='\n'.join(lines), text=True, check=True)
    for i, name in enumerate(names):
        lines = f'addr add 10.9.0.{i + 1}/24 dev veth0\nlink set veth0 up\nlink set lo up\n'
        subprocess.run(['ip', '-n', name, '-b', '-'], input=lines, text=True, check=True)


def one_round(number):
    names = [f'end{side}-{os.getpid()}-{number}' for side in 'ab']
    make_pair(names)
    # One in five ends inside of the crypto layer; its templates take long to make.
    link = Link(names, mode=number % 2, alg=PCRYPT if number % 5 == 4 else ALG_NAME, sas=SAS)
    for side in (0, 1):
        link.configure(side)
    talk = Talk(names)
    talk.say(b'ready')
    flood = Flood(names[0])
    for _ in range(50):
        talk.sender.send(b'late')
    # A socket holds its namespace; so does a process that is inside.
    talk.receiver.close()
    netns_del(names[1])
    for _ in range(50):
        try:
            talk.sender.send(b'later')
        except OSError:
            break
    talk.sender.close()
    flood.end()
    netns_del(names[0])


def some_rounds(numbers):
    for number in numbers:
        one_round(number)
    wait_until(120, unused, 'all SAs and policies are gone')


def main():
    rounds = int(sys.argv[1])
    if not os.path.exists('/sys/module/espah'):
        insmod()
    some_rounds(range(WARM_UP))
    # Half an object a round: one lost each time stands out.
    few = (rounds - WARM_UP) // 2
    nothing_is_lost(lambda: some_rounds(range(WARM_UP, rounds)),
                    lambda name: 60 if name == 'Percpu' else few)
    wait_until(120, removed, 'rmmod')
    print(f'{rounds} rounds')


def unused():
    with open('/sys/module/espah/refcnt', encoding='ascii') as file:
        return int(file.read()) == 0


if __name__ == '__main__':
    with hooks_held():
        main()
