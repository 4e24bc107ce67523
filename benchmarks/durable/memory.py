"""A calculation that wants more memory than it may have, beside a real one."""

from __future__ import annotations

import argparse

from benchmarks.durable.contained import beside, calculating
from benchmarks.durable.machine import heading
from loop.records import Failure, Measurement


def arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing can be chosen."""


def main(options: argparse.Namespace) -> None:  # noqa: ARG001 - as all of them
    """Run and print."""
    heading("memory: 40 GB wanted where 4 GB are allowed, beside the orbitals of methanol")
    with calculating() as directory:
        for manner in ("memory", "segfault"):
            bad, good = beside(directory / manner, manner)
            assert isinstance(bad, Failure)  # noqa: S101 - 40 GB are not to be had
            print(f"{manner}: failed ({bad.kind}) after {bad.cost.wall_seconds:.2f} s: {bad.reason}")
            told = (
                ", ".join(f"{v.property} {v.value:.2f} {v.unit}" for v in good.values)
                if isinstance(good, Measurement)
                else f"failed: {good.reason}"
            )
            print(f"  its neighbour: {told}")
