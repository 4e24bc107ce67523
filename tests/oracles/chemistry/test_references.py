"""Reference energies are computed once, and never taken from another protocol."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oracles.chemistry import references
from oracles.chemistry.exchange import Level, compute_reference
from oracles.chemistry.references import Reference, reference
from oracles.chemistry.theory import Resources
from oracles.complex_lumo import ComplexLumo
from oracles.zinc_exchange import ZincExchange

FOUND = Reference(aqua_ion=-2237.0, water=-76.0, zinc_charge=1.4)


def test_it_is_computed_once_and_then_read(tmp_path: Path) -> None:
    calls = []

    def compute() -> Reference:
        calls.append(1)
        return FOUND

    first = reference("a protocol", tmp_path / "references", compute)
    again = reference("a protocol", tmp_path / "references", compute)
    assert first == again == FOUND
    assert len(calls) == 1
    assert len(list((tmp_path / "references").iterdir())) == 1


def test_another_protocol_or_version_is_computed_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Reference(-1.0, -2.0, 1.0)
    reference("a protocol", tmp_path, lambda: FOUND)
    assert reference("another protocol", tmp_path, lambda: other) == other
    monkeypatch.setattr(references, "versions", lambda: {"pyscf": "0.0"})
    assert reference("a protocol", tmp_path, lambda: other) == other


def test_the_shipped_references_are_used_for_the_default_protocols(tmp_path: Path) -> None:
    def compute() -> Reference:
        raise AssertionError("the shipped reference was not found")

    for oracle in (ZincExchange(), ZincExchange(solvation="alpb-correction"), ComplexLumo()):
        found = reference(oracle.protocol().digest, tmp_path, compute)
        assert -2240.0 < found.aqua_ion < -2230.0
        assert found.zinc_charge == pytest.approx(1.45, abs=0.05)


@pytest.mark.slow
def test_a_shipped_reference_can_be_computed_again(tmp_path: Path) -> None:
    oracle = ZincExchange()
    found = compute_reference(
        Level(oracle.functional(), correction=False, max_cycle=oracle.max_cycle), Resources(tmp_path, 3000)
    )
    shipped = json.loads((Path(references.__file__).parents[1] / "data/zinc_references.json").read_text())
    kept = next(r for r in shipped.values() if r["protocol"] == oracle.protocol().digest)
    assert found.aqua_ion == pytest.approx(kept["aqua_ion"], abs=2e-5)
    assert found.water == pytest.approx(kept["water"], abs=1e-6)
    assert found.zinc_charge == pytest.approx(kept["zinc_charge"], abs=1e-3)
