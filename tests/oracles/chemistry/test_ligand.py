"""The molecule on its own: every conformer has its chance."""

from __future__ import annotations

import pytest

from loop.molecule import parse
from loop.protocols import ConvergenceError
from oracles.chemistry import semiempirical
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.ligand import prepare
from oracles.chemistry.semiempirical import Relaxed, relax

GLYCOL = parse("OCCO")


def test_one_conformer_that_does_not_converge_does_not_stand_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    starts: list[Geometry] = []

    def first_fails(start: Geometry, *, fmax: float, steps: int, water: bool, soft: bool) -> Relaxed:
        starts.append(start)
        if len(starts) == 1:
            raise ConvergenceError("GFN2-xTB did not converge")
        return relax(start, fmax=fmax, steps=steps, water=water, soft=soft)

    every = prepare(GLYCOL, water=True)
    monkeypatch.setattr(semiempirical, "relax", first_fails)
    others = prepare(GLYCOL, water=True)
    assert len(others.conformers) == len(every.conformers) - 1 > 0


def test_no_conformer_at_all_is_an_error_of_convergence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(start: Geometry, *, fmax: float, steps: int, water: bool, soft: bool) -> Relaxed:
        raise ConvergenceError("GFN2-xTB did not converge")

    monkeypatch.setattr(semiempirical, "relax", fails)
    with pytest.raises(ConvergenceError, match="no conformer of OCCO came to rest"):
        prepare(GLYCOL, water=True)


@pytest.mark.parametrize("smiles", ["FP(F)(F)(F)F", "FS(F)(F)(F)(F)F"])
def test_five_or_six_equal_neighbours_are_no_stereo_element(smiles: str) -> None:
    assert prepare(parse(smiles), water=False).isomer == parse(smiles).smiles
