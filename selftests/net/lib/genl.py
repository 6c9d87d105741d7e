# SPDX-License-Identifier: GPL-2.0-only
"""Generic netlink, octet by octet: what libraries would refuse to build is the point."""

import os
import re
import socket
import struct

NLM_F_REQUEST = 0x01
NLM_F_ACK = 0x04
NLM_F_DUMP_INTR = 0x10
NLM_F_CAPPED = 0x100
NLM_F_ACK_TLVS = 0x200
NLM_F_DUMP = 0x300
NLMSG_ERROR = 2
NLMSG_DONE = 3
NLA_F_NESTED = 0x8000
NLA_TYPE = 0x3fff

SOL_NETLINK = 270
NETLINK_CAP_ACK = 10
NETLINK_EXT_ACK = 11
NETLINK_GET_STRICT_CHK = 12

GENL_ID_CTRL = 0x10
CTRL_CMD_GETFAMILY = 3
CTRL_ATTR_FAMILY_ID = 1
CTRL_ATTR_FAMILY_NAME = 2

ATTRS_AT = 16 + 4  # behind the netlink and the generic-netlink header

HEADER = os.path.join(os.path.dirname(__file__), '../../../include/uapi/linux/espah.h')


def read_uapi():
    """The numbers of the uapi header by name, without ESPAH_ and A_."""
    with open(HEADER, encoding='ascii') as file:
        text = re.sub(r'/\*.*?\*/', '', file.read(), flags=re.S)
    numbers = {}
    for body in re.findall(r'enum\s*\w*\s*\{(.*?)\}', text, flags=re.S):
        value = -1
        for item in body.split(','):
            name, _, given = (word.strip() for word in item.partition('='))
            if not name or not re.fullmatch(r'(0x)?[0-9a-f]*', given):
                continue
            value = int(given, 0) if given else value + 1
            numbers[re.sub(r'^ESPAH_(A_)?', '', name)] = value
    return numbers


UAPI = read_uapi()


class Attr:
    """One attribute; at is its offset in the message once that is encoded."""

    def __init__(self, number, data=b'', flags=None, length=None):
        self.number = number
        self.data = data
        nested = isinstance(data, list)
        self.flags = flags if flags is not None else NLA_F_NESTED if nested else 0
        self.length = length
        self.at = None

    def encode(self, at):
        self.at = at
        if isinstance(self.data, list):
            body = encode(self.data, at + 4)
        else:
            body = self.data
        length = 4 + len(body) if self.length is None else self.length
        return struct.pack('=HH', length, self.number | self.flags) + body

    def copy(self):
        data = self.data
        if isinstance(data, list):
            data = [attr.copy() for attr in data]
        return Attr(self.number, data, self.flags, self.length)


def encode(attrs, at=ATTRS_AT):
    out = b''
    for attr in attrs:
        out += b'\0' * (-len(out) % 4)
        out += attr.encode(at + len(out))
    return out


def u8(number, value):
    return Attr(number, struct.pack('=B', value))


def u16(number, value):
    return Attr(number, struct.pack('=H', value))


def u32(number, value):
    return Attr(number, struct.pack('=I', value))


def be16(number, value):
    return Attr(number, struct.pack('>H', value))


def u64(number, value):
    return Attr(number, struct.pack('=Q', value))


def be32(number, value):
    return Attr(number, struct.pack('>I', value))


def text(number, value):
    return Attr(number, value.encode() + b'\0')


def packed(address):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    return socket.inet_pton(family, address)


def addr(number, value):
    return Attr(number, packed(value))


def attributes(data):
    """(number, payload) of each attribute in these octets."""
    at = 0
    while len(data) - at >= 4:
        length, number = struct.unpack_from('=HH', data, at)
        if length < 4 or length > len(data) - at:
            break
        yield number & NLA_TYPE, data[at + 4:at + length]
        at += length + -length % 4


class Verdict:
    """What the kernel said of a request; err is a positive errno, 0 where it agreed."""

    def __init__(self):
        self.err = None
        self.words = None
        self.offset = None
        self.missing = None
        self.nest = None
        self.echo = None
        self.interrupted = False
        self.answers = []

    def read(self, kind, flags, payload):
        """Return: was this the verdict."""
        self.interrupted |= bool(flags & NLM_F_DUMP_INTR)
        if kind not in (NLMSG_ERROR, NLMSG_DONE):
            self.answers.append(payload)
            return False
        self.err = -struct.unpack_from('=i', payload)[0]
        tlvs = 4
        if kind == NLMSG_ERROR:
            quoted = struct.unpack_from('=I', payload, 4)[0]
            tlvs = 20 if flags & NLM_F_CAPPED or not self.err else 4 + quoted + -quoted % 4
            self.echo = payload[4:tlvs]
        if flags & NLM_F_ACK_TLVS:
            self.read_tlvs(payload[tlvs:])
        return True

    def read_tlvs(self, data):
        for number, value in attributes(data):
            if number == 1:
                self.words = value.rstrip(b'\0').decode()
            elif number == 2:
                self.offset = struct.unpack('=I', value)[0]
            elif number == 5:
                self.missing = struct.unpack('=I', value)[0]
            elif number == 6:
                self.nest = struct.unpack('=I', value)[0]


class Client:
    """A socket to the family espah."""

    def __init__(self, cap_ack=1, name='espah'):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 16)
        self.sock.bind((0, 0))
        self.sock.settimeout(120)
        for option, value in ((NETLINK_CAP_ACK, cap_ack), (NETLINK_EXT_ACK, 1),
                              (NETLINK_GET_STRICT_CHK, 1)):
            self.sock.setsockopt(SOL_NETLINK, option, value)
        self.seq = 0
        self.family = GENL_ID_CTRL
        verdict = self.request(CTRL_CMD_GETFAMILY, [text(CTRL_ATTR_FAMILY_NAME, name)], version=1)
        if verdict.err:
            raise OSError(verdict.err, f'the family {name}')
        found = dict(attributes(verdict.answers[0][4:]))
        self.family = struct.unpack('=H', found[CTRL_ATTR_FAMILY_ID])[0]

    def close(self):
        self.sock.close()

    def message(self, cmd, body, flags, version=1, length=None, reserved=0):
        self.seq += 1
        length = ATTRS_AT + len(body) if length is None else length
        return struct.pack('=IHHIIBBH', length, self.family, NLM_F_REQUEST | flags, self.seq, 0,
                           cmd, version, reserved) + body

    def request(self, cmd, attrs, flags=NLM_F_ACK, version=1):
        body = attrs if isinstance(attrs, bytes) else encode(attrs)
        return self.exchange(self.message(cmd, body, flags, version))

    def dump(self, cmd, attrs=()):
        return self.request(cmd, attrs, NLM_F_DUMP)

    def exchange(self, octets):
        self.sock.send(octets)
        return self.verdict()

    def verdict(self):
        verdict = Verdict()
        done = False
        while not done:
            data = self.sock.recv(65536)
            at = 0
            while len(data) - at >= 16:
                length, kind, flags, seq = struct.unpack_from('=IHHI', data, at)
                if seq == self.seq:
                    done |= verdict.read(kind, flags, data[at + 16:at + length])
                at += length + -length % 4
        return verdict
