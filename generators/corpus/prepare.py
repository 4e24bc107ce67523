"""Prepare the shipped corpus: ``python -m generators.corpus.prepare``.

The compounds are those of the package ``chemicals`` (MIT; its identifiers come from PubChem). Each filter's
count is printed and repeated in ``generators/data/README.md``. The file holds the same bytes on every run.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from rdkit import Chem
from rdkit.Chem import Crippen
from rich.console import Console

from generators.corpus.entries import CORPUS, known_additives
from loop.molecule import ELEMENTS, MoleculeError, parse

MAX_HEAVY_ATOMS = 20
"""Largest molecule kept, in heavy atoms: that of a campaign's default limits."""

MAX_LOGP = 2.0
"""Largest Crippen logP kept (10.1021/ci990307l), about one decade above the known zinc additives.

Above it lie more than half of the compounds, oils and drugs that no aqueous electrolyte dissolves."""


@dataclass(frozen=True)
class Compound:
    """One compound of the corpus: canonical SMILES without stereochemistry, common name and CAS number."""

    smiles: str
    name: str
    cas: str


def constitution(smiles: str) -> str:
    """Canonical SMILES without stereochemistry.

    Raises
    ------
    MoleculeError
        If the text is not one connected, closed-shell molecule.
    """
    mol = parse(smiles).rdkit()
    Chem.RemoveStereochemistry(mol)
    return parse(Chem.MolToSmiles(mol)).smiles


def refusal(smiles: str, max_heavy_atoms: int, max_logp: float) -> str | None:
    """Return the name of the filter that takes a compound out, or ``None``."""
    if not smiles:
        return "without a structure"
    try:
        molecule = parse(smiles)
    except MoleculeError:
        return "not one connected, closed-shell molecule"
    if molecule.charge:
        return "charged"
    mol = molecule.rdkit()
    if any(atom.GetIsotope() or atom.GetSymbol() not in ELEMENTS for atom in mol.GetAtoms()):
        return f"isotopes, or elements other than {' '.join(ELEMENTS)}"
    if not 2 <= molecule.heavy_atoms <= max_heavy_atoms:
        return f"fewer than 2 or more than {max_heavy_atoms} heavy atoms"
    if Crippen.MolLogP(mol) > max_logp:  # type: ignore[attr-defined]
        return f"Crippen logP above {max_logp:g}"
    return None


def compounds() -> Iterator[Compound]:
    """Every compound of ``chemicals``, those with a PubChem identifier and small CAS numbers first."""
    # A minute of loading and 200 MB that nothing but this command needs.
    from chemicals.identifiers import get_pubchem_db  # noqa: PLC0415

    database = get_pubchem_db()
    database.finish_loading()
    entries = sorted(database.CAS_index.values(), key=lambda e: ((e.pubchemid or 0) <= 0, e.CAS))
    for entry in entries:
        yield Compound(entry.smiles or "", entry.common_name, entry.CASs)


def select(max_heavy_atoms: int, max_logp: float) -> tuple[list[Compound], Counter[str]]:
    """Filter the compounds and count what each filter takes out, in the order of the filters."""
    known = {constitution(entry.smiles) for entry in known_additives()}
    kept: dict[str, Compound] = {}
    counts: Counter[str] = Counter()
    for compound in compounds():
        counts["read"] += 1
        reason = refusal(compound.smiles, max_heavy_atoms, max_logp)
        smiles = "" if reason else constitution(compound.smiles)
        if smiles in known:
            reason = "listed among the known additives"
        elif smiles in kept:
            reason = "same constitution as an earlier compound"
        if reason:
            counts[reason] += 1
        else:
            kept[smiles] = Compound(smiles, compound.name, compound.cas)
    ordered = sorted(kept.values(), key=lambda c: (parse(c.smiles).heavy_atoms, c.smiles))
    return ordered, counts


def pack(rows: Sequence[Compound]) -> bytes:
    """Gzip the table; no time stamp and no file name, so that equal rows give equal bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["smiles", "name", "cas"])
    writer.writerows((row.smiles, row.name, row.cas) for row in rows)
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", mtime=0) as stream:
        stream.write(text.getvalue().encode())
    return packed.getvalue()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(str(files("generators.data") / CORPUS)))
    parser.add_argument("--max-heavy-atoms", type=int, default=MAX_HEAVY_ATOMS)
    parser.add_argument("--max-logp", type=float, default=MAX_LOGP, help="Crippen logP, dimensionless")
    options = parser.parse_args(arguments)
    rows, counts = select(options.max_heavy_atoms, options.max_logp)
    options.out.write_bytes(pack(rows))
    console = Console(emoji=False)
    for reason, count in counts.most_common():
        console.print(f"{count:7d}  {reason}")
    console.print(f"{len(rows):7d}  kept, written to {options.out}")


if __name__ == "__main__":
    main()
