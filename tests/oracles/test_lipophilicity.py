"""LogP against the published contributions and against experiment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flows.evaluating import PlainRounds
from flows.opening import begin_or_resume, commit
from loop.molecule import parse
from loop.records import Measurement
from oracles.lipophilicity import Lipophilicity
from tests.conftest import conducting

C1, C3, C8, C18, C21, C23 = 0.1441, -0.2035, 0.08452, 0.1581, 0.1360, 0.5437
H1, H2, O2 = 0.1230, -0.2677, -0.2893
"""Contributions of atom types as in table 1 of Wildman & Crippen, 10.1021/ci990307l."""


@pytest.mark.parametrize(
    ("smiles", "expected"),
    [
        ("C", C1 + 4 * H1),
        ("CC", 2 * C1 + 6 * H1),
        ("CO", C3 + 3 * H1 + O2 + H2),
        ("CCO", C1 + C3 + 5 * H1 + O2 + H2),
        ("c1ccccc1", 6 * (C18 + H1)),
        ("Cc1ccccc1", C8 + C21 + 5 * C18 + 8 * H1),
        ("Oc1ccccc1", C23 + 5 * (C18 + H1) + O2 + H2),
    ],
)
def test_values_are_sums_of_the_published_contributions(smiles: str, expected: float) -> None:
    assert Lipophilicity().values([parse(smiles)])[0, 0] == pytest.approx(expected, abs=1e-4)


def test_measured_molecules_are_met_within_twice_the_published_error() -> None:
    """Measured logP: Hansch, Leo & Hoekman, Exploring QSAR (1995); the fit's standard deviation is 0.677."""
    measured = {"CO": -0.77, "CCO": -0.31, "CC(C)=O": -0.24, "c1ccccc1": 2.13, "Cc1ccccc1": 2.73}
    found = Lipophilicity().values([parse(s) for s in measured])[:, 0]
    np.testing.assert_allclose(found, list(measured.values()), atol=2 * 0.677)
    assert np.corrcoef(found, list(measured.values()))[0, 1] > 0.95


def test_no_molecules_give_an_empty_column() -> None:
    assert Lipophilicity().values([]).shape == (0, 1)


def test_a_campaign_aims_at_it(quick: Path) -> None:
    text = quick.read_text().replace('property = "sa"', 'property = "logp"')
    text = text.replace("high = 3.0\nreference = 6.0", "high = 0.0\nreference = 1.1")
    quick.write_text(text.replace('kind = "synthesizability"', 'kind = "lipophilicity"'))
    opened = begin_or_resume(quick, None)
    with opened.store.locked():
        commit(opened)
        run = conducting(opened)
        run.conduct(lambda: PlainRounds(run.evaluator))
    answers = opened.ledger.state().answers.values()
    opened.ledger.close()
    found = [a for a in answers if a.request.oracle == "lipophilicity"]
    assert len(found) == 18
    for answer in found:
        assert isinstance(answer.outcome, Measurement)
        expected = Lipophilicity().values([answer.request.molecule])[0, 0]
        assert answer.outcome.values[0].value == pytest.approx(expected, abs=1e-12)
