"""The table of ions: complete, consistent, and enough to build every hydrate."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from loop.molecule import parse
from oracles.chemistry.ions import IONS, IonName
from oracles.chemistry.polyhedra import POLYHEDRA
from oracles.xtb_zinc_exchange import XtbZincExchange
from oracles.zinc_exchange import ZincExchange

each_ion = pytest.mark.parametrize("name", IONS)


def test_a_setting_can_name_every_ion_and_no_other() -> None:
    assert get_args(IonName) == tuple(IONS)


@each_ion
def test_an_entry_is_complete_and_in_order(name: str) -> None:
    ion = IONS[name]
    assert ion.name == name
    assert ion.waters in POLYHEDRA
    assert {"O", "N", "S", "P"} <= set(ion.contacts)
    assert all(c.shortest < c.start < c.longest <= c.reach for c in ion.contacts.values())
    assert ion.coordination[0] <= ion.waters == ion.coordination[1]
    assert all(doi.startswith("10.") for doi in ion.sources)


@pytest.mark.parametrize(
    ("name", "released", "reaction"),
    [
        ("Zn2+", 2, "[Zn(H2O)6]2+ + L -> [Zn(H2O)4L]2+ + 2 H2O"),
        ("Zn2+", 1, "[Zn(H2O)6]2+ + L -> [Zn(H2O)5L]2+ + H2O"),
        ("Li+", 3, "[Li(H2O)4]+ + L -> [Li(H2O)L]+ + 3 H2O"),
    ],
)
def test_a_reaction_in_words(name: str, released: int, reaction: str) -> None:
    assert IONS[name].reaction(released) == reaction


@each_ion
def test_a_property_is_named_after_its_ion(name: str) -> None:
    symbol = IONS[name].symbol.lower()
    dear, cheap = ZincExchange.model_validate({"ion": name}), XtbZincExchange.model_validate({"ion": name})
    assert [p.name for p in dear.properties] == list(dear.uncertainties) == [f"{symbol}_exchange"]
    assert [p.name for p in cheap.properties] == list(cheap.uncertainties) == [f"{symbol}_exchange_gfn2"]
    assert dear.protocol().name.startswith(f"{symbol}-exchange-")


@each_ion
def test_its_hydrate_is_whole_and_water_displaces_water_for_nothing(name: str, tmp_path: Path) -> None:
    oracle = XtbZincExchange.model_validate({"ion": name, "search": "quick"})
    found = oracle.measure(parse("O"), tmp_path / "a")
    ion = IONS[name]
    assert found.values[0].value == pytest.approx(0.0, abs=2 * found.values[0].uncertainty)
    fewest, most = ion.coordination
    assert fewest <= found.details["coordination"] <= most
    assert found.details["reaction"] == ion.reaction(1)
    assert f"charge +{ion.charge}\n" in found.details["complex"]
    low, high = ion.contacts["O"].shortest, ion.contacts["O"].longest
    assert all(low < d < high for d in found.details["ion_distances_angstrom"])
