"""A surrogate that cannot be fitted ends the run with its reason, and costs no measurement."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flows.evaluating import PlainRounds
from flows.opening import begin_or_resume, commit
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
def test_a_fit_that_fails_ends_the_run_and_the_next_comes_to_the_same_ledger(
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
