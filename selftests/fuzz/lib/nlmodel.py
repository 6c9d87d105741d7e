# SPDX-License-Identifier: GPL-2.0-only
"""What the namespace should hold, from what the kernel accepted, in the words of the spec."""

from genl import UAPI, Attr, attributes
from nlgen import IDENTITY
from rounds import check

SHOW_KEYS = {'sa': [Attr(UAPI['SA_SHOW_KEYS'])], 'policy': []}


class Model:
    """entries: of each kind, attributes by identity. Zero and absent are the same."""

    def __init__(self, spec):
        self.spec = spec
        self.entries = {}
        self.clear()
        # What a request may set and an answer shows.
        self.shown = {kind: set(spec.operations[f'{kind}-add'].do) &
                      set(spec.operations[f'{kind}-get'].reply) - {'index'} for kind in IDENTITY}

    def clear(self):
        self.entries = {kind: {} for kind in IDENTITY}

    def meaning(self, set_, octets):
        """Attributes by name, nests taken apart, zeros left out; of what repeats, a list."""
        out = {}
        for number, value in attributes(octets):
            attr = self.spec.by_number[set_].get(number)
            if attr is None:
                continue
            if attr.type == 'nest':
                value = self.meaning(attr.nest, value)
                if not value:
                    continue
            elif attr.type == 'string':
                value = value.split(b'\0')[0] + b'\0'
            elif attr.type != 'flag' and not any(value):
                continue
            if attr.multi:
                out.setdefault(attr.name, []).append(value)
            else:
                out[attr.name] = value
        return out

    def shown_of(self, kind, values):
        return {name: value for name, value in values.items() if name in self.shown[kind]}

    @staticmethod
    def key(kind, values):
        def plain(value):
            return tuple(sorted(value.items())) if isinstance(value, dict) else value
        return tuple(plain(values.get(name)) for name in IDENTITY[kind])

    def seen(self, kind, answers):
        """A dump's answers as entries."""
        out = {}
        for answer in answers:
            values = self.shown_of(kind, self.meaning(kind, answer[4:]))
            key = self.key(kind, values)
            check(key not in out, f'a dump has the same {kind} twice: {values}')
            out[key] = values
        return out

    def indices(self, client):
        """The numbers that the kernel has given to policies, as octets."""
        answers = client.dump(self.spec.operations['policy-get'].number).answers
        return [dict(attributes(answer[4:]))[UAPI['POLICY_INDEX']] for answer in answers]

    def dumped(self, client, kind):
        verdict = client.dump(self.spec.operations[f'{kind}-get'].number, SHOW_KEYS[kind])
        check(not verdict.err, f'the dump of {kind}s was refused: {verdict.words}')
        return self.seen(kind, verdict.answers)

    def moved(self, client):
        """Where to, the kernel says; nothing has come or gone."""
        for kind, entries in self.entries.items():
            now = self.dumped(client, kind)
            check(len(now) == len(entries), f'of {len(entries)} {kind}s there are {len(now)} after a migration')
            self.entries[kind] = now

    def accepted(self, client, operation, octets):
        """The kernel did as it was asked."""
        kind = operation.object
        if operation.name == 'sa-alloc-spi':
            self.allocated(client)
        if operation.name == 'migrate':
            self.moved(client)
        if kind not in self.entries or operation.verb == 'get':
            return
        entries = self.entries[kind]
        values = self.meaning(operation.set, octets)
        key = self.key(kind, values)
        if operation.verb == 'flush':
            self.flush(kind, values, octets)
        elif operation.name == 'policy-del' and {'index', 'name'} & values.keys():
            self.removed_one(client, kind)
        elif operation.verb == 'del':
            check(key in entries, f'{operation.name}: there was none such')
            del entries[key]
        elif operation.name == 'sa-update':
            check(key in entries, f'{operation.name}: there was none such')
            self.updated(entries, key, values, octets)
        else:
            check(operation.verb == 'update' or key not in entries,
                  f'{operation.name}: the same was accepted twice')
            entries[key] = self.shown_of(kind, values)

    @staticmethod
    def larval(entry):
        return not {'aead', 'enc'} & entry.keys()

    def updated(self, entries, key, values, octets):
        """A larval SA becomes what the request says, another changes in these."""
        said = {self.spec.by_number['sa'][number].name for number, _ in attributes(octets)}
        changing = {'sel', 'limits'} | said & {'dummy-interval', 'replay-thresh', 'replay-timer'}
        if self.larval(entries[key]):
            kept = {name: value for name, value in entries[key].items()
                    if name in ('src', 'mode', 'reqid') and name not in said}
            entries[key] = kept | self.shown_of('sa', values)
            return
        rest = {name: value for name, value in entries[key].items() if name not in changing}
        entries[key] = rest | {name: values[name] for name in changing if name in values}

    def allocated(self, client):
        """One more, whose SPI the model does not know."""
        now, before = self.dumped(client, 'sa'), self.entries['sa']
        new = now.keys() - before.keys()
        check(len(new) == 1 and len(now) == len(before) + 1 and self.larval(now[next(iter(new))]),
              f'sa-alloc-spi: {before} became {now}')
        self.entries['sa'] = now

    def flush(self, kind, values, octets):
        """All of them, or those that agree with what the request says."""
        said = {self.spec.by_number[kind][number].name for number, _ in attributes(octets)}
        self.entries[kind] = {key: entry for key, entry in self.entries[kind].items()
                              if any(entry.get(name) != values.get(name) for name in said)}

    def removed_one(self, client, kind):
        """By its index, which the model does not know."""
        left, before = self.dumped(client, kind), self.entries[kind]
        check(len(left) == len(before) - 1 and left.items() <= before.items(),
              f'more changed than one {kind}: {before} became {left}')
        self.entries[kind] = left

    def adopt(self, client):
        """Take over what is there, where nobody can tell what was asked."""
        self.entries = {kind: self.dumped(client, kind) for kind in IDENTITY}

    def counted(self, client):
        """The family's own figures against the entries."""
        answer = client.request(UAPI['CMD_INFO_GET'], []).answers[0]
        values = {name: int.from_bytes(value, 'little') for name, value in
                  self.meaning('info', answer[4:]).items() if isinstance(value, bytes)}
        expected = {'sa-count': len(self.entries['sa'])}
        for number, name in enumerate(('in', 'out', 'fwd')):
            of_dir = [e for e in self.entries['policy'].values()
                      if e.get('dir', b'\0') == bytes([number])]
            expected[f'policies-{name}'] = len(of_dir)
        expected = {name: value for name, value in expected.items() if value}
        check(values == expected, f'info-get: expected {expected}, saw {values}')

    def compare(self, client):
        for kind, entries in self.entries.items():
            seen = self.dumped(client, kind)
            for key in seen.keys() | entries.keys():
                check(seen.get(key) == entries.get(key),
                      f'{kind}: expected {entries.get(key)}, saw {seen.get(key)}')
        self.counted(client)
