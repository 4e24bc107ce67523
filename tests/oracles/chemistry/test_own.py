"""Protocols of the user's own: what they change, what they may not, and that they measure."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from loop.molecule import parse
from loop.protocols import InputError
from oracles.chemistry.own import Own
from oracles.chemistry.theory import Continuum, Functional
from oracles.orbitals import Orbitals
from oracles.zinc_exchange import ZincExchange

BASE = Functional(
    "b3lyp", "6-31++g**", grids=(0, 1), continuum=Continuum("IEF-PCM"), auxiliary="x", functions="cartesian"
)


def test_only_what_is_named_changes() -> None:
    assert Own(name="same").applied(BASE) == BASE
    changed = Own(name="mine", functional="PBE0", dispersion="d3bj", grid=3, continuum="SMD").applied(BASE)
    assert (changed.xc, changed.dispersion, changed.grids) == ("pbe0", "d3bj", (0, 3))
    assert changed.continuum == Continuum("SMD")
    assert (changed.basis, changed.auxiliary, changed.functions) == (BASE.basis, "x", "cartesian")


def test_another_basis_set_is_not_fitted_by_functions_for_the_old_one() -> None:
    changed = Own(name="mine", basis="def2-TZVPD").applied(BASE)
    assert (changed.basis, changed.auxiliary, changed.functions) == ("def2-tzvpd", None, "spherical")


def test_another_continuum_has_the_surface_of_the_protocol() -> None:
    reference = Orbitals(fidelity="reference", own=Own(name="mine", continuum="C-PCM"))
    assert reference.functional().continuum == Continuum("C-PCM", 29)


def test_gas_stays_gas() -> None:
    assert (
        Own(name="mine", continuum="SMD").applied(Functional("b3lyp", "6-31g", grids=(0,))).continuum is None
    )


def test_a_continuum_for_what_has_none_is_refused() -> None:
    own = Own(name="mine", continuum="SMD")
    for part, settings in ((Orbitals, {"solvent": "gas"}), (ZincExchange, {"solvation": "alpb-correction"})):
        assert part(own=own).functional().continuum == Continuum("SMD")
        with pytest.raises(ValidationError, match="there is no implicit water in the density"):
            part.model_validate({"own": own, **settings})


def test_it_has_its_own_name_and_digest() -> None:
    mine = Orbitals(own=Own(name="pbe0-water", functional="pbe0"))
    assert mine.protocol().name == "pbe0-water"
    assert mine.protocol().digest != Orbitals().protocol().digest
    assert "pbe0/6-31++g**" in mine.protocol().description


def test_the_user_says_how_good_it_is() -> None:
    mine = Orbitals(own=Own(name="mine", uncertainty={"homo": 0.2}))
    assert mine.uncertainties["homo"] == 0.2
    assert mine.uncertainties["lumo"] == Orbitals().uncertainties["lumo"]
    with pytest.raises(ValidationError, match=r"own\.uncertainty names 'hommo'; measured are homo, lumo"):
        Orbitals(own=Own(name="mine", uncertainty={"hommo": 0.2}))


@pytest.mark.parametrize(
    "wrong", [{"name": "My Own"}, {"name": "mine", "grid": 12}, {"name": "mine", "xc": "pbe"}]
)
def test_what_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Own.model_validate(wrong)


def test_it_measures(tmp_path: Path) -> None:
    own = Own(name="pbe0-svpd", functional="pbe0", basis="def2-svpd", grid=1)
    found = Orbitals(solvent="gas", own=own).measure(parse("CI"), tmp_path)
    default = Orbitals(solvent="gas")
    assert default.refusal(parse("CI")) is not None, "the basis set of the default has no iodine"
    # PBE0 puts it 2 to 2.5 eV above the negative of the ionisation energy, which is 9.5 eV (NIST WebBook).
    assert found.values[0].value == pytest.approx(-7.3, abs=0.3)


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        (Own(name="mine", functional="b4lyp"), "libxc has no functional 'b4lyp'"),
        (Own(name="mine", functional="b3lyp,,"), "libxc has no functional 'b3lyp,,'"),
        (Own(name="mine", functional=","), "',' is no functional"),
        (Own(name="mine", basis="def3-svp"), "PySCF has no basis set 'def3-svp'"),
        (Own(name="mine", basis="gth-szv"), "'gth-szv' cannot hold the electrons of O"),
        (Own(name="mine", functional="svwn", dispersion="d3bj"), "there is no d3bj for 'svwn'"),
        (Own(name="mine", functional="wb97x-v", dispersion="d3bj"), "d3bj would count it twice"),
        (Own(name="mine", functional="wb97x-d"), "PySCF does not do 'wb97x-d'"),
    ],
)
def test_what_pyscf_does_not_know_is_an_error_of_input(own: Own, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=reason):
        Orbitals(own=own).measure(parse("O"), tmp_path)
    assert not list(tmp_path.iterdir()), "it was known before anything was calculated"


def test_implicit_water_where_there_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"own\.continuum is 'SMD', but there is no implicit water"):
        Orbitals(solvent="gas", own=Own(name="mine", continuum="SMD"))
    with pytest.raises(ValidationError, match=r"own\.continuum is 'SMD', but there is no implicit water"):
        ZincExchange(solvation="alpb-correction", own=Own(name="mine", continuum="SMD"))


def test_the_description_tells_dispersion_and_water() -> None:
    mine = ZincExchange(own=Own(name="mine", functional="pbe0", basis="def2-TZVP", continuum="SMD"))
    assert mine.protocol().description.startswith("pbe0-D3(BJ)/def2-TZVP energy")
    assert "implicit water by SMD" in mine.protocol().description
    assert (
        ZincExchange(own=Own(name="mine", dispersion="none"))
        .protocol()
        .description.startswith("B3LYP/def2-svp energy")
    )


def test_a_name_that_cannot_be_is_explained() -> None:
    with pytest.raises(ValidationError, match="a name has 3 to 64 small letters"):
        Own(name="My Own")
