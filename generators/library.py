"""Proposes compounds from a list: the known additives, the shipped corpus, or a user's own file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from generators.corpus.entries import Entry, content_hash, corpus, known_additives, read_file
from generators.corpus.reading import SUFFIXES, kind
from generators.corpus.shelf import Shelf, shelf_of
from loop.molecule import Limits, Molecule, parse
from loop.records import Candidate, digest

SHIPPED = {"known-additives": known_additives, "corpus": corpus}


class Library(BaseModel):
    """Compounds that exist: half of them the nearest to the incumbents, the rest at random."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["library"] = "library"
    source: str = Field(
        default="known-additives",
        description="'known-additives' (reported for zinc and lithium), 'corpus' (about 19,600 compounds of "
        "up to 20 heavy atoms, the known additives included), or the path of a .smi or .csv file of SMILES "
        "and names, or of an .sdf file (.gz of any)",
    )

    @field_validator("source")
    @classmethod
    def _names_a_list(cls, source: str) -> str:
        if source not in SHIPPED and kind(Path(source)) not in SUFFIXES:
            ends = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
            raise ValueError(f"'{source}' is neither {' nor '.join(SHIPPED)} nor a path that ends in {ends}")
        return source

    def version(self) -> str:
        """Content hash of the list.

        Raises
        ------
        MoleculeFileError
            If the user's file cannot be used.
        """
        return digest({"kind": self.kind, "entries": content_hash(self._entries())})

    def propose(self, incumbents: Sequence[Molecule], n: int, limits: Limits, seed: int) -> list[Candidate]:
        """Propose ``n`` compounds of the list that are inside ``limits``, fewer where it holds no more.

        With incumbents, the first half are their nearest neighbours (Tanimoto on Morgan bits), each with the
        incumbent it is close to as its parent; the rest is a random draw. Incumbents are never proposed.

        Raises
        ------
        MoleculeFileError
            If the user's file cannot be used.
        """
        shelf = shelf_of(self._entries(), limits)
        near = _near(shelf, incumbents, n // 2) if incumbents else []
        taken = {candidate.molecule for candidate in near} | set(incumbents)
        drawn = (shelf.candidate(index) for index in shelf.draw(np.random.default_rng(seed)))
        rest = (candidate for candidate in drawn if candidate and candidate.molecule not in taken)
        return near + list(islice(rest, n - len(near)))

    def own_list(self) -> dict[str, Molecule]:
        """Name (or SMILES) -> molecule of a file of the user's own; empty for shipped lists.

        Raises
        ------
        MoleculeFileError
            If the user's file cannot be used.
        """
        if self.source in SHIPPED:
            return {}
        return {entry.name or entry.smiles: parse(entry.smiles) for entry in self._entries()}

    def _entries(self) -> tuple[Entry, ...]:
        shipped = SHIPPED.get(self.source)
        return shipped() if shipped else read_file(Path(self.source).expanduser())


def _near(shelf: Shelf, incumbents: Sequence[Molecule], n: int) -> list[Candidate]:
    known = set(incumbents)
    found = (shelf.candidate(index, parent.smiles) for index, parent in shelf.neighbours(incumbents))
    return list(islice((c for c in found if c and c.molecule not in known), n))
