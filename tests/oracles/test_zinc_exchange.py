"""Exchange energies on zinc: known values, refusals and checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from loop.molecule import parse
from loop.protocols import InputError
from oracles.zinc_exchange import ZincExchange


@pytest.mark.slow
def test_urea_displaces_water(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Against -0.46 eV from another search for the complex, with the same functional and solvent."""
    found = ZincExchange().measure(parse("NC(N)=O"), tmp_path / "a")
    assert found.values[0].value == pytest.approx(-0.40, abs=0.12)
    assert found.details["donors"] == ["O"]
    assert found.details["reaction"] == "[Zn(H2O)6]2+ + L -> [Zn(H2O)5L]2+ + H2O"
    assert found.details["denticity"] == 1
    assert found.details["coordination"] == 6
    assert found.details["complex"].startswith("24\ncharge +2")
    assert not (tmp_path / "references").exists(), "the shipped reference was not used"
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_water_displaces_water_for_nothing(tmp_path: Path) -> None:
    found = ZincExchange(solvation="alpb-correction").measure(parse("O"), tmp_path / "a")
    assert found.values[0].value == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("C[Se]C", "contains Se"),
        ("CC(=O)[O-]", "charge -1"),
        ("C[NH3+]", r"charge \+1"),
        ("CCCC", "no donor atom for Zn2"),
    ],
)
def test_what_it_does_not_cover_is_refused(smiles: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=reason):
        ZincExchange().measure(parse(smiles), tmp_path)


def test_the_digest_knows_what_changes_a_value() -> None:
    oracles = (ZincExchange(), ZincExchange(solvation="alpb-correction"), ZincExchange(max_cycle=61))
    assert len({o.protocol().digest for o in oracles}) == 3
    assert ZincExchange(max_memory_mb=1000).protocol().digest == ZincExchange().protocol().digest
