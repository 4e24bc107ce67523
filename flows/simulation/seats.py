"""The parts that a simulation file names, in their seats."""

from __future__ import annotations

from typing import Any

from flows.campaign_file import CampaignFileError
from flows.campaign_file.reading import Path_, Source, validated
from flows.campaign_file.tables import PartTable
from flows.seating import needs_embedding, seated
from flows.simulation.tables import ScenarioTable, SimulationFile
from loop.parts import BrokenPartError, UnknownPartError, kinds, load, nearest
from loop.protocols import Embedding, PartError, Surrogate


def part(package: str, table: PartTable, source: Source, where: Path_ = ()) -> Any:  # noqa: ANN401
    """A part with its settings.

    Raises
    ------
    CampaignFileError
        If there is none of this kind, or naming every setting that does not fit.
    """
    try:
        return validated(load(package, table.kind), table.settings, source, where)
    except UnknownPartError:
        noun = package.rpartition(".")[2].removesuffix("s")
        sentence = f"there is no {noun} of kind '{table.kind}'; {nearest(table.kind, kinds(package))}"
        raise CampaignFileError([source.problem(where, sentence)]) from None
    except BrokenPartError as error:
        raise CampaignFileError([source.problem(where, str(error))]) from None


def surrogate(file: SimulationFile, scenario: ScenarioTable, source: Source, where: Path_ = ()) -> Surrogate:
    """The surrogate of a scenario, with the file's embedding if it needs one.

    Raises
    ------
    CampaignFileError
        See :func:`part` and :func:`embedding`.
    """
    found = part("surrogates", scenario.surrogate, source, where)
    return seated(found, [embedding(file, source)] if needs_embedding(found) else [])


def embedding(file: SimulationFile, source: Source) -> Embedding:
    """The generator in whose latent space surrogates work that need one.

    Raises
    ------
    CampaignFileError
        If there is none of this kind, or it has no latent space or no usable weights.
    """
    where = ("embedding",)
    found = part("generators", file.embedding, source, where)
    if not isinstance(found, Embedding):
        sentence = f"the generator '{file.embedding.kind}' has no latent space; give kind = \"vae\""
        raise CampaignFileError([source.problem(where, sentence)])
    try:
        found.version()  # reads its files now, so that a bad one is named before any work
    except PartError as error:
        raise CampaignFileError([source.problem(where, str(error))]) from error
    return found


def embedding_version(file: SimulationFile, source: Source) -> str:
    """Version of the embedding if a scenario needs it, else nothing."""
    learners = (part("surrogates", s.surrogate, source) for s in file.scenarios if s.learns)
    return embedding(file, source).version() if any(map(needs_embedding, learners)) else ""
