"""Which molecule a row is about: by request or SMILES, and by what a spreadsheet leaves of a request."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cached_property

from flows.laboratory.cells import CellError
from flows.laboratory.columns import SHORT
from generators.corpus.entries import cas_numbers, corpus
from loop.campaign import State
from loop.molecule import Molecule, MoleculeError, parse

DIGITS = 0.005
"""Relative rounding of a number that a spreadsheet shows as 9.07E+109."""


class Molecules:
    """The molecules that rows may be about.

    Parameters
    ----------
    unsolicited
        Also those that were never asked about.
    """

    def __init__(self, state: State, unsolicited: bool) -> None:
        self._state, self._unsolicited = state, unsolicited
        self._by_key = {key[:SHORT]: r.molecule for key, r in state.requests.items()} | {
            key: r.molecule for key, r in state.requests.items()
        }
        self._asked = frozenset(self._by_key.values())

    def of(self, cells: Mapping[str, str]) -> Molecule:
        """The molecule of a row.

        Raises
        ------
        CellError
            If the row does not say, contradicts itself, or is about one that was never asked about.
        """
        key, smiles = cells.get("request", ""), cells.get("smiles", "")
        if not key and not smiles:
            raise CellError("request", "empty, and so is smiles; one of them must say which molecule it is")
        known = self._by_key.get(key)
        if not smiles:
            return known or self._never_asked(key)
        try:
            molecule = parse(smiles)
        except MoleculeError as error:
            raise CellError("smiles", f"{error}{self._called(smiles)}") from error
        if key and known is None and not self._is_left(key, molecule):
            self._never_asked(key)
        if known not in (None, molecule):
            raise CellError("smiles", f"{smiles}, but request {key} is about {known}")
        if molecule not in self._asked and not self._unsolicited:
            raise CellError(
                "smiles", f"{smiles} was never asked about; the option 'unsolicited' takes it in all the same"
            )
        return molecule

    def _never_asked(self, key: str) -> Molecule:
        advice = self._called(key) or "; 'zincloop lab requests' lists what was"
        raise CellError("request", f"'{key}' was never asked{advice}")

    def _is_left(self, given: str, molecule: Molecule) -> bool:
        """Whether a spreadsheet took a request about a molecule for a number: 9068e106, or 00123456."""
        number = _number(given)
        keys = (_number(k) for k, m in self._by_key.items() if m == molecule and len(k) == SHORT)
        return number is not None and any(
            key is not None and math.isclose(number, key, rel_tol=DIGITS) for key in keys
        )

    def _called(self, text: str) -> str:
        """A clause for somebody who wrote a name or a CAS number."""
        smiles = self._names.get(text.lower())
        return f"; as a name or CAS number it is {smiles}" if smiles else ""

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Names in lower case and CAS numbers -> SMILES."""
        picked = (p.candidate for r in self._state.rounds for p in r.picks)
        return (
            {cas: smiles for smiles, cas in cas_numbers().items()}
            | {entry.name.lower(): entry.smiles for entry in corpus() if entry.name}
            | {c.name.lower(): c.molecule.smiles for c in picked if c.name}
        )


def _number(key: str) -> float | None:
    """A request as a spreadsheet would read it, or what it has made of one."""
    if not re.fullmatch(r"\d+([.,]\d+)?(e\+?\d+)?", key, re.IGNORECASE):
        return None
    number = float(key.replace(",", "."))
    return number if math.isfinite(number) else None
