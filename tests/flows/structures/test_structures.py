"""Geometries of a ledger as files of other programs."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from ase.db import connect
from ase.io import read
from rdkit import Chem

from flows.structures import renew, structures
from flows.structures.sdf import placed, write_molecules
from flows.structures.xyz import write_geometries, write_trajectories
from loop.campaign import Answer, State
from loop.molecule import parse
from loop.records import Cost, Measurement, OracleProtocol, Request, Value
from oracles.chemistry.conformers import embed
from oracles.chemistry.geometry import Geometry
from oracles.chemistry.trajectory import Trajectory

PROTOCOL = OracleProtocol("zinc_exchange", "zn", {"recipe": 1}, "Zn.")
WATER = np.array([[0.0, 0, 2], [0.8, 0, 2.6], [-0.8, 0, 2.6]])
AQUA = Geometry(("Zn", "O", "H", "H"), np.vstack([np.zeros((1, 3)), WATER]), 2)
PATH = Trajectory.of(
    AQUA, "GFN2-xTB", [AQUA.positions * (1 - k / 10) for k in range(4)], [-1.0, -2, -3, -3.5]
)
SMILES = ("O", "C/C=C\\C", "[NH3+]CC(=O)[O-]", "C[C@H](N)C(N)=O", "CC#N", "N")


def _state(*of: tuple[str, dict[str, Any]], name: str = "zn_exchange", at: float = 1.0) -> State:
    asked = [Request.ask(parse(smiles), PROTOCOL) for smiles, _ in of]
    answers = [
        Answer(request, Measurement((Value(name, -0.1, "eV", 0.08),), Cost(1.0, 1.0), details), at + k)
        for k, (request, (_, details)) in enumerate(zip(asked, of, strict=True))
    ]
    return State(
        requests={r.key: r for r in asked},
        answers={a.request.key: a for a in answers},
        protocols={PROTOCOL.digest: PROTOCOL},
    )


def _details(**more: Any) -> dict[str, Any]:
    return {"complex": AQUA.xyz(), "donor": "O", "trajectory": PATH.details("complex")} | more


def _rows(path: Path) -> list[Any]:
    return list(connect(path, use_lock_file=False).select())  # type: ignore[no-untyped-call]


def test_a_complex_keeps_its_atoms_its_charge_and_its_path(tmp_path: Path) -> None:
    state = _state(("O", _details()))
    (found,) = structures(state)
    assert (found.role, found.geometry.charge) == ("complex", 2)
    assert renew(state, tmp_path / "s.db")
    (row,) = _rows(tmp_path / "s.db")
    assert (row.role, row.total_charge, row.zn_exchange) == ("complex", 2, -0.1)
    assert (row.energy, row.calculator) == (-3.5, "gfn2-xtb")
    assert row.toatoms().get_chemical_symbols() == list(AQUA.symbols)
    assert np.allclose(row.positions, AQUA.positions)
    assert np.allclose(row.data["trajectory"]["positions_angstrom"], PATH.positions, atol=1e-3)
    assert row.data["values"]["zn_exchange"] == {"value": -0.1, "unit": "eV", "uncertainty": 0.08}
    assert [p.name for p in tmp_path.iterdir()] == ["s.db"], "nothing else is left"


@pytest.mark.parametrize("smiles", SMILES)
def test_a_molecule_is_found_again_in_all_files(smiles: str, tmp_path: Path) -> None:
    state = _state((smiles, _details()))
    renew(state, tmp_path / "s.db")
    database = connect(tmp_path / "s.db", use_lock_file=False)  # type: ignore[no-untyped-call]
    assert database.get(smiles=parse(smiles).smiles).role == "complex"
    write_geometries(structures(state), tmp_path / "s.xyz")
    (atoms,) = read(tmp_path / "s.xyz", ":")
    assert (atoms.info["smiles"], atoms.info["total_charge"]) == (parse(smiles).smiles, 2)


def test_trajectories_are_frames_with_energy_and_step(tmp_path: Path) -> None:
    state = _state(("O", _details()), ("CC#N", _details()), ("N", {"complex": AQUA.xyz()}))
    write_trajectories(structures(state), tmp_path / "t.xyz")
    frames = [a for a in read(tmp_path / "t.xyz", ":") if isinstance(a, Atoms)]
    assert [(a.info["smiles"], a.info["step"]) for a in frames] == [
        (s, k) for s in ("O", "CC#N") for k in range(4)
    ]
    energies = [a.get_potential_energy() for a in frames]  # type: ignore[no-untyped-call]
    assert energies == [-1.0, -2.0, -3.0, -3.5] * 2
    assert np.allclose(frames[2].positions, PATH.positions[2], atol=1e-3)
    assert {a.info["level"] for a in frames} == {"GFN2-xTB"}


@pytest.mark.parametrize("name", ["energy", "CO", "smiles", "charges"])
def test_a_property_whose_name_is_taken_is_in_the_data_alone(name: str, tmp_path: Path) -> None:
    renew(_state(("O", _details()), name=name), tmp_path / "s.db")
    (row,) = _rows(tmp_path / "s.db")
    assert set(row.key_value_pairs) == {"smiles", "oracle", "role", "total_charge"}
    assert row.data["values"][name]["value"] == -0.1


@pytest.mark.parametrize("details", [{}, {"note": "a sentence"}, {"note": "1\n"}, {"3": AQUA.xyz()}])
def test_where_there_is_no_geometry_there_is_no_file(details: dict[str, Any], tmp_path: Path) -> None:
    assert not renew(_state(("O", details)), tmp_path / "s.db")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "wrong", [{"of": "complex"}, {"of": "complex", "positions_angstrom": [[1]]}, {"of": 1, "steps": 2}]
)
def test_what_is_no_trajectory_is_left_alone(wrong: dict[str, Any]) -> None:
    broken = PATH.details("complex") | {"energies_ev": [0.0]}
    for table in (wrong, broken):
        (found,) = structures(_state(("O", _details(trajectory=table))))
        assert found.trajectory is None


# -- only what is new is appended --------------------------------------------------------------------


def test_what_is_there_is_not_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, three = tmp_path / "s.db", [(s, _details()) for s in ("O", "CC#N", "N")]
    renew(_state(*three[:2]), path)
    before = [row.unique_id for row in _rows(path)]
    renew(_state(*three), path)
    assert [row.unique_id for row in _rows(path)][:2] == before
    assert [row.smiles for row in _rows(path)] == ["O", "CC#N", "N"]
    written = path.stat().st_mtime_ns
    renew(_state(*three), path)
    assert path.stat().st_mtime_ns == written, "nothing was new"


def test_one_of_another_ledger_is_written_anew(tmp_path: Path) -> None:
    path, details = tmp_path / "s.db", _details()
    renew(_state(("O", details), ("CC#N", details)), path)
    for other in (
        _state(("O", details), ("N", details)),  # gone back to a backup, and on from there
        _state(("O", details)),  # gone back to a backup
        _state(("O", details), ("N", details), at=5.0),  # the same measured again
    ):
        before = {row.unique_id for row in _rows(path)}
        renew(other, path)
        rows = _rows(path)
        assert [row.smiles for row in rows] == [r.molecule.smiles for r in other.requests.values()]
        assert not before & {row.unique_id for row in rows}


@pytest.mark.parametrize("content", [b"", b"no database at all, but a longer text than a header is" * 20])
def test_a_damaged_one_is_written_anew(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "s.db").write_bytes(content)
    renew(_state(("O", _details())), tmp_path / "s.db")
    assert len(_rows(tmp_path / "s.db")) == 1


def test_an_export_begins_with_that_of_the_campaign(tmp_path: Path) -> None:
    renew(_state(("O", _details())), tmp_path / "campaign.db")
    renew(_state(("O", _details()), ("N", _details())), tmp_path / "s.db", like=tmp_path / "campaign.db")
    (kept,) = _rows(tmp_path / "campaign.db")
    assert [row.unique_id == kept.unique_id for row in _rows(tmp_path / "s.db")] == [True, False]


def test_one_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    renew(_state(("O", _details())), tmp_path / "s.db")
    (tmp_path / f".s.{os.getpid()}.db").mkdir()
    with pytest.raises(IsADirectoryError):
        renew(_state(("O", _details()), ("N", _details())), tmp_path / "s.db")
    assert len(_rows(tmp_path / "s.db")) == 1


# -- molecules with bonds ----------------------------------------------------------------------------


def _bound(smiles: str, waters: int) -> Geometry:
    """The molecule with an ion and waters, side by side."""
    start = embed(parse(smiles)).starts[0]
    parts = [start.positions, np.full((1, 3), 50.0), *(WATER + 60.0 * k for k in range(1, waters + 1))]
    symbols = (*start.symbols, "Zn", *("O", "H", "H") * waters)
    return Geometry(symbols, np.vstack(parts), start.charge + 2)


@pytest.mark.parametrize(
    ("smiles", "waters"), [("NC(N)=O", 5), ("[O-]C(=O)C", 4), ("C[NH+](C)CC([O-])=O", 0)]
)
def test_a_complex_is_the_molecule_the_ion_and_waters(smiles: str, waters: int, tmp_path: Path) -> None:
    bound = _bound(smiles, waters)
    isomer = embed(parse(smiles)).smiles
    state = _state((smiles, {"complex": bound.xyz(), "isomer": isomer}))
    write_molecules(structures(state), tmp_path / "s.sdf")
    (mol,) = Chem.SDMolSupplier(str(tmp_path / "s.sdf"), removeHs=False)
    found = Chem.MolToSmiles(Chem.RemoveHs(mol)).split(".")
    assert sorted(found) == sorted([isomer, "[Zn+2]", *["O"] * waters])
    assert Chem.GetFormalCharge(mol) == bound.charge
    assert np.allclose(mol.GetConformer().GetPositions(), bound.positions, atol=1e-4)
    assert mol.GetDoubleProp("zn_exchange") == -0.1


def test_what_is_not_its_molecule_is_left_out() -> None:
    bound = _bound("NC(N)=O", 5)
    assert placed("NC(N)=O", bound) is not None
    assert placed("CCO", bound) is None
    assert placed("NC(N)=O", replace(bound, symbols=(*bound.symbols[:-1], "F"))) is None
