"""A surrogate that cannot be fitted is replaced by the last that could be, and costs no measurement."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flows.evaluating import PlainRounds
from flows.opening import begin_or_resume, commit
from flows.report.page import render
from loop.believing import TROUBLES
from loop.protocols import Belief, Evidence
from surrogates.minmax_gp import MinMaxGP
from tests.conftest import conducting
from tests.faults.killing import digest


def _run(file: Path) -> None:
    opened = begin_or_resume(file, None)
    with opened.store.locked():
        commit(opened)
        conductor = conducting(opened)
        try:
            conductor.conduct(lambda: PlainRounds(conductor.evaluator))
        finally:
            opened.ledger.close()


@pytest.mark.slow
def test_a_fit_that_fails_leaves_the_last_that_did_not_and_the_campaign_goes_on(
    quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fitted = MinMaxGP.fit

    def broken(self: MinMaxGP, evidence: Evidence, seed: int) -> Belief:
        if evidence.property.name == "tpsa" and len(evidence.molecules) == 10:
            raise np.linalg.LinAlgError("the matrix is not positive definite")
        return fitted(self, evidence, seed)

    monkeypatch.setattr(MinMaxGP, "fit", broken)
    _run(quick)
    opened = begin_or_resume(quick, None)
    state = opened.ledger.state()
    assert state.closed == "budget spent: 18 of 18 evaluations"
    told = [(r.number, r.notes[TROUBLES]) for r in state.rounds if TROUBLES in r.notes]
    why = (
        "no fit to all 10 molecules (LinAlgError: the matrix is not positive definite); "
        "the 4 of the last rounds are left out"
    )
    assert told == [(2, {"tpsa": why})]
    assert f"round 2 was picked with an older model of tpsa: {why}" in caplog.text
    assert f"Picked with an older model of tpsa: {why}" in render(opened)
    opened.ledger.close()
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "quick.toml").write_text(quick.read_text())
    _run(tmp_path / "again" / "quick.toml")
    assert digest(tmp_path / "quick") == digest(tmp_path / "again" / "quick")


@pytest.mark.slow
def test_where_no_fit_succeeds_the_run_ends_and_the_next_comes_to_the_same_ledger(
    quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "calm").mkdir()
    (tmp_path / "calm" / "quick.toml").write_text(quick.read_text())
    _run(tmp_path / "calm" / "quick.toml")

    def broken(self: MinMaxGP, evidence: Evidence, seed: int) -> Belief:
        raise np.linalg.LinAlgError("the matrix is not positive definite")

    with monkeypatch.context() as patch:
        patch.setattr(MinMaxGP, "fit", broken)
        with pytest.raises(np.linalg.LinAlgError):
            _run(quick)
    opened = begin_or_resume(quick, None)
    assert len(opened.ledger.state().answers) == 12, "what was measured before stays"
    assert [e.data for e in opened.ledger.history()][-1] == {"reason": "an error, see the log"}
    opened.ledger.close()
    _run(quick)
    assert digest(tmp_path / "quick") == digest(tmp_path / "calm" / "quick")
