"""Times of a demonstration from its ledger."""

from __future__ import annotations

from benchmarks.demo import Interval, busy, covered
from loop.campaign import Event


def event(at: float, kind: str, subject: str) -> Event:
    return Event(int(at), at, kind, subject, {})


def test_workers_are_busy_from_the_start_of_the_last_attempt_to_its_answer() -> None:
    history = [
        event(0, "round", "0"),
        event(1, "measurement", "exact"),
        event(2, "attempt", "long:1"),
        event(3, "attempt", "short:1"),
        event(4, "failure", "short"),
        event(5, "attempt", "long:2"),
        event(9, "measurement", "long"),
    ]
    assert busy(history) == [Interval(3, 4), Interval(5, 9)]


def test_time_covered_counts_once() -> None:
    assert covered([Interval(0, 2), Interval(1, 3), Interval(5, 6)]) == 4
