"""GFN2 exchange energies: known values, and what a search may change."""

from __future__ import annotations

from pathlib import Path

import pytest

from loop.molecule import parse
from loop.protocols import InputError
from oracles.xtb_zinc_exchange import XtbZincExchange


def test_water_displaces_water_for_nothing(tmp_path: Path) -> None:
    found = XtbZincExchange(search="quick").measure(parse("O"), tmp_path / "a")
    assert found.values[0].value == pytest.approx(0.0, abs=0.08)
    assert [rung["of"] for rung in found.details["rungs"]] == ["geometry", "complexes"]


@pytest.mark.slow
def test_a_quick_search_finds_about_what_a_thorough_one_finds(tmp_path: Path) -> None:
    """Urea against -0.25 and ammonia against -0.38 eV, from a looser search also for the aqua ion."""
    for smiles, other in (("NC(N)=O", -0.25), ("N", -0.38)):
        thorough, quick = (
            XtbZincExchange(search=search).measure(parse(smiles), tmp_path / "a").values[0]
            for search in ("thorough", "quick")
        )
        assert thorough.value == pytest.approx(other, abs=0.12)
        assert quick.value == pytest.approx(thorough.value, abs=2 * quick.uncertainty)
        assert quick.uncertainty > thorough.uncertainty


def test_ions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="charge -1"):
        XtbZincExchange().measure(parse("CC(=O)[O-]"), tmp_path)
