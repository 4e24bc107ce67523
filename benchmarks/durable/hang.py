"""A calculation that hangs with a child of its own, and one that spins in C: how late are they gone."""

from __future__ import annotations

import argparse

from benchmarks.durable.contained import calculating, lateness, misbehaving
from benchmarks.durable.machine import heading
from oracles.contained import Containment


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--deadline", type=float, default=4.0, help="seconds")
    parser.add_argument("--times", type=int, default=5, help="of each")


def main(options: argparse.Namespace) -> None:
    """Run and print."""
    heading(f"hang: seconds from a deadline of {options.deadline:g} s until no process is left")
    with calculating() as directory:
        misbehaving(directory, "exit", Containment(60.0, 0, 1))  # what all calculations are forked from
        for manner in ("hang", "spin"):
            places = [directory / str(n) for n in range(options.times)]
            late = [lateness(place, manner, options.deadline) for place in places]
            print(f"{manner:<6} at most {max(late):.2f} s, on average {sum(late) / len(late):.2f} s")
