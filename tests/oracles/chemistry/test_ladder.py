"""Every way to converge ends at the same density, and tells what it cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pyscf.dft.rks import RKS

from oracles.chemistry import ladder
from oracles.chemistry.geometry import FloatArray, Geometry
from oracles.chemistry.meanfield import mean_field
from oracles.chemistry.theory import Continuum, Functional

WATER = Geometry(
    ("O", "H", "H"),
    np.array([[0.0, 0.0, 0.1173], [0.0, 0.7572, -0.4692], [0.0, -0.7572, -0.4692]]),
    0,
)
GAS = Functional("b3lyp", "6-31g(d)", grids=(0, 1))
SOLVENT = replace(GAS, continuum=Continuum("IEF-PCM"))
IN_EACH = pytest.mark.parametrize("functional", [GAS, SOLVENT], ids=["gas", "water"])


def never(mf: RKS, functional: Functional, start: FloatArray | None) -> int:
    """A rung that does not help."""
    mf.converged = False
    return 3


@pytest.fixture
def plain() -> dict[Functional, float]:
    """Functional -> energy in hartree by DIIS."""
    found = {}
    for functional in (GAS, SOLVENT):
        mf = mean_field(WATER, functional, 2000)
        assert ladder.climb(mf, functional, "water").rungs[0].converged
        found[functional] = float(mf.e_tot)
    return found


@IN_EACH
@pytest.mark.parametrize("helps", list(ladder.RUNGS)[1:])
def test_every_rung_ends_where_diis_does(
    helps: str, functional: Functional, plain: dict[Functional, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    rungs = {name: rung if name == helps else never for name, rung in ladder.RUNGS.items()}
    monkeypatch.setattr(ladder, "RUNGS", rungs)
    mf = mean_field(WATER, functional, 2000)
    mf.kernel()  # where DIIS came to is where Newton's method goes on
    climbed = ladder.climb(mf, functional, "water")
    assert climbed.converged
    assert [rung.name for rung in climbed.rungs] == list(rungs)[: list(rungs).index(helps) + 1]
    assert mf.e_tot == pytest.approx(plain[functional], abs=2e-6)
    assert mf.level_shift == 0.0
    assert mf.mo_occ.tolist() == [2.0] * 5 + [0.0] * (mf.mol.nao - 5)
    assert mf.energy_tot(mf.make_rdm1()) == pytest.approx(plain[functional], abs=2e-6)


def test_the_account_tells_each_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "RUNGS", {"DIIS": never, "level shift": ladder.RUNGS["level shift"]})
    first, second = ladder.climb(mean_field(WATER, GAS, 2000), GAS, "water").rungs
    assert (first.of, first.name, first.cycles, first.converged) == ("water", "DIIS", 3, False)
    assert (second.name, second.converged) == ("level shift", True)
    assert 0.0 < second.details()["cpu_seconds"] < 60.0


def test_without_exact_exchange_integrals_are_kept_as_well() -> None:
    """PySCF would make Coulomb's anew in every cycle: 14 s instead of 6 for [Zn(H2O)5(urea)]2+ by PBE."""
    functional = replace(GAS, xc="pbe")
    kept, anew = (mean_field(WATER, functional, 2000) for _ in range(2))
    anew.conv_tol = functional.conv_tol
    anew.kernel()
    assert anew.with_df._cderi is None
    assert ladder.climb(kept, functional, "water").converged
    assert kept.with_df._cderi is not None
    assert kept.e_tot == pytest.approx(anew.e_tot, abs=1e-8)
