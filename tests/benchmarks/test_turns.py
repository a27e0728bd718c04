"""Processes do their jobs at the same time, wait without working, and say why they failed."""

import os
import time

import pytest


@pytest.fixture
def start(scripts_on_path):
    from turns import Worker, stopping

    workers = []

    def one(plan="toy", threads=1):
        workers.append(Worker("toy_worker", plan, threads))
        return workers[-1]

    with stopping(workers):
        yield one


def test_a_job_returns_its_value_with_wall_and_processor_seconds(start):
    from turns import together

    (reply,) = together([start()], "add", left=2, right=3)
    assert reply.value == 5
    (reply,) = together([start()], "sleep", seconds=0.3)
    assert 0.3 <= reply.seconds < 2
    assert reply.cpu_seconds < 0.1


def test_jobs_of_one_turn_overlap(start):
    from turns import together

    workers = [start(), start()]
    together(workers, "add", left=0, right=0)  # both are up
    (start_1, end_1), (start_2, end_2) = (
        reply.value for reply in together(workers, "sleep", seconds=0.5)
    )
    assert max(start_1, start_2) < min(end_1, end_2)


def test_a_worker_without_a_turn_uses_no_processor(start):
    from turns import together

    worker = start()
    (before,) = together([worker], "processor time")
    time.sleep(0.5)
    (after,) = together([worker], "processor time")
    assert after.value - before.value < 0.05


@pytest.mark.parametrize(("threads", "expected"), [(1, "1"), (None, None)])
def test_threads_are_set_by_the_environment_of_the_process_alone(
    start, monkeypatch, threads, expected
):
    from turns import THREAD_VARIABLES, together

    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    before = dict(os.environ)
    (reply,) = together([start(threads=threads)], "environment")
    assert {reply.value.get(name) for name in THREAD_VARIABLES} == {expected}
    assert reply.value["OMP_WAIT_POLICY"] == "PASSIVE"
    assert dict(os.environ) == before


def test_a_failed_job_brings_its_traceback(start):
    from turns import WorkerError, together

    with pytest.raises(WorkerError, match=r"(?s)toy_worker.*KeyError: 'no such key'"):
        together([start()], "fail")


def test_a_module_that_cannot_start_brings_its_traceback(start):
    from turns import WorkerError, together

    worker = start(plan="unusable")
    with pytest.raises(WorkerError, match="this plan cannot be used"):
        # Whether the first job still reaches the process is a matter of time.
        together([worker], "add", left=1, right=1)


@pytest.mark.parametrize("end", ["fail", "die"])
def test_what_a_process_prints_is_shown_where_it_fails_and_not_before(start, end, capfd):
    from turns import WorkerError, together

    worker = start()
    together([worker], "print", words="written by a library")
    assert capfd.readouterr() == ("", "")
    with pytest.raises(WorkerError, match="It had printed:\nwritten by a library"):
        together([worker], end)


def test_a_killed_process_is_told_from_a_failed_one(start):
    from turns import WorkerError, together

    worker = start()
    with pytest.raises(WorkerError, match="exit code -9"):
        together([worker], "die")
    with pytest.raises(WorkerError, match="has ended"):
        together([worker], "add", left=1, right=1)


def test_stopping_ends_the_processes_even_after_an_error(scripts_on_path):
    import psutil
    from turns import Worker, WorkerError, stopping, together

    worker = Worker("toy_worker", "toy", threads=1)
    process_id = worker._process.pid
    with pytest.raises(WorkerError, match="no such key"), stopping([worker]):
        together([worker], "fail")
    assert not psutil.pid_exists(process_id)
