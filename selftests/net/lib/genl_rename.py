# SPDX-License-Identifier: GPL-2.0-only
"""genl_rename.py FROM TO OLD NEW: a copy of a module that bears another name of the same length."""

import struct
import sys

SECTION = b'.gnu.linkonce.this_module'


def section(elf, wanted):
    """Offset and size of a section of a 64-bit ELF file."""
    table, = struct.unpack_from('<Q', elf, 40)
    count, names = struct.unpack_from('<HH', elf, 60)
    headers = [struct.unpack_from('<IIQQQQ', elf, table + 64 * i) for i in range(count)]
    for name, _, _, _, at, size in headers:
        start = headers[names][4] + name
        if elf[start:elf.index(b'\0', start)] == wanted:
            return at, size
    sys.exit(f'there is no section {wanted.decode()}')


def main():
    source, target, old, new = sys.argv[1:]
    with open(source, 'rb') as file:
        elf = bytearray(file.read())
    at, size = section(elf, SECTION)
    name = elf.find(old.encode() + b'\0', at, at + size)
    if name < 0 or len(old) != len(new):
        sys.exit(f'{source} is not named {old}, or {new} is not as long')
    elf[name:name + len(new)] = new.encode()
    with open(target, 'wb') as file:
        file.write(elf)


if __name__ == '__main__':
    main()
