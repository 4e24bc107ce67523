from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ase.db import connect
from ase.io import read

from flows.structures import structures, write_structures
from loop.campaign import Answer, State
from loop.molecule import parse
from loop.records import Cost, Measurement, OracleProtocol, Request, Value
from oracles.chemistry.geometry import Geometry

PROTOCOL = OracleProtocol("zinc_exchange", "zn", {"recipe": 1}, "Zn.")
AQUA = Geometry(("Zn", "O", "H", "H"), np.array([[0.0, 0, 0], [0, 0, 2], [0.8, 0, 2.6], [-0.8, 0, 2.6]]), 2)


def _state(details: dict[str, object], smiles: str = "O") -> State:
    request = Request.ask(parse(smiles), PROTOCOL)
    outcome = Measurement((Value("zn_exchange", -0.1, "eV", 0.08),), Cost(1.0, 1.0), details)
    return State(
        requests={request.key: request},
        answers={request.key: Answer(request, outcome, 0.0)},
        protocols={PROTOCOL.digest: PROTOCOL},
    )


def test_a_complex_keeps_its_atoms_and_its_charge(tmp_path: Path) -> None:
    state = _state({"complex": AQUA.xyz(), "donor": "O", "isomer": "O"})
    (found,) = structures(state)
    assert (found.role, found.atoms.info["total_charge"]) == ("complex", 2)
    assert np.allclose(found.atoms.positions, AQUA.positions)
    xyz, _ = write_structures(state, tmp_path)
    (again,) = read(xyz, ":")
    assert again.get_chemical_symbols() == list(AQUA.symbols)
    assert again.info["total_charge"] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["structures.db", "structures.xyz"]


@pytest.mark.parametrize("smiles", ["C/C=C\\C", "[NH3+]CC(=O)[O-]", "C[C@H](N)C(N)=O", "CC#N"])
def test_a_molecule_is_found_again_in_both_files(smiles: str, tmp_path: Path) -> None:
    state = _state({"complex": AQUA.xyz()}, smiles)
    xyz, db = write_structures(state, tmp_path)
    (atoms,) = read(xyz, ":")
    assert atoms.info["smiles"] == parse(smiles).smiles
    database = connect(db)  # type: ignore[no-untyped-call]
    assert database.get(smiles=parse(smiles).smiles).role == "complex"


@pytest.mark.parametrize("text", ["", "3", "2\ncharge +0\nO 0 0 0\n", "a sentence", "1\n"])
def test_what_is_no_geometry_is_left_alone(text: str, tmp_path: Path) -> None:
    assert not list(structures(_state({"note": text})))
    assert write_structures(_state({"note": text}), tmp_path) == []
    assert not list(tmp_path.iterdir())
