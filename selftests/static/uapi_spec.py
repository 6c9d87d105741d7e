#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare a genetlink spec with its uapi header.

usage: uapi_spec.py form|assertions|names SPEC HEADER

form        print what is wrong with the spec itself
assertions  print a C file that compiles if the header has the spec's values
names       print the names that only one of them has

Where the spec does not say otherwise, names and numbers follow the kernel's
genetlink conventions: commands and attributes count from 1, enums from 0.
"""

import re
import sys

import yaml


def upper(*words):
    return "-".join(words).upper().replace("-", "_")


def numbered(entries, start):
    """Pairs (name, value): an entry may give its value, the next goes on from there."""
    value = start
    for entry in entries:
        if isinstance(entry, str):
            entry = {"name": entry}
        value = entry.get("value", value)
        yield entry["name"], value
        value += 1


class Spec:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.yaml = yaml.safe_load(file)
        self.family = self.yaml["name"]
        definitions = self.yaml.get("definitions", [])
        self.consts = [d for d in definitions if d["type"] == "const"]
        self.enums = [d for d in definitions if d["type"] in ("enum", "flags")]
        self.sets = {s["name"]: s for s in self.yaml["attribute-sets"]}
        self.operations = self.yaml["operations"]["list"]
        groups = self.yaml.get("mcast-groups", {}).get("list", [])
        self.groups = {upper(self.family, "mcgrp", g["name"]): g["name"] for g in groups}

    def attributes(self, name):
        return {a["name"]: a for a in self.sets[name]["attributes"]}

    def counted(self, prefix, pairs):
        """The names of commands or of a set's attributes, with the two ends of the count."""
        pairs = list(pairs)
        values = {upper(prefix + name): value for name, value in pairs}
        values["__" + upper(prefix + "max")] = pairs[-1][1] + 1
        values[upper(prefix + "max")] = pairs[-1][1]
        return values

    def numbers(self):
        """Every number that the header must have, by name."""
        values = {upper(self.family, "family-version"): self.yaml.get("version", 1)}
        for const in self.consts:
            values[upper(self.family, const["name"])] = const["value"]
        for enum in self.enums:
            prefix = enum.get("name-prefix", f"{self.family}-{enum['name']}-")
            for name, value in numbered(enum["entries"], enum.get("value-start", 0)):
                values[upper(prefix + name)] = 1 << value if enum["type"] == "flags" else value
        for name, attrs in self.sets.items():
            prefix = attrs.get("name-prefix", f"{self.family}-a-{name}-")
            values.update(self.counted(prefix, numbered(attrs["attributes"], 1)))
        prefix = self.yaml["operations"].get("name-prefix", f"{self.family}-cmd-")
        values.update(self.counted(prefix, numbered(self.operations, 1)))
        return values

    def enum_tags(self):
        return {f"{self.family}_{e['name']}".replace("-", "_") for e in self.enums}


def repeated(what, names):
    names = list(names)
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield f"{what}: '{name}' stands there twice"


def check_attribute(spec, where, attr):
    consts = {c["name"] for c in spec.consts}
    if "type" not in attr:
        yield f"{where}: has no type"
    if attr.get("type") == "nest" and attr.get("nested-attributes") not in spec.sets:
        yield f"{where}: nests the set '{attr.get('nested-attributes')}', which is not there"
    if "enum" in attr and attr["enum"] not in {e["name"] for e in spec.enums}:
        yield f"{where}: its enum '{attr['enum']}' is not there"
    for check, bound in attr.get("checks", {}).items():
        if isinstance(bound, str) and bound not in consts:
            yield f"{where}: {check} is '{bound}', which is no const"


def check_sets(spec):
    yield from repeated("attribute-sets", (s["name"] for s in spec.yaml["attribute-sets"]))
    for name, attrs in spec.sets.items():
        yield from repeated(f"set {name}", (a["name"] for a in attrs["attributes"]))
        for attr in attrs["attributes"]:
            yield from check_attribute(spec, f"{name}/{attr['name']}", attr)
            if name == "cnt" and attr["type"] != "pad" and not attr.get("doc"):
                yield f"{name}/{attr['name']}: a counter needs a doc"


def check_operations(spec):
    yield from repeated("operations", (o["name"] for o in spec.operations))
    for oper in spec.operations:
        where = f"operation {oper['name']}"
        if oper.get("attribute-set") not in spec.sets:
            yield f"{where}: its set '{oper.get('attribute-set')}' is not there"
            continue
        if not oper.get("doc"):
            yield f"{where}: has no doc"
        if not {"do", "dump", "event", "notify"} & oper.keys():
            yield f"{where}: neither do nor dump nor event"
        known = spec.attributes(oper["attribute-set"])
        for kind in ("do", "dump"):
            for way, message in oper.get(kind, {}).items():
                for name in message.get("attributes", []):
                    if name not in known:
                        yield f"{where}: {kind} {way} has '{name}', not of its set"
        for name in oper.get("event", {}).get("attributes", []):
            if name not in known:
                yield f"{where}: event has '{name}', not of its set"
        if "event" in oper and oper.get("mcgrp") not in spec.groups.values():
            yield f"{where}: its group '{oper.get('mcgrp')}' is not there"


def check_form(spec):
    if spec.yaml.get("protocol") != "genetlink":
        yield "protocol: expected genetlink"
    yield from repeated("definitions", (d["name"] for d in spec.yaml.get("definitions", [])))
    yield from check_sets(spec)
    yield from check_operations(spec)


def assertions(spec):
    yield f"#include <{spec.yaml['uapi-header']}>"
    name = upper(spec.family, "family-name")
    yield f'_Static_assert(!__builtin_strcmp({name}, "{spec.family}"), "{name}");'
    for name, value in spec.groups.items():
        yield f'_Static_assert(!__builtin_strcmp({name}, "{value}"), "{name}");'
    for name, value in spec.numbers().items():
        yield f'_Static_assert({name} == {value}, "{name} is {value} in the spec");'


def check_names(spec, path):
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)
    header = set(re.findall(r"^#define[ \t]+(\w+)[ \t]+\S", text, flags=re.MULTILINE))
    for body in re.findall(r"\benum\b\s*\w*\s*{(.*?)}", text, flags=re.DOTALL):
        header |= set(re.findall(r"(\w+)\s*(?:=[^,]*)?(?:,|$)", body.strip()))
    wanted = spec.numbers().keys() | spec.groups.keys() | {upper(spec.family, "family-name")}
    tags = set(re.findall(r"\benum\s+(\w+)", text))
    for name in sorted(header - wanted) + sorted(tags - spec.enum_tags()):
        yield f"only in the header: {name}"
    for name in sorted(wanted - header) + sorted(spec.enum_tags() - tags):
        yield f"only in the spec: {name}"


def main():
    what, spec, header = sys.argv[1], Spec(sys.argv[2]), sys.argv[3]
    lines = {
        "form": lambda: check_form(spec),
        "assertions": lambda: assertions(spec),
        "names": lambda: check_names(spec, header),
    }[what]()
    print("\n".join(lines))


main()
