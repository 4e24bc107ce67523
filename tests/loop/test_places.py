"""A schedule of parallel places, by hand and in general."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.campaign import Answer
from loop.molecule import parse
from loop.places import Places
from loop.records import Cost, Measurement, OracleProtocol, Outcome, Request

REQUESTS = [Request.ask(parse("C" * n + "O"), OracleProtocol("o", "o", {}, "o")) for n in range(1, 16)]


def worked(count: int, seconds: Sequence[float]) -> tuple[Places, list[Answer], list[float]]:
    """Answer as many requests as there are times, in order; the clock after each step."""
    requests = REQUESTS[: len(seconds)]
    lasting = {r.key: s for r, s in zip(requests, seconds, strict=True)}

    def answer(request: Request) -> Outcome:
        return Measurement((), Cost(0.0, lasting[request.key]))

    places = Places(count)
    answers: list[Answer] = []
    clock: list[float] = []
    while waiting := [r for r in requests if r not in {a.request for a in answers}]:
        places.fill(waiting, answer)
        answers += places.next_answers()
        clock.append(places.clock)
    return places, answers, clock


def test_two_places_by_hand() -> None:
    places, answers, clock = worked(2, [5.0, 2.0, 2.0, 4.0])
    assert [(a.request, a.at) for a in answers] == [
        (REQUESTS[1], 2.0),  # the second place: 0 to 2, 2 to 4, 4 to 8; the first: 0 to 5
        (REQUESTS[2], 4.0),
        (REQUESTS[0], 5.0),
        (REQUESTS[3], 8.0),
    ]
    assert clock == [2.0, 4.0, 5.0, 8.0]
    assert places.busy_seconds == 13.0
    assert places.idle == pytest.approx(3 / 16)


def test_what_ends_together_is_returned_together() -> None:
    _, answers, clock = worked(3, [1.0, 1.0, 1.0, 0.0])
    assert clock == [1.0, 1.0]
    assert [a.request for a in answers] == REQUESTS[:4]


def test_there_is_at_least_one_place() -> None:
    with pytest.raises(ValueError, match="0 places; one request needs one"):
        Places(0)


@given(st.integers(1, 5), st.lists(st.floats(0, 1e6), min_size=1, max_size=len(REQUESTS)))
def test_no_more_run_than_there_are_places_and_none_waits_beside_a_free_one(
    count: int, seconds: list[float]
) -> None:
    places, answers, clock = worked(count, seconds)
    assert clock == sorted(clock)
    assert sorted(a.request.key for a in answers) == sorted(r.key for r in REQUESTS[: len(seconds)])
    assert places.busy_seconds == pytest.approx(sum(seconds), rel=1e-9, abs=1e-6)
    assert 0.0 <= places.idle + 1e-9 <= 1.0
    ends = {a.request: a.at for a in answers}
    free = [0.0] * count
    for request, lasts in zip(REQUESTS, seconds, strict=False):  # a list schedule, place by place
        first = free.index(min(free))
        free[first] += lasts
        assert ends[request] == pytest.approx(free[first], rel=1e-9, abs=1e-6)
    assert places.clock == pytest.approx(max(free), rel=1e-9, abs=1e-6)
