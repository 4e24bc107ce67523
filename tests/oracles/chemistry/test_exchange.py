"""Exchange energies: which of several complexes counts, and what becomes of the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ase.units import Hartree

from loop.molecule import parse
from loop.protocols import ConvergenceError, RejectedError
from oracles.chemistry import closed_shell, exchange
from oracles.chemistry.account import Account
from oracles.chemistry.bound import energy_of
from oracles.chemistry.coordinated import Exchange
from oracles.chemistry.level import level
from oracles.chemistry.ligand import prepare
from oracles.chemistry.minima import averaged
from oracles.chemistry.theory import Resources
from oracles.contained import abreast

LEVEL = level("Zn2+", "alpb-correction")
AMMONIA = parse("N")
Solver = Callable[..., Any]


@pytest.fixture
def computed(tmp_path: Path) -> Callable[[], Exchange]:
    resources = Resources(tmp_path / "scratch", 3000, Account())
    return lambda: exchange.exchange(AMMONIA, LEVEL, tmp_path, resources, chelates=True)


def tampered(
    monkeypatch: pytest.MonkeyPatch, what: str, which: Callable[[int], bool], solver: Solver
) -> None:
    """Give some of the complexes, or of the minima among which they are ordered, another density."""
    number = iter(range(100))

    def solve(geometry: Any, at: Any, resources: Resources, of: str, **more: Any) -> Any:
        changed = of == what and which(next(number))
        return (solver if changed else energy_of)(geometry, at, resources, of, **more)

    monkeypatch.setattr(exchange, "energy_of", solve)


def diverging(*_: Any, **__: Any) -> Any:
    raise ConvergenceError("the density did not converge")


def test_the_free_molecule_is_averaged_over_its_conformers(tmp_path: Path) -> None:
    """Ethanol: gauche and anti, told apart by the cheaper functional."""
    resources = Resources(tmp_path, 2000, Account())
    ligand = prepare(parse("CCO"), water=True)
    free = exchange._free(ligand, LEVEL, resources)
    each = [energy_of(c, LEVEL, resources, "ligand").total * Hartree for c in ligand.conformers]
    assert len(free.above) == len(each) == 2
    lowest = free.above.index(0.0)
    assert free.geometry is ligand.conformers[lowest]
    assert free.energy.total * Hartree == pytest.approx(each[lowest], abs=1e-5)
    assert free.above == pytest.approx([energy - each[lowest] for energy in each], abs=0.02)
    assert free.average * Hartree == pytest.approx(averaged(each), abs=0.01)


@pytest.mark.slow
def test_densities_side_by_side_give_the_value_of_one_after_the_other(
    computed: Callable[[], Exchange],
) -> None:
    one = computed()
    abreast.allow(2)
    try:
        two = computed()
    finally:
        abreast.allow(1)
    assert two.energy == pytest.approx(one.energy, abs=1e-6)
    assert two.details["minima_ev"] == pytest.approx(one.details["minima_ev"], abs=1e-5)
    assert two.details["complex"] == one.details["complex"]


@pytest.mark.slow
def test_open_shells_are_asked_about_at_the_lowest_minimum_alone(
    computed: Callable[[], Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Any]] = []
    monkeypatch.setattr(
        closed_shell, "believe", lambda _, geometry, *rest: asked.append((rest[-1], geometry))
    )
    found = computed()
    ((_, ligand), (_, lowest)) = asked
    assert [of for of, _ in asked] == ["ligand", "complex"]
    assert ligand.xyz() == found.details["ligand"]
    assert lowest.xyz() == found.details["complex"]


@pytest.mark.slow
def test_a_minimum_that_does_not_converge_is_left_out(
    computed: Callable[[], Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = computed()
    energies = whole.details["minima_ev"]
    assert len(energies) >= 3
    assert whole.energy == pytest.approx(averaged(energies), abs=1e-5)
    lowest = energies.index(min(energies))
    tampered(monkeypatch, "minimum", lambda k: k == lowest, diverging)
    found = computed()
    rest = found.details["minima_ev"]
    assert found.details["complex"] != whole.details["complex"]
    assert found.energy == pytest.approx(averaged(rest), abs=1e-5)
    # Others may take its place, and the one that is lowest now is calculated anew.
    others = energies[:lowest] + energies[lowest + 1 :]
    assert rest[: len(others)] == pytest.approx(others, abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("what", ["minimum", "complex"])
def test_without_any_density_there_is_no_value(
    what: str, computed: Callable[[], Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    tampered(monkeypatch, what, lambda _: True, diverging)
    with pytest.raises(ConvergenceError, match="did not converge"):
        computed()


@pytest.mark.slow
def test_a_lowest_complex_that_is_not_believed_is_not_passed_over_for_the_next(
    computed: Callable[[], Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lower(geometry: Any, *rest: Any, **more: Any) -> Any:
        found = energy_of(geometry, *rest, **more)
        return replace(found, total=found.total - 0.2)

    tampered(monkeypatch, "complex", lambda k: k == 0, lower)
    with pytest.raises(RejectedError, match=r"beyond 1\.5 eV"):
        computed()
