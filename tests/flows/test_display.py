"""What the display reckons with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.display import estimate_seconds
from flows.opening import Opened
from loop.definition import Budget
from tests.conftest import conducting


def test_a_pending_screening_does_not_count_against_what_is_measured(screened: Opened) -> None:
    definition = replace(screened.assembled.definition, budget=Budget(evaluations=36))
    assembled = replace(screened.assembled, definition=definition)
    conductor = conducting(replace(screened, assembled=assembled))
    state = screened.ledger.state()
    looked_at = {c.molecule for c in state.screened} - set(state.asked)
    pending = replace(
        state, answers={k: a for k, a in state.answers.items() if a.request.molecule not in looked_at}
    )
    assert len(pending.awaited) == len(looked_at) > 0
    each = pending.cpu_seconds / 18 / assembled.workers.count
    assert estimate_seconds(conductor, pending) == pytest.approx(18 * each)
