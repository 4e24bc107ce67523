"""How good the autoencoder is, one row at a time, against what it has to reach.

    OMP_NUM_THREADS=1 python -m benchmarks.generator [NAME ...] [--list] [--weights FOLDER]
        [--chemprop PYTHON]

All rows without a name, from the shipped weights: about half an hour on two cores, and as long again with
chemprop. Needs the extras ``corpus`` and ``evaluation``. Nothing is filtered before it is judged unless the
line says so.
"""

from __future__ import annotations

from pathlib import Path

import torch

from benchmarks.generator_rows.row import Options, where
from benchmarks.rows import Table
from generators.latent.weights import shipped

TABLE = Table(
    "benchmarks.generator_rows",
    ("training", "reconstruction", "draws", "shapes", "latent", "heads", "teaching"),
)


def main() -> None:
    """Run the rows asked for and print the table."""
    parser = TABLE.parser(__doc__)
    parser.add_argument("--weights", type=Path, default=shipped(), help="a folder of other weights")
    parser.add_argument("--draws", type=int, default=Options.draws)
    parser.add_argument("--shapes", type=int, default=Options.shapes, help="draws that PoseBusters judges")
    parser.add_argument(
        "--chemprop", type=Path, help="Python of an environment with chemprop, for the row heads"
    )
    parser.add_argument("--seed", type=int, default=Options.seed, help="of random draws")
    rows, options = TABLE.asked(parser)
    torch.set_num_threads(1)
    TABLE.run(rows, Options(**options), where)


if __name__ == "__main__":
    main()
