"""Places are counted, asked for, and missed aloud."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from flows.executors.places import Places
from tests.flows.executors.conftest import await_, never


def test_as_many_as_the_cluster_has_and_jobs_for_all_that_wait() -> None:
    asked: list[int] = []
    places = Places(3, lambda: 2, asked.append)
    gate, held, most = threading.Event(), [0], [0]
    lock = threading.Lock()

    def hold(_: int) -> bool:
        with places.taken(never) as got:
            with lock:
                held[0] += 1
                most[0] = max(most[0], held[0])
            gate.wait(10)
            with lock:
                held[0] -= 1
        return got

    with ThreadPoolExecutor(5) as pool:
        answers = pool.map(hold, range(5))
        await_(lambda: held[0] == 2 and bool(asked) and max(asked) == 3)
        gate.set()
        assert all(answers)
    assert most[0] == 2
    assert max(asked) == 3, "jobs for more than are wanted at once"


def test_who_stops_waiting_holds_nothing() -> None:
    places = Places(1, lambda: 1, lambda _: None)
    with places.taken(never) as first, places.taken(lambda: True) as second:
        assert (first, second) == (True, False)
    with places.taken(lambda: True) as third:
        assert third


def test_a_cluster_without_workers_is_spoken_of(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("LOOK", 0.02), ("COUNT", 0.02), ("PATIENCE", 0.1)):
        monkeypatch.setattr(f"flows.executors.places.{name}_SECONDS", seconds)
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("zincloop")
    logger.addHandler(handler)
    try:
        with Places(1, lambda: 0, lambda _: None).taken(lambda: bool(said)) as got:
            assert not got
    finally:
        logger.removeHandler(handler)
    assert "the cluster has had no worker for" in said[0]
