"""Read the labelled table of a simulation, and name every cell that cannot be used."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from flows.campaign_file.reading import CampaignFileError
from flows.simulation.tables import LabelledObjectiveTable, SimulationFile
from loop.labels import Labels
from loop.molecule import Molecule, MoleculeError, parse
from loop.objective import Objective
from loop.parts import nearest
from loop.records import Property

SHOWN = 20
EMPTY = {"", "na", "n/a", "nan", "none", "null"}
UNIT = re.compile(r"^(?P<name>.+?)\s*(?:/\s*(?P<slash>\S+)|\[(?P<square>[^\]]+)\]|\((?P<round>[^)]+)\))\s*$")


@dataclass(frozen=True)
class Task:
    """A labelled pool and what is wanted of it.

    Attributes
    ----------
    labels, objectives
        The pool, and the goals.
    known
        Properties known of every molecule beforehand.
    left_out
        Molecules that lack a label.
    cheaper, screening
        Property -> name of its cheaper estimate, and the labels of these, if there are any.
    """

    labels: Labels
    objectives: tuple[Objective, ...]
    known: tuple[str, ...]
    left_out: int
    cheaper: Mapping[str, str]
    screening: Labels | None


def read_labelled(file: SimulationFile, beside: Path) -> Task:
    """Read the table that a simulation file names.

    Raises
    ------
    CampaignFileError
        Naming file, line and column of every cell that is not a molecule or a finite number; molecules that
        stand twice with different labels; columns that are not there; a pool too small for the budget.
    """
    path = beside / Path(file.table).expanduser()
    cells = _cells(path)
    smiles = _smiles_column(cells, file.smiles, path)
    wanted = file.wanted()
    columns = [_column(cells, o.column or o.property, path) for o in wanted]
    properties = [Property(o.property, _unit(o, c, path), c) for o, c in zip(wanted, columns, strict=True)]
    for name in dict.fromkeys(s.sort_by for s in file.scenarios):
        if name is not None and name not in [p.name for p in properties]:
            columns.append(_column(cells, name, path))
            properties.append(Property(name, "1", "a column to sort by"))
    cheap = [_column(cells, o.cheaper, path) for o in wanted if o.cheaper is not None]
    cheaper = {
        p.name: Property(c, p.unit, f"cheaper estimate of {p.name}")
        for p, c in zip(
            [p for o, p in zip(wanted, properties, strict=False) if o.cheaper], cheap, strict=True
        )
    }
    costs = [_cost(cells, cost, path) for cost in (file.seconds, file.screening_seconds)]
    known = tuple(o.property for o in wanted if o.known)
    may_fail = [*(c for o, c in zip(wanted, columns, strict=False) if not o.known), *cheap]
    reader = _Rows(path, file.missing, frozenset(may_fail if file.missing == "failure" else ()))
    for line, row in enumerate(cells.to_dict("records"), start=2):
        cell = {str(name): str(value) for name, value in row.items()}
        reader.add(line, cell, smiles, [*columns, *cheap], costs)
    labels, screening = reader.labels(properties, list(cheaper.values()))
    objectives = tuple(
        Objective(o.property, p.unit, o.direction, o.reference, o.low, o.high)
        for o, p in zip(wanted, properties, strict=False)
    )
    names = {name: p.name for name, p in cheaper.items()}
    return Task(labels, objectives, known, reader.left_out, names, screening if cheaper else None)


def _cost(cells: pd.DataFrame, given: str | float | None, path: Path) -> str | float:
    """A column of costs, or what every molecule costs; 1 if nothing is said."""
    if isinstance(given, str):
        return _column(cells, given, path)
    return 1.0 if given is None else given


def _cells(path: Path) -> pd.DataFrame:
    """Every cell as text, so that a bad one can be quoted."""
    try:
        if path.suffix == ".parquet":
            frame = pd.read_parquet(path)
            return frame.astype(object).where(frame.notna(), "").astype(str)
        return pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skip_blank_lines=False
        )
    except FileNotFoundError:
        raise CampaignFileError([f"{path}: there is no such table"]) from None
    except ImportError:
        raise CampaignFileError([f"{path}: reading parquet needs pyarrow; pip install pyarrow"]) from None
    except OSError as error:
        raise CampaignFileError([f"{path}: cannot be read: {error.strerror}"]) from error
    except (ValueError, UnicodeDecodeError) as error:  # pandas' parser errors are ValueErrors
        raise CampaignFileError([f"{path}: not a table: {str(error).splitlines()[0]}"]) from error


def _smiles_column(cells: pd.DataFrame, given: str | None, path: Path) -> str:
    if given is not None:
        return _column(cells, given, path)
    found = [str(c) for c in cells.columns if str(c).strip().lower() == "smiles"]
    if not found and len(cells.columns) == 1 and (mark := re.search(r"[;\t|]", str(cells.columns[0]))):
        raise CampaignFileError([f"{path}: columns must be separated by commas, not {mark.group()!r}"])
    if len(found) != 1:
        raise CampaignFileError(
            [f"{path}: {len(found)} columns are named smiles; name one with 'smiles = \"...\"'"]
        )
    return found[0]


def _column(cells: pd.DataFrame, name: str, path: Path) -> str:
    """The column of a name, with or without its unit in the header."""
    headers = [str(c) for c in cells.columns]
    if name in headers:
        return name
    bare = [h for h in headers if (match := UNIT.match(h)) and match["name"] == name]
    if len(bare) != 1:
        raise CampaignFileError([f"{path}: there is no column '{name}'; {nearest(name, headers)}"])
    return bare[0]


def _unit(objective: LabelledObjectiveTable, header: str, path: Path) -> str:
    """The unit declared, else the one in the header ("homo / eV", "homo [eV]", "homo (eV)"), else 1."""
    match = UNIT.match(header)
    written = next(filter(None, match.group("slash", "square", "round"))) if match else ""
    if objective.unit and written and objective.unit != written:
        raise CampaignFileError(
            [f"{path}: the column '{header}' is in {written}; the objective says {objective.unit}"]
        )
    return objective.unit or written or "1"


class _Rows:
    """Collects rows and what is wrong with them."""

    def __init__(self, path: Path, missing: str, may_fail: frozenset[str]) -> None:
        self.path = path
        self.missing = missing
        self.may_fail = may_fail
        self.problems: list[str] = []
        self.left_out = 0
        self._seen: dict[Molecule, tuple[int, list[float]]] = {}

    def add(
        self,
        line: int,
        row: dict[str, str],
        smiles: str,
        columns: Sequence[str],
        costs: Sequence[str | float],
    ) -> None:
        """Add a line of the table: values of ``columns`` and then what they cost."""
        try:
            molecule = parse(row[smiles])
        except MoleculeError as error:
            self.problems.append(f"{self.path}, line {line}, column {smiles}: {error}")
            return
        names = [*columns, *costs]
        values = [n if isinstance(n, float) else self._number(line, n, row[n]) for n in names]
        if any(math.isnan(v) for v, name in zip(values, names, strict=True) if name not in self.may_fail):
            self.left_out += 1
            return
        for value, name in zip(values[len(columns) :], costs, strict=True):
            if value < 0:
                self.problems.append(f"{self.path}, line {line}, column {name}: a cost of {value:g} s")
        earlier = self._seen.setdefault(molecule, (line, values))
        if earlier[1][: len(columns)] != values[: len(columns)]:
            self.problems.append(
                f"{self.path}, line {line}: {molecule} stands on line {earlier[0]} too, with other values; "
                "keep one of them"
            )

    def _number(self, line: int, column: str, text: str) -> float:
        where = f"{self.path}, line {line}, column {column}"
        if text.strip().lower() in EMPTY:
            if self.missing != "restrict" and column not in self.may_fail:
                advice = ' or set missing = "restrict"' if self.missing == "error" else ""
                self.problems.append(f"{where}: no value; fill it in{advice}")
            return math.nan
        try:
            value = float(text)
        except ValueError:
            self.problems.append(f"{where}: '{text}' is not a number")
            return math.nan
        if not math.isfinite(value):
            self.problems.append(f"{where}: '{text}' is not finite")
            return math.nan
        return value

    def labels(self, properties: Sequence[Property], cheaper: Sequence[Property]) -> tuple[Labels, Labels]:
        """The labels, and the cheaper ones."""
        if self.problems:
            more = len(self.problems) - SHOWN
            rest = [f"... and {more} more"] if more > 0 else []
            raise CampaignFileError([*self.problems[:SHOWN], *rest])
        table = np.array([values for _, values in self._seen.values()]).reshape(len(self._seen), -1)
        found, n = [], len(properties)
        for names, values, seconds in (
            (properties, table[:, :n], table[:, -2]),
            (cheaper, table[:, n:-2], table[:, -1]),
        ):
            failed = [m for m, row in zip(self._seen, values, strict=True) if np.isnan(row).any()]
            found.append(Labels(tuple(self._seen), tuple(names), values, seconds, frozenset(failed)))
        if (labelled := len(self._seen) - len(found[0].failed)) < 2:
            said = f"{self.path}: {labelled} labelled molecules; there is nothing to choose"
            raise CampaignFileError([said])
        return found[0], found[1]
