"""Several surrogates, of which each property gets the one that leave-one-out predictions speak for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializeAsAny,
    ValidationError,
    model_validator,
)

from loop.parts import UnknownPartError, kinds, load, nearest
from loop.protocols import Belief, Embedding, Evidence, NeedsEmbedding, Surrogate
from surrogates.choosing.left_out import choose

USUAL = ("minmax_gp", "descriptor_gp", "sum_gp")


def _part(value: object) -> object:
    """The settings of a surrogate, found by their kind as in a campaign file."""
    if not isinstance(value, Mapping):
        return value
    kind = str(value.get("kind", ""))
    try:
        return load("surrogates", kind).model_validate(dict(value))
    except UnknownPartError:
        said = f"there is no surrogate of kind '{kind}'; {nearest(kind, kinds('surrogates'))}"
        raise ValueError(said) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(f"{where} of {kind}: {first['msg'].removeprefix('Value error, ')}") from None


def _usual() -> tuple[BaseModel, ...]:
    return tuple(load("surrogates", kind)() for kind in USUAL)


class LooChoice(BaseModel):
    """Fits every candidate to a property and believes the one of the lowest leave-one-out NLL.

    Closed-form or out-of-bag, the figure is that of the candidate's ``diagnostics``. Which candidate a
    property got stands in the notes of the round and in the report.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["loo_choice"] = "loo_choice"
    candidates: tuple[Annotated[SerializeAsAny[BaseModel], BeforeValidator(_part)], ...] = Field(
        default_factory=_usual,
        description="surrogates to choose from, each a table with its kind and settings; min-max, descriptor "
        "and sum of both if left out",
    )

    @model_validator(mode="after")
    def _leaves_a_choice(self) -> LooChoice:
        if len(self.candidates) < 2:
            raise ValueError(f"{len(self.candidates)} candidates leave no choice; give two or more")
        return self

    @property
    def needs_embedding(self) -> bool:
        """Whether a candidate needs one, see :class:`loop.protocols.NeedsEmbedding`."""
        return any(isinstance(c, NeedsEmbedding) and c.needs_embedding for c in self.candidates)

    def over(self, embedding: Embedding) -> Choice:
        """The choice with this embedding in the hands of those that need one."""
        return Choice(
            tuple(
                c.over(embedding)
                if isinstance(c, NeedsEmbedding) and c.needs_embedding
                else cast(Surrogate, c)
                for c in self.candidates
            )
        )

    def fit(self, evidence: Evidence, seed: int) -> Belief:
        """Fit to at least two measurements; see :func:`surrogates.choosing.left_out.choose`."""
        return Choice(cast(tuple[Surrogate, ...], self.candidates)).fit(evidence, seed)


@dataclass(frozen=True)
class Choice:
    """:class:`LooChoice` with surrogates that lack nothing; fulfils ``loop.protocols.Surrogate``."""

    surrogates: tuple[Surrogate, ...]
    kind: str = "loo_choice"

    def fit(self, evidence: Evidence, seed: int) -> Belief:
        """Fit to at least two measurements; see :func:`surrogates.choosing.left_out.choose`."""
        return choose(self.surrogates, evidence, seed)
