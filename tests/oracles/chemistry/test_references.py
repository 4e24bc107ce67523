"""Reference energies are computed once, and never taken from another protocol."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oracles.chemistry import references
from oracles.chemistry.exchange import compute_reference
from oracles.chemistry.references import Reference, reference
from oracles.chemistry.theory import Resources
from oracles.complex_lumo import ComplexLumo
from oracles.zinc_exchange import ZincExchange

FOUND = Reference(hydrate=-2237.0, water=-76.0, ion_charge=1.4)


def test_it_is_computed_once_and_then_read(tmp_path: Path) -> None:
    calls = []

    def compute() -> Reference:
        calls.append(1)
        return FOUND

    first = reference({"recipe": 1}, tmp_path / "references", compute)
    again = reference({"recipe": 1}, tmp_path / "references", compute)
    assert first == again == FOUND
    assert len(calls) == 1
    assert len(list((tmp_path / "references").iterdir())) == 1


def test_another_protocol_or_version_is_computed_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Reference(-1.0, -2.0, 1.0)
    reference({"recipe": 1}, tmp_path, lambda: FOUND)
    assert reference({"recipe": 2}, tmp_path, lambda: other) == other
    monkeypatch.setattr(references, "versions", lambda: {"pyscf": "0.0"})
    assert reference({"recipe": 1}, tmp_path, lambda: other) == other


def test_the_shipped_references_are_used_for_the_default_protocols(tmp_path: Path) -> None:
    def compute() -> Reference:
        raise AssertionError("the shipped reference was not found")

    for oracle in (ZincExchange(), ZincExchange(solvation="alpb-correction"), ComplexLumo()):
        found = reference(oracle.level().settings(), tmp_path, compute)
        assert -2240.0 < found.hydrate < -2230.0
        assert found.ion_charge == pytest.approx(1.45, abs=0.05)


def test_what_does_not_touch_the_hydrate_shares_its_reference() -> None:
    one, any_number = ZincExchange(denticity="one"), ZincExchange(denticity="any")
    assert one.protocol().digest != any_number.protocol().digest
    assert one.level().settings() == any_number.level().settings() == ComplexLumo().level().settings()
    assert ZincExchange(ion="Mg2+").level().settings() != one.level().settings()
    assert ZincExchange(max_cycle=61).level().settings() != one.level().settings()


@pytest.mark.slow
def test_a_shipped_reference_can_be_computed_again(tmp_path: Path) -> None:
    """Which of the hydrate's minima are found depends on the last digits, and these on the processor.

    OpenBLAS's kernels for four kinds of processors (``OPENBLAS_CORETYPE``) give energies within 7e-5 hartree,
    or 2 meV.
    """
    level = ZincExchange().level()
    found = compute_reference(level, Resources(tmp_path, 3000))
    shipped = json.loads((Path(references.__file__).parents[1] / references.SHIPPED).read_text())
    kept = shipped[references.key_of(level.settings())]
    assert found.hydrate == pytest.approx(kept["hydrate"], abs=2e-4)
    assert found.water == pytest.approx(kept["water"], abs=1e-6)
    assert found.ion_charge == pytest.approx(kept["ion_charge"], abs=1e-3)
