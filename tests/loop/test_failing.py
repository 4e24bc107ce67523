"""What is tried again after a failure."""

from __future__ import annotations

import pytest

from loop.failing import FailurePolicy
from loop.records import FailureKind


def test_what_may_be_whole_a_minute_later_is_tried_again() -> None:
    policy = FailurePolicy()
    assert [policy.tries_again(FailureKind.TRANSIENT, n) for n in range(3)] == [True, True, False]
    assert [policy.tries_again(FailureKind.UNKNOWN, n) for n in range(2)] == [True, False]
    for kind in (FailureKind.INPUT, FailureKind.CONVERGENCE, FailureKind.RESOURCE, FailureKind.REJECTED):
        assert not policy.tries_again(kind, 0)


def test_the_pause_doubles() -> None:
    policy = FailurePolicy(pause_seconds=10.0)
    assert [policy.pause(n) for n in range(4)] == pytest.approx([0.0, 10.0, 20.0, 40.0])


def test_what_was_there_at_several_deaths_runs_alone() -> None:
    assert [FailurePolicy().alone(deaths) for deaths in range(4)] == [False, False, True, True]
    assert [FailurePolicy(deaths=2).alone(deaths) for deaths in range(3)] == [False, True, True]
    assert not FailurePolicy(deaths=1).alone(0)
