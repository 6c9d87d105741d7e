# SPDX-License-Identifier: GPL-2.0-only
"""espah's requests as tables: which attributes each takes, needs, and what a good one is."""

from functools import lru_cache

from genl import UAPI, Attr, addr, be16, be32, text, u16, u32, u64, u8
from genl import attributes as split

ALG_NAME = 'rfc4106(gcm(aes))'
KEY = bytes(range(0x40, 0x54))

# Attributes in the order of the header: name, kind.
SETS = {
    'SA': (('src', 'addr'), ('dst', 'addr'), ('proto', 'esp'), ('spi', 'be32'), ('mode', 'u8'),
           ('reqid', 'u32'), ('replay-window', 'u32'), ('sel', 'nest'), ('aead', 'nest'),
           ('show-keys', 'flag'), ('id', 'u32'), ('oseq', 'u64'), ('seq', 'u64'),
           ('packets', 'u64'), ('bytes', 'u64'), ('add-time', 'u64'), ('use-time', 'u64'),
           ('counters', 'nest'), ('pad', 'pad'), ('enc', 'nest'), ('auth', 'nest'),
           ('encap-sport', 'be16'), ('encap-dport', 'be16'), ('encap-oaddr', 'addr'),
           ('limits', 'nest'), ('state', 'u8'), ('expired', 'u8'), ('spi-min', 'be32'),
           ('spi-max', 'be32'), ('timeout', 'u32'), ('flags', 'u32'), ('mark', 'u32'),
           ('mark-mask', 'u32'), ('output-mark', 'u32'), ('output-mark-mask', 'u32'),
           ('ttl', 'u8'), ('dscp', 'u8'), ('encap-odst', 'addr'), ('tfcpad', 'u32'),
           ('nat-keepalive', 'u32'), ('flowlabel', 'u32'), ('dummy-interval', 'u32'),
           ('mapped-src', 'addr'), ('mapped-sport', 'be16'), ('if-id', 'u32'), ('replay-thresh', 'u32'),
           ('replay-timer', 'u32'), ('replay-due', 'u8'), ('dir', 'u8')),
    # But for its pad, which comes first there.
    'LIMIT': (('time-soft', 'u64'), ('time-hard', 'u64'), ('time-use-soft', 'u64'),
              ('time-use-hard', 'u64'), ('byte-soft', 'u64'), ('byte-hard', 'u64'),
              ('packet-soft', 'u64'), ('packet-hard', 'u64'), ('pad', 'pad')),
    'ALG': (('name', 'text'), ('key', 'key'), ('icv-bits', 'u32')),
    'SEL': (('src-min', 'addr'), ('src-max', 'addr'), ('dst-min', 'addr'), ('dst-max', 'addr'),
            ('proto', 'u8'), ('sport-min', 'u16'), ('sport-max', 'u16'), ('dport-min', 'u16'),
            ('dport-max', 'u16'), ('type-min', 'u8'), ('type-max', 'u8'), ('code-min', 'u8'),
            ('code-max', 'u8'), ('key', 'u32'), ('opaque', 'flag'), ('ifindex', 'u32'),
            ('dscp', 'u64'), ('pad', 'pad')),
    'POLICY': (('dir', 'u8'), ('priority', 'u32'), ('index', 'u32'), ('action', 'u8'),
               ('sel', 'nest'), ('tmpl', 'nest'), ('mark', 'u32'), ('mark-mask', 'u32'), ('if-id', 'u32'),
               ('waiting', 'u32'), ('name', 'text'), ('pad', 'pad'), ('packets', 'u64'), ('bytes', 'u64'),
               ('add-time', 'u64'), ('use-time', 'u64'), ('limits', 'nest'), ('expired', 'u8'),
               ('default', 'u8'), ('index-chosen', 'flag')),
    'TMPL': (('src', 'addr'), ('dst', 'addr'), ('proto', 'esp'), ('spi', 'be32'), ('mode', 'u8'),
             ('reqid', 'u32'), ('level', 'u8')),
    'DEFAULT': (('in', 'u8'), ('out', 'u8'), ('fwd', 'u8')),
    'MIGRATE': (('move', 'nest'), ('if-id', 'u32'), ('sas', 'u32'), ('policies', 'u32')),
    'MOVE': (('old-src', 'addr'), ('old-dst', 'addr'), ('new-src', 'addr'), ('new-dst', 'addr'), ('proto', 'esp'),
             ('mode', 'u8'), ('reqid', 'u32'), ('encap-sport', 'be16'), ('encap-dport', 'be16')),
    'INFO': (('sa-count', 'u32'), ('policies-in', 'u32'), ('policies-out', 'u32'),
             ('policies-fwd', 'u32'), ('counters', 'nest')),
    # But for its pad, which comes first there.
    'DROP': (('cause', 'u32'), ('time', 'u64'), ('number', 'u64'), ('suppressed', 'u64'),
             ('flow', 'nest'), ('mark', 'u32'), ('length', 'u32'), ('iif', 'u32'), ('oif', 'u32'),
             ('sa-dst', 'addr'), ('sa-proto', 'esp'), ('sa-spi', 'be32'), ('sa-id', 'u32'),
             ('sa-reqid', 'u32'), ('pad', 'pad')),
    'WHY': (('dir', 'u8'), ('sel', 'nest'), ('mark', 'u32'), ('verdict', 'u8'), ('cause', 'u32'),
            ('policy', 'nest'), ('sa', 'nest'), ('lacks', 'u8'), ('excluded', 'flag'),
            ('heard', 'flag'), ('oif', 'u32'), ('outer', 'u32'), ('inner', 'u32'), ('if-id', 'u32')),
}
NESTS = {'sel': 'SEL', 'aead': 'ALG', 'enc': 'ALG', 'auth': 'ALG', 'limits': 'LIMIT', 'tmpl': 'TMPL',
         'flow': 'SEL', 'move': 'MOVE'}


@lru_cache(maxsize=None)
def num(set_, name):
    return UAPI[f'{set_}_{name.upper().replace("-", "_")}']


@lru_cache(maxsize=None)
def kind_of(set_, name):
    return dict(SETS[set_])[name]


BUILD = {'addr': addr, 'esp': u8, 'u8': u8, 'u16': u16, 'u32': u32, 'u64': u64, 'be16': be16, 'be32': be32,
         'text': text}


def make(set_, name, value):
    """An attribute from a value that suits its kind."""
    kind = kind_of(set_, name)
    number = num(set_, name)
    if kind == 'nest':
        return Attr(number, [make(NESTS[name], inner, v) for inner, v in value.items()])
    if kind in BUILD:
        return BUILD[kind](number, value)
    return Attr(number, value)


def sel(src='10.1.0.0', dst='10.2.0.0', **other):
    net = {'src-min': src, 'src-max': src[:-1] + '255', 'dst-min': dst, 'dst-max': dst[:-1] + '255',
           'proto': 6, 'sport-min': 1024, 'sport-max': 65535, 'dport-min': 80, 'dport-max': 81,
           'ifindex': 1, 'dscp': 1 << 46 | 1}
    return {**net, **other}


def aead(**other):
    return {'name': ALG_NAME, 'key': KEY, 'icv-bits': 128, **other}


def enc(**other):
    return {'name': 'cbc(aes)', 'key': KEY[:16], **other}


def auth(**other):
    return {'name': 'hmac(sha256)', 'key': KEY[:16] * 2, 'icv-bits': 128, **other}


def limits(**other):
    return {'time-soft': 1000, 'time-hard': 2000, 'byte-soft': 1 << 40, 'packet-hard': 1 << 63,
            **other}


def sa(spi=0x1000, **other):
    return {'src': '10.0.0.1', 'dst': '10.0.0.2', 'proto': 50, 'spi': spi, 'mode': 1, 'reqid': 9,
            'replay-window': 64, 'sel': sel(), 'aead': aead(), 'encap-sport': 4500,
            'encap-dport': 4501, 'encap-oaddr': '10.0.0.9', 'encap-odst': '10.0.0.8',
            **other}


def flow(**other):
    return {'src-min': '10.1.0.1', 'src-max': '10.1.0.1', 'dst-min': '10.2.1.1',
            'dst-max': '10.2.1.1', 'proto': 6, 'sport-min': 1024, 'sport-max': 1024,
            'dport-min': 80, 'dport-max': 80, 'ifindex': 1, 'dscp': 1, **other}


def tmpl(**other):
    return {'src': '10.0.0.1', 'dst': '10.0.0.2', 'proto': 50, 'spi': 0x100, 'mode': 1, 'reqid': 9,
            'level': 0, **other}


def move(**other):
    return {'old-src': '10.0.0.1', 'old-dst': '10.0.0.2', 'new-src': '10.0.0.3', 'new-dst': '10.0.0.4', **other}


def policy(dir_=1, dst='10.2.9.0', **other):
    return {'dir': dir_, 'priority': 5, 'action': 0, 'sel': sel(dst=dst), 'tmpl': tmpl(), **other}


# As good as none, so that it agrees with what has none.
NO_MARK = {'mark': 0, 'mark-mask': 0}
NO_OUTPUT_MARK = {'output-mark': 0, 'output-mark-mask': 0}

OLD_SA = sa(0x100, ttl=9, dscp=46, tfcpad=500,
            **{'nat-keepalive': 3600, 'dummy-interval': 3600000, 'replay-thresh': 7, 'replay-timer': 3600000})
OLD_ID = {name: OLD_SA[name] for name in ('src', 'dst', 'proto', 'spi')}
OLD_POLICY = policy(dst='10.2.1.0', index=9)


class Command:
    """What a command takes and needs, and a request of its kind that is good.

    The good ones speak of what fixture() makes.
    """

    def __init__(self, name, needs, good, dump=False):
        self.name = name + ('-dump' if dump else '')
        self.number = UAPI['CMD_' + name]
        self.set = name.split('_', maxsplit=1)[0]
        self.needs = needs
        self.good = good
        self.dump = dump

    def attrs(self, **other):
        """The good request with changes; None takes an attribute away."""
        values = {**self.good, **{k.replace('_', '-'): v for k, v in other.items()}}
        return [make(self.set, k, v) for k, v in values.items() if v is not None]


COMMANDS = (
    Command('SA_ADD', ('src', 'dst', 'proto', 'spi', 'mode', 'aead'),
            sa(limits=limits(), flags=0x1d, ttl=9, dscp=46, tfcpad=1, oseq=5, seq=7, mark=1, **{'nat-keepalive': 1, 'dummy-interval': 3600000, 'mark-mask': 3, 'output-mark': 4, 'output-mark-mask': 4, 'if-id': 5,
               'replay-thresh': 1, 'replay-timer': 1})),
    Command('SA_UPDATE', ('dst', 'proto', 'spi'),
            sa(0x100, sel=sel(dst='10.2.7.0'), limits=limits(), flags=0, ttl=9, dscp=46, tfcpad=500, oseq=0, seq=0, **{'nat-keepalive': 3600, 'dummy-interval': 3600000, 'if-id': 0,
               'replay-thresh': 0, 'replay-timer': 3600000}, **NO_MARK, **NO_OUTPUT_MARK)),
    Command('SA_GET', ('dst', 'proto', 'spi'), {**OLD_ID, **NO_MARK, 'show-keys': b''}),
    Command('SA_GET', (), {'show-keys': b''}, dump=True),
    Command('POLICY_ADD', ('dir', 'action', 'sel', 'tmpl'), policy(mark=1, name='new', limits=limits(), index=10, **{'mark-mask': 3, 'if-id': 5})),
    Command('POLICY_UPDATE', ('dir', 'action', 'sel', 'tmpl'), {**OLD_POLICY, **NO_MARK, 'priority': 77, 'if-id': 0, 'name': 'old', 'limits': limits()}),
    Command('POLICY_GET', ('dir', 'sel'), {'dir': 1, 'sel': OLD_POLICY['sel'], **NO_MARK, 'if-id': 0}),
    Command('POLICY_GET', (), {}, dump=True),
    Command('INFO_GET', (), {}),
    Command('DROP_GET', (), {}, dump=True),
    Command('WHY_GET', ('dir', 'sel'), {'dir': 1, 'sel': flow(), 'mark': 5, 'if-id': 0}),
    Command('SA_DEL', ('dst', 'proto', 'spi'), {**OLD_ID, **NO_MARK, 'show-keys': b''}),
    Command('POLICY_DEL', ('dir', 'sel'), {'dir': 1, 'sel': OLD_POLICY['sel'], **NO_MARK, 'if-id': 0}),
    Command('SA_ALLOC_SPI', ('src', 'dst', 'proto', 'mode'),
            {'src': '10.0.0.1', 'dst': '10.0.0.2', 'proto': 50, 'mode': 1, 'reqid': 9,
             'spi-min': 0x200, 'spi-max': 0x200, 'timeout': 1000}),
    Command('MIGRATE', ('move',),
            {'move': move(proto=50, mode=1, reqid=9, **{'encap-sport': 1, 'encap-dport': 2}), 'if-id': 0}),
    Command('SA_FLUSH', (), {'proto': 50}),
    Command('POLICY_FLUSH', (), {'dir': 0}),
    Command('DEFAULT_SET', (), {'in': 1, 'out': 1, 'fwd': 1}),
    Command('DEFAULT_GET', (), {}),
)
NESTED_NEEDS = {
    'sel': ('src-min', 'src-max', 'dst-min', 'dst-max'),
    'aead': ('name', 'key', 'icv-bits'),
    'limits': (),
    'tmpl': ('src', 'dst', 'proto', 'mode'),
    'move': ('old-src', 'old-dst', 'new-src', 'new-dst'),
}


def command(name):
    return next(c for c in COMMANDS if c.name == name)


def send(client, cmd, values):
    """Send a request made from values, of which a list is one attribute each; return the verdict."""
    cmd = cmd if isinstance(cmd, Command) else command(cmd)
    attrs = [make(cmd.set, name, one) for name, value in values.items()
             for one in (value if isinstance(value, list) else [value])]
    return client.dump(cmd.number, attrs) if cmd.dump else client.request(cmd.number, attrs)


def must(client, cmd, values):
    verdict = send(client, cmd, values)
    if verdict.err:
        raise AssertionError(f'{cmd} {values}: refused: {verdict.err} {verdict.words}')
    return verdict


def fixture(client):
    """Something of each kind, to see whether it is touched."""
    must(client, 'SA_FLUSH', {})
    must(client, 'POLICY_FLUSH', {})
    must(client, 'DEFAULT_SET', {'in': 1, 'out': 1, 'fwd': 1})
    must(client, 'SA_ADD', OLD_SA)
    must(client, 'SA_ADD', {**sa(0x101, mode=0, reqid=0), 'sel': sel(dst='10.2.3.0')})
    must(client, 'POLICY_ADD', OLD_POLICY)
    bypass = policy(0, '10.2.2.0', action=1)
    del bypass['tmpl'], bypass['sel']['dscp']
    must(client, 'POLICY_ADD', {**bypass, 'name': 'bypass'})
    must(client, 'POLICY_ADD', {**bypass, 'dir': 2, 'action': 2})


def snapshot(client):
    """All that is configured: equal only if nothing changed."""
    sas = client.dump(UAPI['CMD_SA_GET'], [Attr(UAPI['SA_SHOW_KEYS'])])
    policies = client.dump(UAPI['CMD_POLICY_GET'])
    info = client.request(UAPI['CMD_INFO_GET'], [])
    counts = [v for n, v in split(info.answers[0][4:]) if n != UAPI['INFO_COUNTERS']]
    defaults = client.request(UAPI['CMD_DEFAULT_GET'], []).answers
    return sas.answers, policies.answers, counts, defaults
