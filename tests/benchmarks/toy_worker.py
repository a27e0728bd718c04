"""Jobs of a process that tests of the turns start: they measure, fail or die."""

import os
import signal
import time


def make(plan, threads):
    if plan == "unusable":
        raise ValueError("this plan cannot be used")
    return {
        "add": lambda left, right: left + right,
        "sleep": sleep,
        "processor time": time.process_time,
        "fail": lambda: {}["no such key"],
        "print": lambda words: os.write(2, words.encode()),
        "die": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "environment": lambda: dict(os.environ),
    }


def sleep(seconds):
    start = time.monotonic()
    time.sleep(seconds)
    return start, time.monotonic()
