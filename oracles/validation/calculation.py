"""What is calculated for a check, in a process of its own."""

from __future__ import annotations

import importlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, cast

from loop.molecule import parse
from loop.parts import load
from loop.protocols import RatedOracle


class Calculation(Protocol):
    """Something to calculate: equal ones are calculated once.

    A frozen dataclass of a module's top level, whose fields are text, numbers and tuples of these.
    """

    @property
    def name(self) -> str:
        """What is calculated, for who waits."""
        ...

    @property
    def expected_cpu_seconds(self) -> float:
        """Estimate; long calculations are started first."""
        ...

    def compute(self, scratch: Path) -> dict[str, float]:
        """Calculate, blocking; files go under ``scratch``.

        Raises
        ------
        OracleError
            If there is no number to give.
        """
        ...


@dataclass(frozen=True)
class Answer:
    """What a calculation brought.

    Attributes
    ----------
    values
        By name; ``None`` if it failed.
    reason
        Why it failed.
    cpu_seconds
        What it took.
    """

    values: dict[str, float] | None
    reason: str
    cpu_seconds: float


@dataclass(frozen=True)
class Asked:
    """An oracle asked about one molecule; a value has the property's name.

    Attributes
    ----------
    settings
        Pairs of name and choice; what is not among them has its default.
    """

    oracle: str
    smiles: str
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """Oracle and molecule."""
        return f"{self.oracle} {self.smiles}"

    @property
    def expected_cpu_seconds(self) -> float:
        """The oracle's own estimate."""
        return computed(self.oracle, self.settings).expected_cpu_seconds(parse(self.smiles))

    def compute(self, scratch: Path) -> dict[str, float]:
        """Measure as a campaign does."""
        found = computed(self.oracle, self.settings).measure(parse(self.smiles), scratch)
        return {value.property: value.value for value in found.values}


def told(calculation: Calculation) -> str:
    """A calculation as JSON, for another process."""
    kind = type(calculation)
    fields = asdict(calculation)  # type: ignore[call-overload]
    return json.dumps({"module": kind.__module__, "kind": kind.__qualname__, "fields": fields})


def understood(text: str) -> Calculation:
    """The calculation that :func:`told` wrote down."""
    content = json.loads(text)
    kind = getattr(importlib.import_module(content["module"]), content["kind"])
    return cast(Calculation, kind(**{name: _frozen(value) for name, value in content["fields"].items()}))


def _frozen(value: object) -> object:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def computed(kind: str, settings: tuple[tuple[str, str], ...] = ()) -> RatedOracle:
    """An oracle, by default as it is without any settings."""
    return cast(RatedOracle, load("oracles", kind).model_validate(dict(settings)))
