"""What draws come to, and how near real molecules come to each other."""

from __future__ import annotations

import math

import pytest

from generators.corpus.entries import corpus
from generators.evaluation.drawn import METRICS, compared, described
from loop.molecule import parse


def test_draws_are_counted_before_any_filter() -> None:
    ethanol, acetone, ion = parse("CCO"), parse("CC(C)=O"), parse("C[NH3+]")
    found = described([ethanol, None, ethanol, acetone, ion], known={ethanol})
    assert (found.valid.hits, found.valid.of) == (3, 5), "an ion is no valid draw"
    assert (found.unique.hits, found.unique.of) == (3, 4)
    assert (found.novel.hits, found.novel.of) == (2, 3)
    assert found.heavy_atoms == pytest.approx(3.0)
    assert 1.0 < found.sa_mean < 5.0


def test_of_no_draws_nothing_is_known() -> None:
    found = described([None], known=set())
    assert (found.valid.value, found.unique.of) == (0.0, 0)
    assert math.isnan(found.sa_mean)


def test_real_molecules_reach_the_ceiling_and_others_do_not() -> None:
    molecules = [parse(entry.smiles) for entry in corpus()[2000:3200]]
    reference, held_out, real = molecules[::2], molecules[1::4], molecules[3::4]
    alike = compared(real, held_out, reference)
    assert set(alike) == set(METRICS)
    assert all(0.8 < beside.share < 1.25 for name, beside in alike.items() if not name.startswith("Scaf"))
    odd = [parse("C" * k + "O") for k in range(1, 21)]
    strange = compared(odd, held_out, reference)
    assert strange["IntDiv"].share < 0.8
    assert strange["Frag"].share < 0.8
    assert compared(real, held_out, reference) == alike
