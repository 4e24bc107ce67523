"""Where molecules are in the latent space of an autoencoder."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from flows.generating.sampling import readable
from generators.corpus.reading import SUFFIXES, kind, parsed, text
from generators.latent.points import locate, means, write
from generators.latent.weights import Trained
from loop.molecule import Molecule, MoleculeError
from loop.protocols import PartError


class InvertingError(PartError):
    """Molecules that cannot be encoded: one line for each."""


@dataclass(frozen=True)
class Inverted:
    """Where one molecule is.

    Attributes
    ----------
    back
        What is written from its posterior mean.
    found
        Whether a point was found that is written as the molecule.
    moved
        Distance (L2) of that point from the mean.
    """

    molecule: Molecule
    back: Molecule | None
    found: bool
    moved: float
    point: Tensor


def invert(trained: Trained, given: Sequence[str]) -> list[Inverted]:
    """Encode molecules and look for points that are written as themselves.

    Parameters
    ----------
    given
        SMILES, or paths of files of molecules.

    Raises
    ------
    InvertingError
        If one cannot be read, or holds a symbol that the weights never saw.
    """
    molecules = list(_read(trained, given))
    start = means(trained, molecules)
    located = locate(trained, molecules)
    away = (located.points - start).norm(dim=1).tolist()
    found = zip(molecules, write(trained, start), located.exact, away, located.points, strict=True)
    return [Inverted(molecule, back, bool(exact), far, point) for molecule, back, exact, far, point in found]


def _read(trained: Trained, given: Sequence[str]) -> Iterator[Molecule]:
    problems: list[str] = []
    for one in given:
        path = Path(one).expanduser()
        if kind(path) not in SUFFIXES:
            records = [("", one)]
        else:
            lines = parsed(path, text(path))
            records = [(f"{path}:{record.line}: ", record.problem or record.smiles) for record in lines]
        for where, smiles in records:
            try:
                yield readable(trained, smiles)
            except MoleculeError as error:
                problems.append(f"{where}{error}")
            except PartError as error:
                problems.append(f"{where}{error}")
    if problems:
        raise InvertingError("\n".join(problems))


def told(found: Sequence[Inverted]) -> Iterator[str]:
    """A line for each molecule, and one on all."""
    for one in found:
        if one.back == one.molecule:
            yield f"{one.molecule}: the encoder's mean is written as it"
        elif one.found:
            yield f"{one.molecule}: found {one.moved:.2f} from the mean, which is written as {one.back}"
        else:
            yield f"{one.molecule}: not found; the mean is written as {one.back}"
    exact, there = sum(one.back == one.molecule for one in found), sum(one.found for one in found)
    yield f"{len(found)} molecules: {exact} by the encoder alone, {there} with the search"


def as_csv(found: Sequence[Inverted]) -> str:
    """The points, a column for each dimension."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    size = len(found[0].point) if found else 0
    writer.writerow(["smiles", "found", "written_from_mean", "moved", *(f"z{k}" for k in range(size))])
    for one in found:
        back = one.back.smiles if one.back else ""
        point = [f"{value:.6f}" for value in one.point.tolist()]
        writer.writerow([one.molecule.smiles, one.found, back, f"{one.moved:.4f}", *point])
    return table.getvalue()
