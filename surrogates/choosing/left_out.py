"""Choosing between surrogates by how well each predicts the measurements it is not told of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loop.molecule import Molecule
from loop.objective import FloatArray
from loop.protocols import Belief, Evidence, Surrogate


@dataclass(frozen=True)
class Chosen:
    """The belief of the surrogate that was chosen; fulfils ``loop.protocols.ChosenBelief``.

    Attributes
    ----------
    belief
        What is believed.
    chosen
        Name of the surrogate that believes it.
    rivals
        Name -> leave-one-out NLL of every surrogate, the chosen one included.
    """

    belief: Belief
    chosen: str
    rivals: Mapping[str, float]

    @property
    def diagnostics(self) -> Mapping[str, float]:
        """Those of the chosen belief, and ``loo_nll NAME`` of every surrogate there was to choose from."""
        return {**self.belief.diagnostics, **{f"loo_nll {name}": nll for name, nll in self.rivals.items()}}

    def predict(self, molecules: Sequence[Molecule]) -> tuple[FloatArray, FloatArray]:
        """See ``loop.protocols.Belief``."""
        return self.belief.predict(molecules)

    def draw(self, molecules: Sequence[Molecule], n: int, seed: int) -> FloatArray:
        """See ``loop.protocols.Belief``."""
        return self.belief.draw(molecules, n, seed)

    def given(self, molecules: Sequence[Molecule], values: FloatArray) -> Belief:
        """See ``loop.protocols.Belief``; nothing is chosen anew."""
        return self.belief.given(molecules, values)


def choose(surrogates: Sequence[Surrogate], evidence: Evidence, seed: int) -> Chosen:
    """Fit every surrogate and keep the one of the lowest leave-one-out NLL, the first of equal ones."""
    beliefs = dict(zip(names(surrogates), (s.fit(evidence, seed) for s in surrogates), strict=True))
    rivals = {name: belief.diagnostics["loo_nll"] for name, belief in beliefs.items()}
    best = min(rivals, key=lambda name: rivals[name])
    return Chosen(beliefs[best], best, rivals)


def names(surrogates: Sequence[Surrogate]) -> list[str]:
    """Kinds, numbered where one occurs several times."""
    all_of, seen, found = Counter(s.kind for s in surrogates), Counter[str](), []
    for surrogate in surrogates:
        seen[surrogate.kind] += 1
        number = f" {seen[surrogate.kind]}" if all_of[surrogate.kind] > 1 else ""
        found.append(f"{surrogate.kind}{number}")
    return found
