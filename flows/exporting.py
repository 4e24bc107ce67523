"""Export a campaign to files that other programs read: CSV (pandas) and SDF."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pandas as pd
from rdkit import Chem
from rdkit.Chem import AllChem
from rdkit.Chem.rdchem import Mol

from flows.opening import Opened
from flows.store import StoreError
from flows.summary import candidates
from loop.campaign import State
from loop.molecule import Molecule
from loop.records import Failure, Measurement

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_export(opened: Opened, to: Path | None) -> list[Path]:
    """Write ``molecules.csv``, ``answers.csv``, ``molecules.sdf`` and, if people reported, ``readings.csv``.

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
    paths = [directory / name for name in ("molecules.csv", "answers.csv", "molecules.sdf")]
    molecules = candidates(opened.assembled.definition, state)
    harmless(molecules).to_csv(paths[0], index=False)
    harmless(_answers(state)).to_csv(paths[1], index=False)
    with Chem.SDWriter(str(paths[2])) as writer:
        for record in molecules.to_dict("records"):
            row = {str(key): value for key, value in record.items()}
            writer.write(_with_values(_structure(state, row), row))
    if state.notebook.reported:
        paths.append(directory / "readings.csv")
        harmless(_readings(state)).to_csv(paths[-1], index=False)
    return paths


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


def _structure(state: State, row: dict[str, object]) -> Mol:
    """The optimised geometry where an oracle kept one, else a drawing."""
    mol = Chem.MolFromSmiles(str(row["smiles"]))
    for answer in state.answers.values():
        if answer.request.molecule.smiles == row["smiles"] and isinstance(answer.outcome, Measurement):
            xyz = answer.outcome.details.get("xyz")
            placed = _placed(answer.request.molecule, str(xyz)) if xyz else None
            if placed is not None:
                return placed
    AllChem.Compute2DCoords(mol)  # type: ignore[attr-defined]
    return mol


def _placed(molecule: Molecule, xyz: str) -> Mol | None:
    """Put coordinates on the molecule with explicit hydrogens; ``None`` if the atoms do not fit."""
    mol = Chem.AddHs(molecule.rdkit())
    lines = xyz.strip().splitlines()[2:]
    symbols = [line.split()[0] for line in lines]
    if symbols != [atom.GetSymbol() for atom in mol.GetAtoms()]:
        return None
    conformer = Chem.Conformer(mol.GetNumAtoms())
    for k, line in enumerate(lines):
        conformer.SetAtomPosition(k, [float(x) for x in line.split()[1:4]])
    mol.AddConformer(conformer)
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
