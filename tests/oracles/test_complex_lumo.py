"""LUMO of zinc complexes: against PySCF alone, in the order of what is known to be reduced, and refusals."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyscf import dft, gto
from pyscf.data.nist import HARTREE2EV

from loop.molecule import parse
from loop.protocols import InputError
from oracles.complex_lumo import ComplexLumo


@pytest.mark.slow
def test_it_is_that_of_pyscf_alone_at_the_same_geometry(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A finer grid and surface, no staged grids, no stored integrals, its own energies of the orbitals."""
    found = ComplexLumo().measure(parse("O"), tmp_path / "a")
    assert capfd.readouterr() == ("", "")
    assert not (tmp_path / "references").exists(), "the shipped reference was not used"
    atoms = found.details["complex"].split("\n", 2)[2]
    mol = gto.M(atom=atoms, basis="def2-svp", charge=2, verbose=0)
    mf = dft.RKS(mol, xc="b3lyp").density_fit().PCM()
    mf.with_solvent.method, mf.with_solvent.eps, mf.with_solvent.lebedev_order = "C-PCM", 78.3553, 23
    mf.grids.level = 2
    mf.kernel()
    assert mf.converged
    empty = mf.mo_energy[mol.nelectron // 2] * HARTREE2EV
    assert found.values[0].value == pytest.approx(empty, abs=0.02)


@pytest.mark.slow
def test_what_is_easily_reduced_lies_below_what_is_not(tmp_path: Path) -> None:
    """Zinc reduces nitro compounds in water, and urea not."""
    nitro, urea = (ComplexLumo().measure(parse(s), tmp_path / "a") for s in ("C[N+](=O)[O-]", "NC(N)=O"))
    assert nitro.values[0].value < urea.values[0].value - 1.0
    assert nitro.details["lumo_share_of_ligand"] > 0.8 > urea.details["lumo_share_of_ligand"]


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [("C[Se]C", "contains Se"), ("CC(=O)[O-]", "charge -1"), ("CCCC", "no donor atom for Zn2")],
)
def test_what_it_does_not_cover_is_refused(smiles: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=reason):
        ComplexLumo().measure(parse(smiles), tmp_path)


def test_the_digest_knows_what_changes_a_value() -> None:
    assert ComplexLumo(max_cycle=61).protocol().digest != ComplexLumo().protocol().digest
    assert ComplexLumo(max_memory_mb=1000).protocol().digest == ComplexLumo().protocol().digest
