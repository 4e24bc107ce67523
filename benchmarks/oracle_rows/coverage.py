"""How many molecules get their values without a person: known additives and draws from the corpus.

Answers are those of ``benchmarks.known_additives``, in its file: neither program asks what the other knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.kept_answers import Kept, Line
from benchmarks.known_additives import Question, calculate
from benchmarks.oracle_rows.compounds import drawn_corpus, neutral_known
from benchmarks.oracle_rows.row import Options
from benchmarks.rows import Result
from loop.molecule import Molecule
from oracles.contained import Containment

WHAT = "share with HOMO, LUMO and SA, and with dE_ex: neutral known additives, 200 of the corpus"
TARGET = ">= 99 %, >= 97 %"

DRAWN = 200
WORKERS = 2
SHARES = (0.99, 0.97)

ORACLES = ("synthesizability", "orbitals", "zinc_exchange")

Lines = Mapping[str, Mapping[Molecule, Line]]
"""Oracle -> molecule -> what it said."""


def run(options: Options) -> Result:
    """Ask about each, print each failure, and count.

    One oracle alone (``only``), ``xtb_zinc_exchange`` say, shows at a quarter of the cost what cannot be
    built; it is reported, and meets nothing.
    """
    sets = {"corpus": drawn_corpus(DRAWN, options.seed), "known": neutral_known()}
    sets = {name: molecules[: options.molecules] for name, molecules in sets.items()}
    everyone = [molecule for molecules in sets.values() for molecule in molecules]
    lines = asked(everyone, (options.only,) if options.only else ORACLES, options)
    costs(lines)
    found = {f"{name} ({len(molecules)})": shares(lines, molecules) for name, molecules in sets.items()}
    figure = "; ".join(f"{name} " + ", ".join(f"{s:.1%}" for s in each) for name, each in found.items())
    return Result(figure, None if options.only else bool(np.all(np.array([*found.values()]) >= SHARES)))


def shares(lines: Lines, molecules: Sequence[Molecule]) -> tuple[float, ...]:
    """Share with HOMO, LUMO and SA, and with an exchange energy; of one oracle alone, with its own."""

    def have(*oracles: str) -> float:
        return float(np.mean([all(not lines[o][m].failure for o in oracles) for m in molecules]))

    if len(lines) == 1:
        return (have(*lines),)
    return have("orbitals", "synthesizability"), have("zinc_exchange")


def costs(lines: Lines) -> None:
    """Print median and 90th percentile of what the answers took, and every failure with its reason."""
    for oracle, answers in lines.items():
        half, most = np.percentile([line.cpu_seconds for line in answers.values()], (50, 90))
        print(f"{oracle}: {half:.1f} CPU s, one in ten more than {most:.1f}")
        for molecule, line in answers.items():
            if line.failure:
                print(f"  {line.cpu_seconds:6.0f} CPU s  {molecule}: {line.failure}", flush=True)


def asked(molecules: Sequence[Molecule], oracles: Sequence[str], options: Options) -> Lines:
    """What the oracles say of each, asked once and kept."""
    kept = Kept(options.directory.with_name("known_additives.jsonl"))
    questions = [Question(m.smiles, m, o) for m in dict.fromkeys(molecules) for o in oracles]
    # In the order of drawing: what was asked when it is stopped is a draw as well, only a smaller one.
    missing = [question for question in questions if question.key not in kept]
    print(f"{len(questions) - len(missing)} known, {len(missing)} to ask", flush=True)
    calculate(missing, kept, WORKERS, Containment(options.deadline, 0, 1))
    found: dict[str, dict[Molecule, Line]] = {oracle: {} for oracle in oracles}
    for question in questions:
        found[question.oracle][question.molecule] = kept[question.key]
    return found
