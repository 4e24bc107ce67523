"""What a laboratory sends back: every bad cell is named, and rows are taken in all together or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flows.laboratory import cells as cell
from flows.laboratory.asking import people
from flows.laboratory.cells import CellError
from flows.laboratory.file import read
from flows.laboratory.row import ConflictError, RefusedError, Row
from flows.laboratory.units import UnitError, conversion
from flows.laboratory.which import Molecules
from flows.opening import Opened
from loop.campaign import State
from loop.parts import nearest
from loop.readings import Assay, Intake, Reading, ReadingsError

ODD = 1000.0
"""So many times larger or smaller than the median of what is there, a reading is doubted."""

ENOUGH = 3
"""Molecules whose values make a median."""


@dataclass(frozen=True)
class Taken:
    """What came of rows.

    Attributes
    ----------
    intake
        What was new and what was known.
    empty
        Rows without a value: not measured.
    converted
        What was converted, one clause each.
    doubts
        What a person should look at, one sentence each.
    before, after
        The campaign before and after.
    read_as
        What was made of the separators and decimal commas of a file; empty where nothing was.
    """

    intake: Intake
    empty: int
    converted: tuple[str, ...]
    doubts: tuple[str, ...]
    before: State
    after: State
    read_as: str = ""

    @property
    def answered(self) -> int:
        """Requests that are answered now and were not before."""
        return len(set(self.after.answers) - set(self.before.answers))


def take(opened: Opened, file: Path, dry: bool = False, unsolicited: bool = False) -> Taken:
    """Take in a file; see :func:`take_rows`.

    Raises
    ------
    RefusedError
        Naming every line that cannot be taken; then nothing of the file is.
    """
    people(opened)
    table = read(file)
    return replace(take_rows(opened, table.rows, dry, unsolicited), read_as=table.read_as)


def take_rows(opened: Opened, table: Sequence[Row], dry: bool = False, unsolicited: bool = False) -> Taken:
    """Take in rows, whoever sent them.

    Parameters
    ----------
    dry
        Only say what would happen.
    unsolicited
        Also what is told of molecules that were never asked about.

    Raises
    ------
    RefusedError
        Naming every row that cannot be taken; then none is. A :class:`ConflictError` where they contradict
        what is there.
    """
    assays = {a.property: a for oracle in people(opened) for a in oracle.wanted}
    for oracle in people(opened):
        opened.ledger.declare(oracle.protocol())
    before = opened.ledger.state()
    reader = _Reader(assays, before, unsolicited)
    found = [(row.place, reading) for row in table if (reading := reader.reading(row)) is not None]
    reader.finish()
    readings = [reading for _, reading in found]
    doubts = _doubts(readings, before)
    try:
        intake = opened.ledger.report(readings, dry)
    except ReadingsError as error:
        raise ConflictError(*(f"{found[k][0]}: {why}" for k, why in error.conflicts.items())) from error
    if intake.news and not dry:
        opened.ledger.back_up(opened.store.backup)
    return Taken(intake, reader.empty, tuple(reader.converted), doubts, before, opened.ledger.state())


class _Reader:
    """Turns rows into readings and collects what is wrong with them."""

    def __init__(self, assays: Mapping[str, Assay], state: State, unsolicited: bool) -> None:
        self.assays, self.molecules = assays, Molecules(state, unsolicited)
        self.problems: list[str] = []
        self.converted: dict[str, None] = {}
        self.empty = 0

    def reading(self, row: Row) -> Reading | None:
        """One row; ``None`` if it holds no value or cannot be read."""
        try:
            for column, text in row.cells.items():
                cell.check_text(column, text)
            return self._reading(row.cells)
        except CellError as error:
            self.problems.append(f"{row.place}, {error}")
        return None

    def finish(self) -> None:
        """Refuse all rows if anything is wrong with one."""
        if self.problems:
            raise RefusedError(*self.problems)

    def _reading(self, cells: Mapping[str, str]) -> Reading | None:
        valid = cell.flag("valid", cells.get("valid", ""), default=True)
        if not cells["value"] and valid:
            if cells.get("uncertainty"):
                raise CellError("uncertainty", "there is no value that it could belong to")
            self.empty += 1
            return None
        assay = self._assay(cells["property"])
        molecule = self.molecules.of(cells)
        value, uncertainty = self._numbers(cells, assay)
        return Reading(
            molecule=molecule,
            property=assay.property,
            replicate=cell.replicate(cells.get("replicate", "")),
            value=value,
            unit=assay.unit,
            uncertainty=uncertainty,
            valid=valid,
            correction=cell.flag("correction", cells.get("correction", ""), default=False),
            method="" if cells.get("method") == assay.method else cells.get("method", ""),
            operator=cells.get("operator", ""),
            date=cell.day(cells.get("date", "")),
            notes=cells.get("notes", ""),
        )

    def _assay(self, name: str) -> Assay:
        if not name:
            raise CellError("property", f"empty; write one of {', '.join(self.assays)}")
        if name not in self.assays:
            meant = next((a for a in self.assays if a.lower() == name.lower()), name)
            raise CellError("property", f"'{name}' is not asked for; {nearest(meant, list(self.assays))}")
        return self.assays[name]

    def _numbers(self, cells: Mapping[str, str], assay: Assay) -> tuple[float | None, float | None]:
        try:
            factor, offset = conversion(cells["unit"], assay.unit)
        except UnitError as error:
            wrong = str(error) if cells["unit"] else f"empty; write '{assay.unit}'"
            raise CellError("unit", wrong) from error
        if cells["unit"] != assay.unit:
            self.converted[f"{assay.property} from {cells['unit']} to {assay.unit}"] = None
        value = stated = None
        if cells["value"]:
            value = cell.number("value", cells["value"]) * factor + offset
            _check_possible(value, assay)
        if cells.get("uncertainty"):
            stated = cell.number("uncertainty", cells["uncertainty"]) * abs(factor)
            if stated <= 0:
                raise CellError("uncertainty", "must be above 0; leave it empty if it is not known")
        return value, stated


def _check_possible(value: float, assay: Assay) -> None:
    bound = beyond = None
    if assay.low is not None and value < assay.low:
        bound, beyond = assay.low, "below"
    if assay.high is not None and value > assay.high:
        bound, beyond = assay.high, "above"
    if bound is not None:
        raise CellError(
            "value",
            f"{value:g} {assay.unit} is {beyond} {bound:g} {assay.unit}, where {assay.property} cannot be; "
            "is the unit right?",
        )


def _doubts(readings: Sequence[Reading], state: State) -> tuple[str, ...]:
    """Corrections of nothing, and readings far from everything that is there: most likely a wrong unit."""
    there = set(state.notebook.histories)
    found = []
    for r in readings:
        if r.correction and r.identity not in there:
            found.append(
                f"{r.molecule}: replicate {r.replicate} of {r.property} was not there to be corrected"
            )
        there.add(r.identity)
    for name in dict.fromkeys(r.property for r in readings):
        sizes = sorted(abs(v.value) for v in state.values.get(name, {}).values() if v.value)
        if len(sizes) < ENOUGH:
            continue
        usual = sizes[len(sizes) // 2]
        found += [
            f"{r.molecule}: {name} is {r.value:g} {r.unit}, and the median of the others {usual:g}; is the "
            "unit right?"
            for r in readings
            if r.property == name and r.value and not 1 / ODD < abs(r.value) / usual < ODD
        ]
    return tuple(found)
