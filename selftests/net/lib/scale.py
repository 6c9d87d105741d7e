# SPDX-License-Identifier: GPL-2.0-only
"""scale.py policies|flows SEED COUNT [FLOWS]: many policies that overlap, and what becomes of flows.

The policies are lines for espah(8), the flows lines of source, destination and "arrived" or
"EPERM", as the first policy that matches has it, by priority and then by age. What is in the net
10.20.0.0/27 speaks to 10.30.0.0/27.
"""

import random
import sys

SRC, DST = 0x0a140000, 0x0a1e0000
HOSTS = 32


def text(addr):
    return '.'.join(str(addr >> shift & 255) for shift in (24, 16, 8, 0))


def some_range(chance, net):
    """A host, a prefix or any other range, mostly small."""
    kind = chance.randrange(4)
    if kind == 0:
        low = high = chance.randrange(HOSTS)
    elif kind == 1:
        size = 1 << chance.randrange(6)
        low = chance.randrange(HOSTS) & ~(size - 1)
        high = low + size - 1
    elif kind == 2:
        low = chance.randrange(HOSTS)
        high = min(low + chance.randrange(6), HOSTS - 1)
    else:
        return 0, 0xffffffff
    return net + low, net + high


def policies(chance, count):
    """Each a tuple of source, destination, protocol, priority and action; none twice."""
    made = {}
    while len(made) < count:
        name = (some_range(chance, SRC), some_range(chance, DST), chance.choice(('', 'udp', 'tcp')))
        made.setdefault(name, (chance.randrange(8), chance.choice(('allow', 'block'))))
    return [name + rest for name, rest in made.items()]


def line(policy):
    src, dst, proto, priority, action = policy
    ends = ' '.join(f'{word} {text(low)}-{text(high)}' for word, (low, high) in
                    (('src', src), ('dst', dst)))
    return (f'policy add {ends} {"proto " + proto if proto else ""} dir out '
            f'priority {priority} action {action}')


def verdict(rules, src, dst):
    """Of UDP. min() takes the first of equal ones: the oldest."""
    matching = [rule for rule in rules if rule[0][0] <= src <= rule[0][1]
                and rule[1][0] <= dst <= rule[1][1] and rule[2] != 'tcp']
    if matching and min(matching, key=lambda rule: rule[3])[4] == 'block':
        return 'EPERM'
    return 'arrived'


def main():
    chance = random.Random(int(sys.argv[2]))
    rules = policies(chance, int(sys.argv[3]))
    if sys.argv[1] == 'policies':
        print('\n'.join(map(line, rules)))
        return
    for _ in range(int(sys.argv[4])):
        src, dst = SRC + chance.randrange(1, HOSTS - 1), DST + chance.randrange(1, HOSTS - 1)
        print(text(src), text(dst), verdict(rules, src, dst))


main()
