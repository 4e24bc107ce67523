"""What the comparison does before and after BayBE runs; ``--check`` of the benchmark runs BayBE itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.baybe_comparison import cutoffs, measurements, minimised, paired, report
from loop.labels import Labels
from loop.molecule import parse
from loop.objective import Direction, Objective
from loop.protocols import Question
from loop.records import Property

HOMO = Objective("homo", "eV", Direction.MINIMIZE, -4.0)
LUMO = Objective("lumo", "eV", Direction.MAXIMIZE, -3.0)
WINDOW = Objective("lumo", "eV", Direction.WINDOW, 0.0, -2.5, -0.9)
MOLECULES = tuple(parse(s) for s in ("CCO", "CCN", "CCC"))
LABELS = Labels(
    MOLECULES,
    (Property("homo", "eV", ""), Property("lumo", "eV", "")),
    np.array([[-7.0, 1.0], [-6.0, 2.5], [-9.0, 0.0]]),
    np.ones(3),
)


def results(scenario: str, shares: list[float], seed: int = 0, initial: float = 0.4) -> pd.DataFrame:
    rounds = [
        {
            "round": k,
            "evaluations": 20 + 5 * k,
            "hypervolume": share,
            "hypervolume_share": share,
            "fit_seconds": 1.0,
            "proposal_seconds": 1.0 if scenario == "BayBE" else 0.0,
        }
        for k, share in enumerate([initial, *shares])
    ]
    return pd.DataFrame(rounds).assign(scenario=scenario, seed=seed)


def test_a_target_goes_the_objectives_way() -> None:
    assert minimised(HOMO)
    assert not minimised(LUMO)


def test_a_window_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="lumo: the comparison knows maximize and minimize"):
        minimised(WINDOW)


def test_a_desirability_runs_from_the_reference_to_the_best_of_the_pool() -> None:
    assert cutoffs(HOMO, LABELS) == (-9.0, -4.0)
    assert cutoffs(LUMO, LABELS) == (-3.0, 2.5)


def test_baybe_is_told_what_was_measured_and_nothing_else() -> None:
    question = Question(
        pool=(),
        objectives=(LUMO, HOMO),
        beliefs={},
        exact={},
        measured=MOLECULES[:2],
        front=np.array([[1.0, -7.0], [2.5, -6.0]]),
        pending=(),
        pending_exact={},
        asked=MOLECULES[:2],
        batch=1,
        seed=0,
    )
    told = measurements(question)
    assert told.to_dict("list") == {"molecule": ["CCO", "CCN"], "lumo": [1.0, 2.5], "homo": [-7.0, -6.0]}


def test_results_that_began_alike_are_paired() -> None:
    both = paired(results("BayBE", [0.5, 0.8]), [results("default", [0.6, 0.7])])
    assert both.groupby("scenario")["hypervolume_share"].last().to_dict() == {"BayBE": 0.8, "default": 0.7}


def test_a_seed_that_began_elsewhere_is_named() -> None:
    theirs = pd.concat([results("BayBE", [0.5]), results("BayBE", [0.5], seed=7)])
    ours = [results("default", [0.5]), results("default", [0.5], seed=7, initial=0.39)]
    with pytest.raises(ValueError, match="seed 7: the strategies did not all begin"):
        paired(theirs, ours)


def test_a_seed_that_one_strategy_lacks_is_named() -> None:
    theirs = pd.concat([results("BayBE", [0.5]), results("BayBE", [0.5], seed=7)])
    with pytest.raises(ValueError, match="seed 7"):
        paired(theirs, [results("default", [0.5])])


def test_the_report_pairs_by_seed_and_says_how_much_faster(capsys: pytest.CaptureFixture[str]) -> None:
    theirs = pd.concat([results("BayBE", [0.5, 0.6]), results("BayBE", [0.7, 0.8], seed=7)])
    ours = [results("default", [0.6, 0.7]), results("default", [0.8, 0.9], seed=7)]
    report(paired(theirs, ours), "BayBE")
    lines = capsys.readouterr().out.splitlines()
    end = next(line for line in lines if line.startswith("30 "))
    assert "0.100 [0.100, 0.100]" in end  # the means' intervals are wide, that of the difference is not
    assert any(line.startswith("default") and "2 times faster than BayBE" in line for line in lines)


def test_the_rival_is_reported_alone_too(capsys: pytest.CaptureFixture[str]) -> None:
    report(results("BayBE", [0.5, 0.6]), "BayBE")
    assert "0.600 [0.600, 0.600]" in capsys.readouterr().out
