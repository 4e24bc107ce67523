"""Shapes, judged by PoseBusters itself."""

from __future__ import annotations

import builtins
from typing import Any

import pytest

from generators.corpus.entries import corpus
from generators.evaluation import frechet, plausible
from loop.molecule import parse

ETHANOL = parse("CCO")


def test_real_molecules_are_plausible_and_what_has_no_shape_is_not() -> None:
    done: list[int] = []
    # A triple bond across a cage has no conformer.
    impossible = parse("C1C2=C3C1=C23")
    found = plausible.plausibility([ETHANOL, parse("FB(F)F"), impossible], done.append)
    assert (found.valid.hits, found.valid.of) == (2, 3)
    assert sum(found.failed.values()) >= 1
    assert done == [1, 2, 3]


def test_atoms_that_no_force_field_knows_are_said_to_be_such() -> None:
    found = plausible.plausibility([parse("C=BC"), ETHANOL])
    assert (found.valid.hits, found.failed) == (1, {plausible.NO_FORCES: 1})


@pytest.mark.parametrize("package", ["posebusters", "fcd"])
def test_a_missing_package_is_named_with_the_extra(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name == package:
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises((plausible.PlausibleError, frechet.FrechetError), match=r"zincloop\[evaluation\]"):
        if package == "posebusters":
            plausible.plausibility([ETHANOL])
        else:
            frechet.frechet_distance([ETHANOL], [ETHANOL])


def test_the_distance_of_a_set_from_itself_is_none_and_from_another_some() -> None:
    some, others = ([parse(e.smiles) for e in corpus()[k : k + 60]] for k in (1000, 3000))
    assert frechet.frechet_distance(some, some) == pytest.approx(0.0, abs=1e-3)
    assert frechet.frechet_distance(some, others) > 1.0
