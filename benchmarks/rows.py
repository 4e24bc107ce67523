"""A table of figures against what they have to reach; each row is a module of its own."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Result:
    """What a row came to: a figure to print, and whether the target is met; ``None`` for no verdict."""

    figure: str
    met: bool | None


@dataclass(frozen=True)
class Table:
    """Rows by name.

    Attributes
    ----------
    package
        Holds a module for each row, with ``WHAT`` it compares, its ``TARGET``, and ``run(options)``, which
        returns a :class:`Result`.
    names
        In the order in which they run.
    """

    package: str
    names: tuple[str, ...]

    def module(self, name: str) -> Any:  # noqa: ANN401 - a module, see above
        """The module of a row."""
        return importlib.import_module(f"{self.package}.{name}")

    def parser(self, description: str | None) -> argparse.ArgumentParser:
        """A command line with the names of rows and ``--list``, for more to be added to."""
        parser = argparse.ArgumentParser(
            description=description, formatter_class=argparse.RawTextHelpFormatter
        )
        parser.add_argument("rows", nargs="*", metavar="NAME", help=", ".join(self.names))
        parser.add_argument("--list", action="store_true", help="say what there is, and run nothing")
        return parser

    def asked(self, parser: argparse.ArgumentParser) -> tuple[list[str], dict[str, Any]]:
        """Names of rows, none for all, and the other options, as they were given.

        Ends the program after ``--list``, and on a row that there is not.
        """
        options = vars(parser.parse_args())
        rows, listed = options.pop("rows"), options.pop("list")
        if unknown := [name for name in rows if name not in self.names]:
            parser.error(f"there is no row {', '.join(unknown)}; there are {', '.join(self.names)}")
        if listed:
            _show([(name, self.module(name).TARGET, self.module(name).WHAT) for name in self.names])
            parser.exit()
        return rows, options

    def run(self, names: list[str], options: Any, where: Callable[[], str]) -> None:  # noqa: ANN401 - what its rows take
        """Run rows, all without a name, and print the table.

        Parameters
        ----------
        where
            Machine, its load and versions, printed above each row.
        """
        results: dict[str, Result] = {}
        for name in names or self.names:
            row = self.module(name)
            print(f"\n{name}: {row.WHAT}; target {row.TARGET}\n{where()}", flush=True)
            results[name] = row.run(options)
        said = {True: "met", False: "NOT MET", None: "-"}
        lines = [
            (name, self.module(name).TARGET, f"{said[result.met]:<8} {result.figure}")
            for name, result in results.items()
        ]
        print()
        _show([("row", "target", f"{'':<8} figure"), *lines])


def _show(lines: list[tuple[str, str, str]]) -> None:
    first, second = (max(len(line[k]) for line in lines) for k in (0, 1))
    for name, target, rest in lines:
        print(f"{name:<{first}} {target:<{second}} {rest}")


@lru_cache(maxsize=1)
def processor() -> str:
    """Model of the processor."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown processor"
