# SPDX-License-Identifier: GPL-2.0-only
"""genl_fuzz.py COUNT [SEED]: random requests against a model of what they should do.

What is accepted shows in the next dump exactly as it was asked for, what is refused leaves no
trace, and a request with a defect is never accepted.
"""

import errno
import random
import sys

from genl import NLA_F_NESTED, UAPI, Attr, Client, attributes, encode
from genl_espah import ALG_NAME, NESTS, SETS, command, make, must, num

NAMES = {set_: {num(set_, name): name for name, _ in SETS[set_]} for set_ in SETS}
SHOWN = {'SA': ('src', 'dst', 'proto', 'spi', 'mode', 'reqid', 'replay-window', 'sel', 'aead'),
         'POLICY': ('dir', 'priority', 'action', 'sel', 'tmpl')}
ALWAYS = {'reqid': bytes(4), 'replay-window': bytes(4), 'priority': bytes(4)}


class Generator:
    """Requests from few values, so that they meet each other."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def addr(self):
        return f'10.0.0.{self.random.randint(1, 3)}'

    def sel(self):
        low, high = sorted(self.random.choices(range(4), k=2))
        out = {'src-min': f'10.1.{low}.0', 'src-max': f'10.1.{high}.255', 'dst-min': '10.2.0.0',
               'dst-max': f'10.2.{high}.0', 'proto': self.random.choice((6, 17))}
        return self.without(out, ('proto',))

    def without(self, values, optional):
        return {k: v for k, v in values.items() if k not in optional or self.random.random() < .7}

    def sa(self):
        pick = self.random.choice
        aead = {'name': ALG_NAME,
                'key': self.random.randbytes(pick((20, 28, 36))), 'icv-bits': 128}
        values = {'src': self.addr(), 'dst': self.addr(), 'proto': 50,
                  'spi': 0x100 + self.random.randrange(12), 'mode': pick((0, 1)),
                  'reqid': self.random.randrange(3), 'replay-window': pick((0, 32, 4096)),
                  'sel': self.sel(), 'aead': aead}
        return self.without(values, ('reqid', 'replay-window', 'sel'))

    def policy(self):
        pick = self.random.choice
        values = {'dir': pick((0, 1, 2)), 'priority': self.random.randrange(4),
                  'action': pick((0, 0, 1, 2)), 'sel': self.sel()}
        if not values['action']:
            tmpl = {'src': self.addr(), 'dst': self.addr(), 'proto': 50, 'spi': 0x200,
                    'mode': pick((0, 1)), 'reqid': self.random.randrange(3), 'level': pick((0, 1))}
            values['tmpl'] = self.without(tmpl, ('spi', 'reqid', 'level'))
        return self.without(values, ('priority',))

    def request(self):
        """Return: a command, and a request for it with nothing wrong in itself."""
        name = self.random.choice(('SA_ADD', 'SA_ADD', 'SA_UPDATE', 'SA_DEL', 'POLICY_ADD',
                                   'POLICY_ADD', 'POLICY_UPDATE', 'POLICY_DEL', 'SA_GET',
                                   'POLICY_GET'))
        if name.startswith('SA'):
            values = self.sa()
            keep = {'SA_DEL': ('src', 'dst', 'proto', 'spi'),
                    'SA_GET': ('src', 'dst', 'proto', 'spi'),
                    'SA_UPDATE': ('src', 'dst', 'proto', 'spi', 'sel')}.get(name, values)
        else:
            values = self.policy()
            keep = ('dir', 'sel') if name in ('POLICY_DEL', 'POLICY_GET') else values
        return command(name), {k: v for k, v in values.items() if k in keep}

    def spoil(self, attrs):
        """Break one attribute, somewhere, so that nothing can make sense of the request."""
        where = attrs
        while True:
            attr = self.random.choice(where)
            if not isinstance(attr.data, list) or self.random.random() < .4:
                break
            where = attr.data
        kind = self.random.randrange(5)
        if kind == 0:
            where.append(attr.copy())
        elif kind == 1:
            where.append(Attr(self.random.choice((0, 0x1000, 0x3fff)), self.random.randbytes(4)))
        elif kind == 2:
            attr.flags ^= NLA_F_NESTED
        elif kind == 3:
            attr.length = self.random.choice((0, 1, 2, 3, 0xffff))
        else:
            attr.data = self.random.randbytes(self.random.choice((3, 5, 129, 200)))
            attr.flags = 0

    def bend(self, octets):
        """Change octets without regard to what they are."""
        data = bytearray(octets)
        for _ in range(self.random.randint(1, 4)):
            data[self.random.randrange(len(data))] = self.random.randrange(256)
        cut = self.random.randint(0, len(data)) if self.random.random() < .3 else len(data)
        return bytes(data[:cut])


def meaning(set_, octets, shown=None):
    """The attributes of a request or an answer, nests taken apart."""
    out = {}
    for number, value in attributes(octets):
        name = NAMES[set_].get(number)
        if shown is None or name in shown:
            out[name] = meaning(NESTS[name], value) if name in NESTS else value
    return out


def settle(set_, values):
    """A request's meaning as the dump would have it: defaults filled in, zeros left out."""
    out = {k: v for k, v in ALWAYS.items() if k in SHOWN[set_]} | values
    if 'aead' in out:
        out['aead'] = {**out['aead'], 'name': out['aead']['name'].split(b'\0')[0] + b'\0'}
    if out.get('sel', {}).get('proto') == b'\0':
        out['sel'] = {k: v for k, v in out['sel'].items() if k != 'proto'}
    if 'tmpl' in out:
        defaults = {'spi': bytes(4), 'reqid': bytes(4), 'level': b'\0'}
        out['tmpl'] = {k: v for k, v in (defaults | out['tmpl']).items()
                       if k not in ('src', 'dst') or any(v)}
    return out


def key_of(set_, values):
    if set_ == 'SA':
        return values['dst'], values['proto'], values['spi']
    return values['dir'], tuple(sorted(values['sel'].items()))


class Model:
    """What the namespace should hold."""

    def __init__(self):
        self.entries = {'SA': {}, 'POLICY': {}}

    def apply(self, cmd, octets):
        """The kernel has accepted the request."""
        values = settle(cmd.set, meaning(cmd.set, octets))
        entries = self.entries[cmd.set]
        if 'sel' not in values and 'index' in values:
            raise AssertionError('nobody asked for an index')
        key = key_of(cmd.set, values)
        if cmd.name.endswith('_DEL'):
            del entries[key]
        elif cmd.name.endswith('_GET'):
            entries[key]
        elif cmd.name == 'SA_UPDATE':
            new = {k: v for k, v in entries[key].items() if k != 'sel'}
            entries[key] = new | ({'sel': values['sel']} if 'sel' in values else {})
        elif cmd.name.endswith('_ADD') and key in entries:
            raise AssertionError('the same was accepted twice')
        else:
            entries[key] = values

    def check(self, client):
        for set_, get in (('SA', 'SA_GET'), ('POLICY', 'POLICY_GET')):
            attrs = [Attr(UAPI['SA_SHOW_KEYS'])] if set_ == 'SA' else []
            answers = client.dump(UAPI['CMD_' + get], attrs).answers
            seen = [meaning(set_, answer[4:], SHOWN[set_]) for answer in answers]
            seen = {key_of(set_, values): values for values in seen}
            if len(seen) != len(answers) or seen != self.entries[set_]:
                raise AssertionError(f'{set_}: expected {self.entries[set_]}, saw {seen}')


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    gen, model, client = Generator(seed), Model(), Client()
    must(client, 'SA_FLUSH', {})
    must(client, 'POLICY_FLUSH', {})
    tally = {}
    for i in range(count):
        cmd, values = gen.request()
        attrs = [make(cmd.set, k, v) for k, v in values.items()]
        way = gen.random.choice(('good', 'spoilt', 'bent'))
        if way == 'spoilt':
            gen.spoil(attrs)
        octets = encode(attrs)
        if way == 'bent':
            octets = gen.bend(octets)
        verdict = client.request(cmd.number, octets)
        outcome = errno.errorcode.get(verdict.err, 'OK')
        tally[way, outcome] = tally.get((way, outcome), 0) + 1
        what = f'request {i} of seed {seed}, {cmd.name} {octets.hex()}: {outcome}'
        if way == 'spoilt' and not verdict.err:
            raise AssertionError(f'{what}, though it is spoilt')
        if verdict.err and not verdict.words:
            raise AssertionError(f'{what}, and no sentence')
        if way == 'good' and verdict.err not in (0, errno.EEXIST, errno.ESRCH, errno.ENOENT):
            raise AssertionError(f'{what} "{verdict.words}", though nothing is wrong with it')
        if not verdict.err:
            model.apply(cmd, octets)
        if i % 100 == 99:
            model.check(client)
    model.check(client)
    print(', '.join(f'{way} {outcome}: {n}' for (way, outcome), n in sorted(tally.items())))


if __name__ == '__main__':
    main()
