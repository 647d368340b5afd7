"""Starts commands for `processes.py` from a process that is as small as can be.

What a process used at its peak counts the memory of the one that started it, so a large one cannot measure a small one.
Each line of standard input is a command, its fields parted by tabs: the folder to run in, where its standard output and
standard error go, the limits of its processor time in seconds and of its memory in bytes (0 for none), and its words.
Each line of standard output answers with the exit code, the wall clock, the processor time and the peak of memory.
"""

import os
import resource
import sys
import time


def start(folder: str, output: str, errors: str, seconds: int, memory: int, words: list[str]) -> int:
    """Start a command; the number of its process."""
    process = os.fork()
    if process:
        return process
    try:
        os.chdir(folder)
        if seconds:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
        os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
        os.execvp(words[0], words)
    finally:
        os._exit(127)


def main() -> None:
    """Answer line by line until there are no more."""
    unit = 1 if sys.platform == "darwin" else 1024
    for line in sys.stdin:
        folder, output, errors, seconds, memory, *words = line.rstrip("\n").split("\t")
        begin = time.perf_counter()
        _, status, usage = os.wait4(start(folder, output, errors, int(seconds), int(memory), words), 0)
        wall = time.perf_counter() - begin
        code = os.waitstatus_to_exitcode(status)
        print(code, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit, flush=True)


if __name__ == "__main__":
    main()
