# SPDX-License-Identifier: GPL-2.0-only
"""Let allocations fail, one at a time, and know which one it was.

Two triggers. A task's fail-nth counts what that task allocates and fails the n-th: complete and
exact, but only for what runs in a task. failslab with a filter on the stack fails the first
allocation below a range of code, whoever runs it: for softirqs and kernel threads.
"""

import os
import re
import time

DEBUGFS = '/sys/kernel/debug'
TRACEFS = '/sys/kernel/tracing'
KNOBS = ('failslab', 'fail_page_alloc')
# Where x86-64 puts modules.
MODULES = (0xffffffffa0000000, 0xffffffffff000000)


def write(path, value):
    with open(path, 'w', encoding='ascii') as file:
        file.write(str(value))


def read(path):
    with open(path, encoding='ascii') as file:
        return file.read()


def module_range(name='espah'):
    """Where the module's text is, and its data behind it."""
    for line in read('/proc/modules').splitlines():
        words = line.split()
        if words[0] == name:
            return int(words[5], 16), int(words[5], 16) + int(words[1])
    raise AssertionError(f'{name} is not loaded')


def function_range(function, name='espah'):
    """Where a function of the module's is."""
    symbols = []
    for line in read('/proc/kallsyms').splitlines():
        words = line.split()
        if words[3:] == [f'[{name}]']:
            symbols.append((int(words[0], 16), words[2]))
    start = next(address for address, symbol in symbols if symbol == function)
    return start, min(address for address, _ in symbols if address > start)


class Trace:
    """Which allocation failed: the kernel traces them all, and those without result are ours."""

    def __init__(self):
        write(f'{TRACEFS}/tracing_on', 0)
        for event in ('kmem/kmalloc', 'kmem/kmem_cache_alloc'):
            write(f'{TRACEFS}/events/{event}/filter', 'ptr == 0')
            write(f'{TRACEFS}/events/{event}/enable', 1)
        write(f'{TRACEFS}/events/percpu/percpu_alloc_percpu_fail/enable', 1)
        for option in ('stacktrace', 'sym-addr', 'sym-offset'):
            write(f'{TRACEFS}/options/{option}', 1)
        write(f'{TRACEFS}/trace', '')
        write(f'{TRACEFS}/tracing_on', 1)
        self.pipe = os.open(f'{TRACEFS}/trace_pipe', os.O_RDONLY | os.O_NONBLOCK)
        self.kept = []

    def wait(self):
        """Another CPU writes down what has failed after it has counted it."""
        end = time.monotonic() + 60
        while not any('stack trace' in line for line in self.kept):
            if time.monotonic() > end:
                raise AssertionError('an allocation failed, and no trace of it came')
            time.sleep(0.01)
            self.kept = self.new_lines()

    def new_lines(self):
        lines, self.kept = self.kept + self.more_lines(), []
        return lines

    def more_lines(self):
        text = b''
        while True:
            try:
                text += os.read(self.pipe, 65536)
            except BlockingIOError:
                return text.decode('ascii', 'replace').splitlines()

    def stacks(self):
        """Of each allocation that failed since, its stack: (function+offset, address), innermost
        first.
        """
        stacks = []
        for line in self.new_lines():
            if 'stack trace' in line:
                stacks.append([])
            frame = re.match(r' => ([^ /]+).* <([0-9a-f]+)>', line)
            if frame and stacks:
                stacks[-1].append((frame[1], int(frame[2], 16)))
        return stacks


class Point:
    """An allocation that failed: the way to it from the module's innermost function."""

    # The allocator's own functions, of which there are many for one purpose.
    ALLOCATOR = re.compile(r'_*(kmem_cache_alloc|kmalloc|kvmalloc|kmemleak)')

    def __init__(self, stack, within):
        low, high = within
        inside = [i for i, (_, address) in enumerate(stack) if low <= address < high]
        self.addresses = [stack[i][1] for i in inside]
        names = [name for name, _ in stack]
        # What kmemleak notes down beside each allocation; it has a store for when it cannot.
        self.beside = any('kmemleak' in name or name.startswith('__create_object+')
                          for name in names[:4])
        # A softirq may come on top of the module, and is about something else.
        other = next((i for i, name in enumerate(names) if name.startswith('__do_softirq+')),
                     len(stack))
        self.ours = bool(inside) and inside[0] < other
        last = inside[0] if self.ours else other - 1
        self.names = [name for name in names[:last + 1] if not self.ALLOCATOR.match(name)]

    def __str__(self):
        return ' < '.join(self.names[-4:])


class Faults:
    """All that was hit, by the test that hit it."""

    def __init__(self):
        for knob in KNOBS:
            for name, value in (('verbose', 0), ('probability', 0), ('times', -1), ('space', 0),
                                ('interval', 1), ('task-filter', 'N'), ('ignore-gfp-wait', 'N'),
                                ('stacktrace-depth', 32)):
                write(f'{DEBUGFS}/{knob}/{name}', value)
        write(f'{DEBUGFS}/fail_page_alloc/ignore-gfp-highmem', 'N')
        self.trace = Trace()
        self.within = None
        self.hits = 0
        self.points = set()

    def begin(self):
        """A new test; the module may have moved."""
        self.hits = 0
        self.points = set()
        self.trace.new_lines()
        self.within = module_range() if os.path.isdir('/sys/module/espah') else MODULES

    def new_points(self):
        return [Point(stack, self.within) for stack in self.trace.stacks()]

    def hits_of_many(self):
        """Note all that has failed now."""
        ours = [point for point in self.new_points() if point.ours and not point.beside]
        self.hits += len(ours)
        self.points.update(map(str, ours))

    def hit(self):
        """Note what has failed now: the first failed allocation's Point, or None."""
        points = self.new_points()
        # Ours before others', and what kmemleak does beside it last.
        point = min(points, key=lambda p: (p.beside, not p.ours), default=None)
        if not point or not point.beside:
            self.hits += 1
            self.points.update(str(p) for p in points if p.ours and not p.beside)
        return point


class Nth:
    """The n-th allocation of a task fails, for n = 1, 2, 3 ... until there are no more."""

    LIMIT = 1000

    def __init__(self, faults, task='thread-self', first=1):
        self.faults = faults
        self.own = task == 'thread-self'
        self.file = os.open(f'/proc/{task}/fail-nth', os.O_RDWR)
        self.number = first - 1
        self.fired = True

    def arm(self):
        """Be ready for the next one; False if all had their turn."""
        if not self.fired:
            return False
        self.number += 1
        self.fired = False
        if self.number > self.LIMIT:
            raise AssertionError(f'no end after {self.LIMIT} allocations')
        os.pwrite(self.file, str(self.number).encode(), 0)
        return True

    def acted(self):
        """What was to be disturbed has begun; what this task does from here on is something else."""
        if self.own:
            self.stop()

    @staticmethod
    def settled():
        """Can other requests be made without being disturbed?"""
        return True

    def stop(self):
        self.fired |= int(os.pread(self.file, 16, 0)) == 0
        os.pwrite(self.file, b'0', 0)

    def end(self):
        """Return: has one failed, and its Point, if that is known."""
        if not self.own:
            self.stop()
        return self.fired, self.faults.hit() if self.fired else None

    def count(self, action):
        """How many there are in this action."""
        many = 1 << 20
        os.pwrite(self.file, str(many).encode(), 0)
        action()
        left = int(os.pread(self.file, 16, 0))
        os.pwrite(self.file, b'0', 0)
        return many - left

    def close(self):
        os.close(self.file)


class Sites:
    """Every place in a range of code from where something is allocated, in turn.

    What fails first lies below some address of the range. With that one known, the ranges before
    and behind it are tried, until nothing fails any more.
    """

    def __init__(self, faults):
        self.faults = faults
        self.todo = [faults.within]
        self.now = None
        self.again = set()

    def arm(self):
        if not self.todo:
            return False
        self.now = self.todo.pop()
        set_filter('failslab', self.now, times=1)
        return True

    def acted(self):
        """It may be any task's, now or later."""

    def settled(self):
        return fired('failslab')

    def end(self):
        hit = fired('failslab')
        stop('failslab')
        if not hit:
            return False, None
        self.faults.trace.wait()
        point = self.faults.hit()
        # Where the allocation itself had passed when this began, its turn is still to come. One
        # that is none of the slab's, a per-CPU one say, has nothing but what is noted beside it.
        if point.beside and self.now not in self.again:
            self.again.add(self.now)
            self.todo.append(self.now)
            return True, point
        low, high = self.now
        address = next(a for a in point.addresses if low <= a < high)
        self.todo += [(a, b) for a, b in ((low, address), (address + 1, high)) if a < b]
        return True, point

    def close(self):
        stop('failslab')


class Calm:
    """Nothing fails."""

    def arm(self):
        pass

    acted = arm

    @staticmethod
    def settled():
        return True


def set_filter(knob, within, times=-1, probability=100):
    """Allocations below this range of code fail."""
    for name, value in (('require-start', within[0]), ('require-end', within[1]), ('times', times),
                        ('probability', probability)):
        write(f'{DEBUGFS}/{knob}/{name}', value)


def fired(knob):
    """Has the one that was to fail done so?"""
    return int(read(f'{DEBUGFS}/{knob}/times')) == 0


def stop(knob):
    write(f'{DEBUGFS}/{knob}/probability', 0)
