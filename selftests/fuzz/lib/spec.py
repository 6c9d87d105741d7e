# SPDX-License-Identifier: GPL-2.0-only
"""The netlink spec as objects, read with nothing but Python: guests have no YAML library.

The reader knows the part of YAML that the spec is written in and refuses the rest. The numbers
come from the uapi header; that it agrees with the spec is a static test's business.
"""

import os
import re

from genl import UAPI

PATH = os.path.join(os.path.dirname(__file__), '../../../Documentation/netlink/espah.yaml')


class Reader:
    """Block mappings, block sequences, one-line flow collections, anchors and literal blocks."""

    def __init__(self, text):
        self.lines = []
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and not line.lstrip().startswith('#'):
                self.lines.append((len(line) - len(line.lstrip()), line.strip(), number))
        self.at = 0
        self.anchors = {}

    def peek(self):
        return self.lines[self.at] if self.at < len(self.lines) else (-1, '', 0)

    def block(self, indent):
        """What stands at this indentation."""
        return self.sequence(indent) if self.peek()[1][0] == '-' else self.mapping(indent)

    def sequence(self, indent):
        out = []
        while self.peek()[0] == indent and self.peek()[1][0] == '-':
            _, text, number = self.lines[self.at]
            if text == '-':
                self.at += 1
                out.append(self.block(self.peek()[0]))
            elif re.match(r'- [a-z-]+:( |$)', text):
                self.lines[self.at] = (indent + 2, text[2:], number)
                out.append(self.block(indent + 2))
            else:
                self.at += 1
                out.append(self.scalar(text[1:].strip(), number))
        return out

    def mapping(self, indent):
        out = {}
        while self.peek()[0] == indent and self.peek()[1][0] != '-':
            _, text, number = self.lines[self.at]
            found = re.fullmatch(r'([A-Za-z0-9-]+):(?: (.*))?', text)
            if not found:
                raise ValueError(f'line {number} of the spec is of no known form: {text}')
            self.at += 1
            out[found[1]] = self.value((found[2] or '').strip(), indent, number)
        return out

    def value(self, text, indent, number):
        if text == '|':
            words = []
            while self.peek()[0] > indent:
                words.append(self.lines[self.at][1])
                self.at += 1
            return ' '.join(words)
        anchor = re.fullmatch(r'&(\S+)', text)
        if text and not anchor:
            return self.scalar(text, number)
        deeper = self.peek()[0]
        out = self.block(deeper) if deeper > indent else None
        if anchor:
            self.anchors[anchor[1]] = out
        return out

    def scalar(self, text, number):
        if text[0] == '*':
            return self.anchors[text[1:]]
        if text[0] == '[' and text[-1] == ']':
            items = text[1:-1].strip()
            return [self.scalar(item.strip(), number) for item in items.split(',')] if items else []
        if text[0] == '{' and text[-1] == '}':
            pairs = (item.partition(':') for item in text[1:-1].split(','))
            return {key.strip(): self.scalar(value.strip(), number) for key, _, value in pairs}
        if text[0] in '[{&|>\'"!%@':
            raise ValueError(f'line {number} of the spec is of no known form: {text}')
        return int(text, 0) if re.fullmatch(r'[0-9]+|0x[0-9a-f]+', text) else text


def number_of(*words):
    return UAPI['-'.join(words).upper().replace('-', '_')]


class Attribute:
    """An attribute of a set."""

    def __init__(self, prefix, entry, enums, consts):
        self.name = entry['name']
        self.number = number_of(prefix + self.name)
        self.type = entry['type']
        self.nest = entry.get('nested-attributes')
        self.multi = entry.get('multi-attr') == 'true'
        self.big_endian = entry.get('byte-order') == 'big-endian'
        checks = {key: consts.get(value, value) for key, value in entry.get('checks', {}).items()}
        self.max_len = checks.get('max-len')
        self.min = checks.get('min', 0)
        self.max = checks.get('max')
        if 'enum' in entry:
            self.max = enums[entry['enum']]
        self.is_address = self.type == 'binary' and self.max_len == 16


class Operation:
    """A command; do, dump and reply are names of attributes, None where it has no such form."""

    def __init__(self, entry):
        self.name = entry['name']
        self.number = number_of('cmd-' + self.name)
        self.set = entry['attribute-set']
        self.object, _, self.verb = self.name.rpartition('-')

        def names(form, part):
            if form not in entry:
                return None
            return entry[form].get(part, {}).get('attributes', [])

        self.do = names('do', 'request')
        self.dump = names('dump', 'request')
        self.reply = names('do', 'reply')


class Spec:
    """sets: attributes by name, of each set; operations by name."""

    def __init__(self, path=PATH):
        with open(path, encoding='utf-8') as file:
            tree = Reader(file.read()).block(0)
        consts = {d['name']: d['value'] for d in tree['definitions'] if d['type'] == 'const'}
        # The highest value of each.
        tops = {'enum': lambda entries: len(entries) - 1,
                'flags': lambda entries: (1 << len(entries)) - 1}
        enums = {d['name']: tops[d['type']](d['entries']) for d in tree['definitions']
                 if d['type'] in tops}
        self.sets = {}
        for entry in tree['attribute-sets']:
            prefix = entry['name-prefix'].replace(f'{tree["name"]}-a-', '', 1)
            attributes = [Attribute(prefix, a, enums, consts) for a in entry['attributes']]
            self.sets[entry['name']] = {a.name: a for a in attributes}
        self.operations = {o['name']: Operation(o) for o in tree['operations']['list']}
        self.by_number = {name: {a.number: a for a in attributes.values()}
                          for name, attributes in self.sets.items()}
