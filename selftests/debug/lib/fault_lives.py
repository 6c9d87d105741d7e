# SPDX-License-Identifier: GPL-2.0-only
"""The module and namespaces begin and end while each allocation fails in turn."""

import ctypes
import errno
import os

from fault import MODULES, Nth, Sites, function_range, read, set_filter, stop
from fault_control import empty, without
from genl import Client
from genl_espah import fixture, policy, send, tmpl
from genl_net import CLONE_NEWNET, MODULE, SYS_FINIT_MODULE, check, libc, removed, wait_until
from rtnl_link import Links

NO_MEMORY = (errno.ENOMEM, errno.ENOBUFS)
# What finit_module() allocates before it comes to the module's own init is not ours.
LAST = 150


class Home:
    """Back to the namespace that this process began in."""

    def __init__(self):
        self.file = os.open('/proc/self/ns/net', os.O_RDONLY)

    def go(self):
        check(libc.setns(self.file, CLONE_NEWNET))

    def close(self):
        os.close(self.file)


def uses():
    return int(read('/sys/module/espah/refcnt'))


def unshare():
    """Be in a new namespace. Return: 0 or why not."""
    return ctypes.get_errno() if libc.unshare(CLONE_NEWNET) else 0


def namespaces(faults, _, note):
    """A namespace for which there is no memory does not come to be."""
    home = Home()
    sites = Sites(faults)
    refused = 0
    while sites.arm():
        error = unshare()
        hit, point = sites.end()
        home.go()
        if error not in (0, *NO_MEMORY) or (error and not hit):
            raise AssertionError(f'{point}: unshare: {os.strerror(error)}')
        refused += bool(error)
    note.append(f'{refused} namespaces refused')
    home.close()
    namespace_ends(faults)


def any_reqid(faults, _, note):
    """The first policy of a namespace to take SAs of any reqid gives all SAs a slot more, or none."""
    faults.within = function_range('espah_sad_any')
    home, sites = Home(), Sites(faults)
    values = policy(tmpl=without(tmpl(), 'reqid', 'spi'))
    refused = 0
    while sites.todo:
        check(libc.unshare(CLONE_NEWNET))
        client = Client()
        fixture(client)
        sites.arm()
        error = send(client, 'POLICY_ADD', values).err
        hit, point = sites.end()
        if error not in (0, *NO_MEMORY) or (error and not hit):
            raise AssertionError(f'{point}: a policy: {os.strerror(error)}')
        refused += bool(error)
        client.close()
        home.go()
    home.close()
    note.append(f'{refused} policies refused')
    wait_until(60, lambda: not uses(), 'the namespaces are gone')


def interfaces(faults, _, note):
    """A virtual interface for which there is no memory does not come to be, and takes no id."""
    links = Links()
    sites = Sites(faults)
    refused = 0
    while sites.arm():
        error = links.add('espah7', 7).err
        hit, point = sites.end()
        if error not in (0, *NO_MEMORY) or (error and not hit):
            raise AssertionError(f'{point}: an interface: {os.strerror(error)}')
        refused += bool(error)
        if not error and links.remove('espah7').err:
            raise AssertionError('the interface does not go')
    note.append(f'{refused} interfaces refused')
    links.close()


def configured():
    """Something of each kind in the namespace that we are in."""
    client = Client()
    fixture(client)
    client.close()


def namespace_ends(faults):
    """What is taken apart must do without memory."""
    home = Home()
    check(libc.unshare(CLONE_NEWNET))
    configured()
    set_filter('failslab', faults.within)
    home.go()
    home.close()
    wait_until(60, lambda: not uses(), 'the namespace is gone')
    stop('failslab')


def finit_module(file):
    """Return: 0 or why not."""
    if libc.syscall(SYS_FINIT_MODULE, file, b'', 0):
        return ctypes.get_errno()
    return 0


def load_module():
    """Return: 0 or why not."""
    file = os.open(MODULE, os.O_RDONLY)
    error = finit_module(file)
    os.close(file)
    return error


def load_begins(faults, _, note, last=LAST):
    """The module's init undoes what it did when the rest has no memory."""
    wait_until(60, removed, 'rmmod')
    faults.within = MODULES
    file = os.open(MODULE, os.O_RDONLY)
    total = Nth(faults).count(lambda: finit_module(file))
    wait_until(60, removed, 'rmmod')
    nth = Nth(faults, first=max(total - last, 1))
    refused = 0
    while nth.arm():
        error = finit_module(file)
        nth.acted()
        hit, point = nth.end()
        if error not in (0, *NO_MEMORY) or (error and not hit):
            raise AssertionError(f'{point}, allocation {nth.number} of insmod: {os.strerror(error)}')
        refused += bool(error)
        if not error:
            wait_until(60, removed, 'rmmod')
    nth.close()
    note.append(f'{refused} loads refused, of {total} allocations')
    os.close(file)
    error = load_module()
    assert not error, f'insmod afterwards: {os.strerror(error)}'
    configured()
    client = Client()
    empty(client)
    client.close()
