"""What a part must do to take its seat in the loop: small protocols, no base classes.

A part is one module in its package, named after its ``kind``, that holds one frozen pydantic model:
the model's fields are the part's settings in the campaign file, its methods fulfil the protocol here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from loop.molecule import Limits, Molecule
from loop.objective import FloatArray, Objective
from loop.readings import Assay
from loop.records import Candidate, Measurement, OracleProtocol, Pick, Property


class PartError(ValueError):
    """A part that cannot be used as it is set; the message tells the user what is wrong and where."""


class OracleError(Exception):
    """A calculation that cannot give a measurement; subclasses are named by what would help.

    Attributes
    ----------
    details
        JSON-able; kept with the failure.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.details: dict[str, Any] = {}


class InputError(OracleError):
    """The molecule or the settings are outside what the oracle covers; never retry."""


class ConvergenceError(OracleError):
    """An iteration did not converge; other settings may help."""


class ResourceError(OracleError):
    """Out of memory, time or disk; other hardware or a longer deadline may help."""


class TransientError(OracleError):
    """Something outside the calculation broke; the same call may work later."""


class RejectedError(OracleError):
    """A number came back that a check does not believe."""


@runtime_checkable
class Oracle(Protocol):
    """Answers requests about molecules with measurements."""

    @property
    def kind(self) -> str:
        """Name of the oracle, its module's name."""
        ...

    @property
    def exact(self) -> bool:
        """Whether the values are computed exactly and cheaply, so that no surrogate is needed."""
        ...

    @property
    def properties(self) -> tuple[Property, ...]:
        """What one measurement holds."""
        ...

    def protocol(self) -> OracleProtocol:
        """How the numbers come about."""
        ...

    def refusal(self, molecule: Molecule) -> str | None:
        """Say why this oracle cannot measure the molecule, before any work; ``None`` if it can."""
        ...

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        """Rough cost of one measurement, for estimates and for starting long work first."""
        ...


@runtime_checkable
class ComputedOracle(Oracle, Protocol):
    """An oracle that this program can ask."""

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:
        """Measure one molecule, blocking, with files kept under ``scratch``.

        The cost in the returned measurement is filled in by whoever contains the calculation.

        Raises
        ------
        OracleError
            One of its subclasses, when there is no measurement to give.
        """
        ...


@runtime_checkable
class RatedOracle(ComputedOracle, Protocol):
    """An oracle that says before it measures how good its numbers are."""

    @property
    def uncertainties(self) -> Mapping[str, float]:
        """Property -> standard uncertainty of a measurement as a rule, in the property's unit.

        A measurement may state another, where the molecule is known to be easier or harder.
        """
        ...


@runtime_checkable
class DeferredOracle(Oracle, Protocol):
    """An oracle that asks people: what is asked goes out, and readings come back in their own time.

    The settings of its protocol hold the assays, see :data:`loop.readings.ASSAYS`.
    """

    @property
    def wanted(self) -> tuple[Assay, ...]:
        """What is asked of every molecule, in the order of the properties."""
        ...

    @property
    def checks(self) -> Mapping[str, str]:
        """Property that is measured -> property that is computed and should go with it."""
        ...


@runtime_checkable
class ExactOracle(ComputedOracle, Protocol):
    """An oracle cheap enough to ask about every molecule of a pool."""

    def values(self, molecules: Sequence[Molecule]) -> FloatArray:
        """Values, shape ``(n_molecules, n_properties)``, in the properties' units."""
        ...


@runtime_checkable
class Generator(Protocol):
    """Proposes structures."""

    @property
    def kind(self) -> str:
        """Name of the generator, its module's name."""
        ...

    def version(self) -> str:
        """Content hash of what determines its proposals (weights, library, settings)."""
        ...

    def propose(self, incumbents: Sequence[Molecule], n: int, limits: Limits, seed: int) -> list[Candidate]:
        """Propose about ``n`` distinct molecules inside ``limits``.

        Parameters
        ----------
        incumbents
            Molecules worth staying near, best first; empty at the start.
        n
            How many to aim for; fewer come back when the generator runs dry.
        seed
            The same seed, incumbents and version give the same list in the same order.
        """
        ...


@dataclass(frozen=True)
class Incumbent:
    """A molecule worth staying near, and how proposals from it and its like fared.

    Attributes
    ----------
    fates
        Origin of a proposal, and whether it was among the best when it was measured; the oldest first, and
        before the molecule's own those of the molecule it came from.
    """

    molecule: Molecule
    fates: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class Explored:
    """What a generator proposes.

    Attributes
    ----------
    account
        How it was found, JSON-able: origin -> figure -> value.
    """

    candidates: list[Candidate]
    account: Mapping[str, Mapping[str, Any]]


@runtime_checkable
class Explorer(Protocol):
    """A generator that goes by how its proposals fared, and tells how it found them."""

    def explore(self, incumbents: Sequence[Incumbent], n: int, limits: Limits, seed: int) -> Explored:
        """Propose as :meth:`Generator.propose` does."""
        ...


@dataclass(frozen=True)
class Lesson:
    """What a campaign has measured, for a generator that learns.

    Attributes
    ----------
    molecules
        With every objective measured, the best first.
    values
        Property -> molecule -> value, in the property's unit.
    wanted
        Property -> value that a good molecule has, and give or take how much, in the property's unit.
    """

    molecules: tuple[Molecule, ...]
    values: Mapping[str, Mapping[Molecule, float]]
    wanted: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Learned:
    """What came of a lesson.

    Attributes
    ----------
    generator
        That has learned; where nothing is kept, the one that was taught.
    kept
        Whether it is better than before, by the generator's own rule.
    account
        JSON-able: the figures of that rule, and what it cost.
    """

    generator: Generator
    kept: bool
    account: Mapping[str, Any]


@runtime_checkable
class Learner(Protocol):
    """A generator that can learn from what a campaign measures."""

    @property
    def learns(self) -> bool:
        """Whether it is set to."""
        ...

    def learned(self, lesson: Lesson, seed: int, folder: Path) -> Learned:
        """Learn, or take from ``folder`` what was learned from the same lesson before.

        Parameters
        ----------
        folder
            Where what was learned is kept; the same lesson and seed give the same, and may be deleted.
        """
        ...


@runtime_checkable
class Selective(Protocol):
    """A generator that may have a list of the user's own, of which a campaign may leave something out."""

    def own_list(self) -> Mapping[str, Molecule]:
        """The molecules of the user's list by what the user calls them; empty for any other list."""
        ...


@dataclass(frozen=True)
class Evidence:
    """What is known of one property.

    Attributes
    ----------
    property
        The property measured.
    molecules
        The ``n`` molecules measured, without repeats.
    values, uncertainties
        Shape ``(n,)``, in the property's unit; the uncertainty is a standard deviation.
    cheaper
        What is known of the property that stands for this one in screening, in the same unit; of more
        molecules, as a rule.
    """

    property: Property
    molecules: tuple[Molecule, ...]
    values: FloatArray
    uncertainties: FloatArray
    cheaper: Evidence | None = None


class Belief(Protocol):
    """A fitted surrogate: what is believed of one property of any molecule."""

    @property
    def diagnostics(self) -> Mapping[str, float]:
        """Figures on the fit: at least ``loo_nll``, ``loo_rmse`` and ``loo_coverage_95``."""
        ...

    def predict(self, molecules: Sequence[Molecule]) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation of the noise-free value, each of shape ``(n,)``."""
        ...

    def draw(self, molecules: Sequence[Molecule], n: int, seed: int) -> FloatArray:
        """Joint posterior draws, shape ``(n, n_molecules)``."""
        ...

    def given(self, molecules: Sequence[Molecule], values: FloatArray) -> Belief:
        """The belief after these values (shape ``(n,)``), its hyperparameters kept."""
        ...


@runtime_checkable
class Coarsened(Protocol):
    """A belief that can tell what is worth a closer look in a pool too large to be looked at closely."""

    def coarse(self) -> Belief:
        """A cheaper belief, from part of the measurements; itself where that saves nothing."""
        ...


@runtime_checkable
class ChosenBelief(Protocol):
    """A belief that says which of several surrogates it is of."""

    @property
    def chosen(self) -> str:
        """Name of that surrogate."""
        ...


class Surrogate(Protocol):
    """Learns one property from its measurements."""

    @property
    def kind(self) -> str:
        """Name of the surrogate, its module's name."""
        ...

    def fit(self, evidence: Evidence, seed: int) -> Belief:
        """Fit to at least two measurements."""
        ...


@runtime_checkable
class Embedding(Protocol):
    """Places molecules in a space where near ones are alike; a generator with such a space fulfils it."""

    def version(self) -> str:
        """Content hash of everything that determines a point."""
        ...

    def embed(self, molecules: Sequence[Molecule]) -> FloatArray:
        """Points, shape ``(n, d)``; a row of NaN for a molecule that the space has no place for."""
        ...


@runtime_checkable
class NeedsEmbedding(Protocol):
    """A surrogate's settings that become a surrogate once an embedding is there."""

    @property
    def needs_embedding(self) -> bool:
        """Whether these settings ask for one."""
        ...

    def over(self, embedding: Embedding) -> Surrogate:
        """The surrogate on this embedding."""
        ...


@dataclass(frozen=True)
class Question:
    """What an acquisition has to decide.

    Attributes
    ----------
    pool
        The candidates to choose from, none of them asked before.
    objectives
        What is wanted, in the order of every last axis below.
    beliefs
        Property name -> belief, for every objective that is learned.
    exact
        Property name -> values for the pool, shape ``(len(pool),)``, for every objective computed exactly.
    measured
        The molecules with every objective measured.
    front
        Their values, shape ``(len(measured), n_objectives)``, in the properties' units.
    pending
        Molecules asked and not yet answered.
    pending_exact
        As ``exact``, for ``pending``.
    asked
        Every molecule ever asked, for the similarity cap.
    batch
        How many to choose.
    seed
        Seed of this decision.
    failed
        Molecules of which a request failed for a reason that may be theirs.
    spent
        What each molecule cost so far, failures included, in CPU seconds.
    """

    pool: Sequence[Candidate]
    objectives: Sequence[Objective]
    beliefs: Mapping[str, Belief]
    exact: Mapping[str, FloatArray]
    measured: Sequence[Molecule]
    front: FloatArray
    pending: Sequence[Molecule]
    pending_exact: Mapping[str, FloatArray]
    asked: Sequence[Molecule]
    batch: int
    seed: int
    failed: Sequence[Molecule] = ()
    spent: Mapping[Molecule, float] = field(default_factory=dict)


class Acquisition(Protocol):
    """Chooses what to measure next."""

    @property
    def kind(self) -> str:
        """Name of the acquisition, its module's name."""
        ...

    def choose(self, question: Question) -> list[Pick]:
        """Choose at most ``question.batch`` distinct candidates, the best first, each with its reason."""
        ...


@runtime_checkable
class Shortlisting(Protocol):
    """An acquisition that can tell what deserves a closer look, without putting a batch together."""

    def promising(self, question: Question, n: int) -> list[Candidate]:
        """At most ``n`` distinct candidates, the most promising first."""
        ...
