"""Work on many files in several processes, with the results in the files' order whichever process is done first.

The processes are forked: each has all that was imported and read before, and nothing is handed over but numbers and
results. One that ends before its time ends the run, with the number of what it was at.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NoReturn

import msgspec

_NUMBER = struct.Struct("!I")
# What kind of answer it is, to which number, and how many bytes follow.
_HEAD = struct.Struct("!BIQ")
_DONE, _FAILED = 0, 1
# Each process has one piece of work in hand and one to go on with.
_AHEAD = 2
# So many results may wait for one that takes long, before no more work is given out.
_WAITING = 200
_PIECE = 1 << 18


class Failure(msgspec.Struct, frozen=True):
    """What ended a process: the exception's name and frames, each with file, line and function, or how it died."""

    said: str
    frames: tuple[tuple[str, int, str], ...] = ()


class WorkFailed(Exception):
    """A process failed at piece `number` of the work."""

    def __init__(self, number: int, failure: Failure) -> None:
        super().__init__(failure.said)
        self.number = number
        self.failure = failure


class _Process(msgspec.Struct, eq=False):
    """One process: its number, where it is told what to do and answers, what came of an answer, and its work."""

    identity: int
    orders: int
    answers: int
    received: bytearray
    given: list[int]


def in_processes(
    count: int, total: int, work: Callable[[int], Any], heard: Callable[[], None] = lambda: None
) -> Iterator[Any]:
    """What `work` gives for each number below `total`, in order, worked out by `count` processes.

    `heard` is called whenever there is news from them, or has been none for some tenths of a second. Raises WorkFailed.
    """
    processes: list[_Process] = []
    try:
        with suppress(OSError):  # The system may have no room for as many.
            for _ in range(min(count, total)):
                processes.append(_start(work, processes))
        yield from _collected(processes, total, heard) if processes else map(work, range(total))
    finally:
        _end(processes)


def usable_processors() -> int:
    """How many processors this process may use: those it may run on, no more than a container is given time of."""
    try:
        count = len(os.sched_getaffinity(0))
    except (AttributeError, OSError):
        count = os.cpu_count() or 1
    quota = _container_quota()
    return max(min(count, quota), 1) if quota is not None else count


def _container_quota() -> int | None:
    """The processors whose time a container is given, rounded up; None where nothing limits it."""
    for paths in (
        ("/sys/fs/cgroup/cpu.max",),
        ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"),
    ):
        try:
            words = []
            for path in paths:
                with open(path, encoding="ascii") as file:
                    words += file.read().split()
            quota, period = int(words[0]), int(words[1])
        except (OSError, ValueError, IndexError):
            continue
        if quota > 0 and period > 0:
            return -(-quota // period)
    return None


# The processes


def _start(work: Callable[[int], Any], others: list[_Process]) -> _Process:
    order_reader, orders = os.pipe()
    answers, answer_writer = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    # Until the process ignores interrupts, which are the first process's business, none may reach it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        identity = os.fork()
        if identity == 0:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            # A pipe has an end only when all who could write into it have closed it.
            for descriptor in (orders, answers, *[end for one in others for end in (one.orders, one.answers)]):
                os.close(descriptor)
            _serve(work, order_reader, answer_writer)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    os.close(order_reader)
    os.close(answer_writer)
    return _Process(identity, orders, answers, bytearray(), [])


def _serve(work: Callable[[int], Any], orders: int, answers: int) -> NoReturn:
    """Work until there are no more orders. Nothing leaves this function: the process ends here."""
    code = 1
    try:
        while len(order := os.read(orders, _NUMBER.size)) == _NUMBER.size:
            (number,) = _NUMBER.unpack(order)
            try:
                kind, answer = _DONE, work(number)
            except Exception as error:  # What nobody foresaw, as at the top of the first process.
                kind, answer = _FAILED, _failure(error)
            data = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
            _write(answers, _HEAD.pack(kind, number, len(data)) + data)
        code = 0
    finally:
        os._exit(code)


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _failure(error: Exception) -> Failure:
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    return Failure(type(error).__name__, tuple([(frame.filename, frame.lineno or 0, frame.name) for frame in frames]))


# The first process


def _collected(processes: list[_Process], total: int, heard: Callable[[], None]) -> Iterator[Any]:
    """Give out work and collect what comes of it, until all of it was given in order."""
    waiting: dict[int, Any] = {}
    by_answers = {process.answers: process for process in processes}
    next_given = 0
    for wanted in range(total):
        while wanted not in waiting:
            for _ in range(_AHEAD):
                for process in processes:
                    if len(process.given) < _AHEAD and next_given < min(total, wanted + _WAITING):
                        process.given.append(next_given)
                        _order(process, next_given)
                        next_given += 1
            ready, _, _ = select.select(list(by_answers), (), (), 0.2)
            for descriptor in ready:
                waiting.update(_received(by_answers[descriptor]))
            heard()
        yield waiting.pop(wanted)


def _order(process: _Process, number: int) -> None:
    try:
        os.write(process.orders, _NUMBER.pack(number))
    except BrokenPipeError:
        raise _died(process) from None


def _received(process: _Process) -> dict[int, Any]:
    """The results that have come from a process. Raises WorkFailed."""
    data = os.read(process.answers, _PIECE)
    if not data:
        raise _died(process)
    received = process.received
    received += data
    found: dict[int, Any] = {}
    while len(received) >= _HEAD.size:
        kind, number, length = _HEAD.unpack_from(received)
        end = _HEAD.size + length
        if len(received) < end:
            break
        answer = pickle.loads(bytes(received[_HEAD.size : end]))
        del received[:end]
        if kind == _FAILED:
            raise WorkFailed(number, answer)
        process.given.remove(number)
        found[number] = answer
    return found


def _died(process: _Process) -> WorkFailed:
    """A process that has ended before its time: it was at the first piece of its work."""
    status = _reaped(process)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        name = signal.Signals(number).name if number in list(signal.Signals) else str(number)
        said = f"a process was ended by signal {name}"
    else:
        said = f"a process ended by itself with code {os.WEXITSTATUS(status)}"
    return WorkFailed(process.given[0] if process.given else 0, Failure(said))


def _end(processes: list[_Process]) -> None:
    """End all processes; those that have no more to do would end by themselves, the others are not waited for."""
    for process in processes:
        os.close(process.orders)
        os.close(process.answers)
        if process.identity:
            if process.given:
                with suppress(ProcessLookupError):
                    os.kill(process.identity, signal.SIGKILL)
            _reaped(process)


def _reaped(process: _Process) -> int:
    """How a process ended; 0 where the system has forgotten, as it does for a program that is started without care."""
    identity, process.identity = process.identity, 0
    try:
        return os.waitpid(identity, 0)[1]
    except ChildProcessError:
        return 0
