"""Faults injected for real, and what running for weeks costs; every figure of ``docs/faults.md``.

    python -m benchmarks.durability            # everything, hours; or one:
    python -m benchmarks.durability ledger --evaluations 2000
    python -m benchmarks.durability --list

Each says what it did and on which machine. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Mapping
from types import ModuleType

NAMES: Mapping[str, str] = {
    "hang": "calculations that never end: how late after their deadline they are gone",
    "memory": "a calculation that takes too much memory, and its neighbour",
    "overhead": "CPU time that an evaluation costs beside its calculation",
    "laboratory": "10,000 readings imported, and once more",
    "waiting": "what a campaign costs that only waits for its laboratory",
    "commits": "killed at every commit: the same ledger, and what is calculated twice",
    "dft": "real DFT killed at random: the same ledger, nothing repeated, nothing left behind",
    "ledger": "a campaign of 100,000 evaluations: ledger time, memory, zincloop status",
}
"""Module of ``benchmarks.durable`` -> what it measures, the quickest first."""


def main() -> None:
    """Run one benchmark, or all one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--list", action="store_true", help="say what there is and run nothing")
    commands = parser.add_subparsers(dest="name")
    for name, what in NAMES.items():
        _module(name).arguments(commands.add_parser(name, help=what))
    options = parser.parse_args()
    if options.list:
        print("\n".join(f"{name:<12} {what}" for name, what in NAMES.items()))
    elif options.name:
        _module(options.name).main(options)
    else:
        for name in NAMES:
            print(f"\n## {name}: {NAMES[name]}", flush=True)
            _module(name).main(commands.choices[name].parse_args([]))


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"benchmarks.durable.{name}")


if __name__ == "__main__":
    main()
