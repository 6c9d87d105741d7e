# SPDX-License-Identifier: GPL-2.0-only
"""genl_reserved.py: the field of the genetlink header that is to be 0 is refused if it is not."""

import errno

from genl import Client, NLM_F_ACK, encode
from genl_espah import OLD_ID, command, fixture, snapshot


def main():
    client = Client()
    fixture(client)
    before = snapshot(client)
    delete = command('SA_DEL')
    body = encode(delete.attrs(**OLD_ID))
    verdict = client.exchange(client.message(delete.number, body, NLM_F_ACK, reserved=1))
    if verdict.err != errno.EINVAL or 'reserved' not in (verdict.words or ''):
        raise AssertionError(f'expected EINVAL and why, saw {verdict.err}, {verdict.words!r}')
    if snapshot(client) != before:
        raise AssertionError('a request that was refused has changed something')


if __name__ == '__main__':
    main()
