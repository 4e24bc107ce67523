"""Offspring of molecules by the graph operators of the package ``mol-ga``.

Jensen, 10.1039/C8SC05372C, in the version of GuacaMol (Brown et al., 10.1021/acs.jcim.8b00839): crossover
cuts two molecules at a single bond or in a ring and joins a piece of each; a mutation adds, removes, inserts
or changes an atom, changes the order of a bond, or opens or closes a ring.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from mol_ga.graph_ga.gen_candidates import mutate, reproduce

from loop.molecule import Molecule, MoleculeError, parse

MUTATION_RATE = 0.5
"""Share of the children of a crossover that are mutated as well, as in Jensen's programs for rediscovery.

``mol-ga`` mutates one in a hundred, for populations of thousands; a dozen parents soon repeat themselves."""

MUTANTS = 0.1
"""Share of the offspring that are a mutated parent without crossover, as in ``mol-ga``."""


def offspring(
    parents: Sequence[Molecule], seed: int, mutation_rate: float = MUTATION_RATE
) -> Iterator[tuple[Molecule, Molecule] | None]:
    """Yield children with their first parent, without end; ``None`` for each attempt that made no molecule.

    A child may repeat another, or a molecule of the population. Without parents there are none.

    Parameters
    ----------
    parents
        The population, the best first. Both parents are drawn by linear rank (Baker, Proc. 1st Int. Conf. on
        Genetic Algorithms, 1985): the best of ``n`` is ``n`` times as likely as the last.
    seed
        Decides everything random.
    mutation_rate
        Share of the children of a crossover that are mutated as well, 0 to 1.
    """
    rng = Random(seed)  # noqa: S311 - what mol-ga takes, and no secret
    weights = range(len(parents), 0, -1)
    while parents:
        first, second = rng.choices(parents, weights, k=2)
        yield _parsed(_child(first, second, mutation_rate, rng), first)


def _child(first: Molecule, second: Molecule, mutation_rate: float, rng: Random) -> str | None:
    mutant = rng.random() < MUTANTS
    found: str | None = (
        mutate(first.smiles, rng) if mutant else reproduce(first.smiles, second.smiles, mutation_rate, rng)
    )
    return found


def _parsed(smiles: str | None, parent: Molecule) -> tuple[Molecule, Molecule] | None:
    """A ring opened the wrong way leaves several fragments or a radical, which is no molecule."""
    try:
        return None if smiles is None else (parse(smiles), parent)
    except MoleculeError:
        return None
