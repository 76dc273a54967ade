"""What Ctrl-C may end, and what it may not."""

import threading

import pytest

from bayescore.training.control import unbroken


class Job:
    """Broken off a few times, as by Polars on Ctrl-C, before it ends."""

    def __init__(self, times: int) -> None:
        self.times = times

    def __call__(self) -> str:
        self.times -= 1
        if self.times >= 0:
            raise KeyboardInterrupt
        return "written"


def test_a_job_of_another_thread_is_done_though_polars_breaks_it_off() -> None:
    got: list[str] = []
    thread = threading.Thread(target=lambda: got.append(unbroken(Job(3))))
    thread.start()
    thread.join(10)
    assert got == ["written"]


def test_on_the_main_thread_ctrl_c_ends_it() -> None:
    job = Job(3)
    with pytest.raises(KeyboardInterrupt):
        unbroken(job)
    assert job.times == 2
