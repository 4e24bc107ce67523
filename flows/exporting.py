"""Export a campaign to files that other programs read: CSV (pandas), SDF, and what ASE reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import pandas as pd
from rdkit import Chem
from rdkit.Chem import AllChem
from rdkit.Chem.rdchem import Mol

from flows.assembly import Assembled
from flows.opening import Opened
from flows.store import StoreError
from flows.structures import renew, structures
from flows.structures.sdf import placed, write_molecules
from flows.structures.xyz import write_geometries, write_trajectories
from flows.summary import candidates
from loop.campaign import Answer, State
from loop.protocols import RatedOracle
from loop.records import Failure, Measurement

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_export(opened: Opened, to: Path | None) -> list[Path]:
    """Write ``molecules.csv``, ``answers.csv``, ``molecules.sdf``, and ``properties.csv`` with their units.

    Where there are any, also what people reported (``readings.csv``), every geometry (``structures.db`` for
    ASE, ``structures.xyz``, ``structures.sdf``) and how the atoms came there (``trajectories.xyz``).

    Raises
    ------
    StoreError
        If the directory cannot be made.
    """
    directory = to or opened.store.directory / "export"
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{directory}: cannot be created: {error.strerror}") from error
    state = opened.ledger.state()
    names = ("molecules.csv", "answers.csv", "molecules.sdf", "properties.csv")
    paths = [directory / name for name in names]
    molecules = candidates(opened.assembled.definition, state)
    harmless(molecules).to_csv(paths[0], index=False)
    harmless(_answers(state)).to_csv(paths[1], index=False)
    harmless(_properties(opened.assembled)).to_csv(paths[3], index=False)
    about: dict[str, list[Answer]] = {}
    for answer in state.answers.values():
        about.setdefault(answer.request.molecule.smiles, []).append(answer)
    with Chem.SDWriter(str(paths[2])) as writer:
        for record in molecules.to_dict("records"):
            row = {str(key): value for key, value in record.items()}
            smiles = str(row["smiles"])
            writer.write(_with_values(_structure(state, about.get(smiles, ()), smiles), row))
    if state.notebook.reported:
        paths.append(directory / "readings.csv")
        harmless(_readings(state)).to_csv(paths[-1], index=False)
    return [*paths, *_structures(opened, state, directory)]


def _structures(opened: Opened, state: State, directory: Path) -> list[Path]:
    """Every geometry in four forms, if there are any."""
    names = ("structures.db", "structures.xyz", "structures.sdf", "trajectories.xyz")
    db, xyz, sdf, ways = (directory / name for name in names)
    if not renew(state, db, like=opened.store.structures):
        return []
    write_geometries(structures(state), xyz)
    write_molecules(structures(state), sdf)
    write_trajectories(structures(state), ways)
    return [db, xyz, sdf, ways]


def _properties(assembled: Assembled) -> pd.DataFrame:
    """What the columns of the molecules are: unit, meaning, and the protocol that they come from."""
    return pd.DataFrame(
        {
            "property": prop.name,
            "unit": prop.unit,
            "uncertainty": oracle.uncertainties[prop.name] if isinstance(oracle, RatedOracle) else None,
            "description": prop.description,
            "oracle": oracle.kind,
            "protocol": oracle.protocol().name,
            "digest": oracle.protocol().digest,
        }
        for oracle in assembled.parts.oracles
        for prop in oracle.properties
    )


def _readings(state: State) -> pd.DataFrame:
    """Every reading as reported, those too that were superseded."""
    return pd.DataFrame(
        {
            "smiles": r.reading.molecule.smiles,
            **{f.name: getattr(r.reading, f.name) for f in fields(r.reading) if f.name != "molecule"},
            "superseded": state.notebook.superseded(r.reading),
            "recorded": pd.Timestamp(r.at, unit="s", tz="UTC").isoformat(),
        }
        for r in state.notebook.reported
    )


def _answers(state: State) -> pd.DataFrame:
    """One row per value measured and per failure, those that were tried again too: unit, protocol, cost."""
    rows = []
    for answer in (*state.answers.values(), *state.setbacks):
        protocol, outcome = state.protocols[answer.request.protocol], answer.outcome
        common = {
            "smiles": answer.request.molecule.smiles,
            "inchikey": answer.request.molecule.inchikey,
            "oracle": answer.request.oracle,
            "protocol": protocol.name,
            "protocol_digest": protocol.digest,
            "cpu_seconds": outcome.cost.cpu_seconds,
            "wall_seconds": outcome.cost.wall_seconds,
            "recorded": pd.Timestamp(answer.at, unit="s", tz="UTC").isoformat(),
        }
        if isinstance(outcome, Failure):
            then = "tried again" if answer.attempt else "given up"
            rows.append(common | {"failure": str(outcome.kind), "reason": outcome.reason, "then": then})
            continue
        rows += [
            common | {"property": v.property, "value": v.value, "unit": v.unit, "uncertainty": v.uncertainty}
            for v in outcome.values
        ]
    return pd.DataFrame(rows)


def harmless(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep a spreadsheet from reading a text cell as a formula."""

    def guard(value: object) -> object:
        return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value

    return frame.map(guard)


def _structure(state: State, answers: Sequence[Answer], smiles: str) -> Mol:
    """The geometry that the first oracle with one measured at, as the isomer it is of; else a drawing."""
    for structure in structures(state, [a for a in answers if isinstance(a.outcome, Measurement)]):
        mol = placed(structure.isomer, structure.geometry) if structure.role == "geometry" else None
        if mol is not None:
            mol.SetProp("geometry of", structure.answer.request.oracle)
            return mol
    mol = Chem.MolFromSmiles(smiles)
    AllChem.Compute2DCoords(mol)  # type: ignore[attr-defined]
    return mol


def _with_values(mol: Mol, row: dict[str, object]) -> Mol:
    mol.SetProp("_Name", str(row["name"] or row["smiles"]))
    for key, value in row.items():
        if isinstance(value, float):
            if value == value:  # a property that was not measured is left out  # noqa: PLR0124
                mol.SetDoubleProp(key.replace("±", "uncertainty"), value)
        elif value != "":
            mol.SetProp(key, str(value))
    return mol
