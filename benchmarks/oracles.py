"""How good and how fast the oracles are, one row at a time, against what they have to reach.

    python -m benchmarks.oracles [NAME ...] [--list] [--molecules N] [--qm9 PATH] [--each]

All rows without a name. Each prints what it compares with what, on which machine and with which versions.
What takes long is kept in ``build/oracles/`` as lines of JSON and goes on where it was stopped. Kept answers
are keyed by the digests of the protocols and the versions of the programs: no older protocol is mixed in.
"""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.oracle_rows.children import THREADS
from benchmarks.oracle_rows.row import Options, where
from benchmarks.rows import Table

TABLE = Table(
    "benchmarks.oracle_rows",
    ("qm9", "paper", "accuracy", "speed", "wall", "coverage", "adversarial", "series", "repeats", "minima"),
)


def main() -> None:
    """Run the rows asked for and print the table."""
    parser = TABLE.parser(__doc__)
    parser.add_argument("--molecules", type=int, help="how many, where a row may have fewer")
    parser.add_argument("--qm9", type=Path, help="data directory of the qm9pack package, for the row qm9")
    parser.add_argument("--each", action="store_true", help="speed: take each acceleration away in turn")
    parser.add_argument(
        "--only",
        metavar="ORACLE",
        help="adversarial, repeats: ask orbitals or zinc_exchange alone; coverage: ask any oracle alone",
    )
    parser.add_argument("--seed", type=int, default=0, help="of random draws")
    parser.add_argument("--deadline", type=float, default=3600.0, help="seconds of one calculation")
    parser.add_argument("--directory", type=Path, default=Options.directory)
    rows, options = TABLE.asked(parser)
    if "qm9" in rows and options["qm9"] is None:
        parser.error("the row qm9 needs --qm9 DIR, the data directory of the package qm9pack")
    os.environ.update(THREADS)
    options["directory"] = options["directory"].resolve()
    TABLE.run(rows, Options(**options), where)


if __name__ == "__main__":
    main()
