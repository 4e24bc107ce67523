"""A laboratory: what programs cannot compute is asked of people, who answer in their own time."""

from __future__ import annotations

from dataclasses import asdict
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from loop.molecule import Molecule
from loop.readings import ASSAYS, Assay
from loop.records import OracleProtocol, Property


class AssayTable(BaseModel):
    """``[[oracles.assays]]``: one property that the laboratory measures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$", description="what objectives call it, for example 'ce'"
    )
    unit: str = Field(min_length=1, max_length=30, description="unit in which it is kept; 1 for none")
    uncertainty: float = Field(
        gt=0,
        allow_inf_nan=False,
        description="standard deviation of one reading between cells made anew, in the unit",
    )
    replicates: Annotated[int, Field(gt=0, le=100)] = Field(
        1, description="readings after which the request is answered"
    )
    method: str = Field(
        min_length=1, max_length=500, description="how, so that another laboratory could repeat it"
    )
    low: float | None = Field(None, allow_inf_nan=False, description="no reading can be below this")
    high: float | None = Field(None, allow_inf_nan=False, description="no reading can be above this")
    description: str = Field("", max_length=200, description="what it is, for the report")
    checks: str | None = Field(None, description="computed property that should go with it")

    @model_validator(mode="after")
    def _ordered(self) -> AssayTable:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"low {self.low:g} must be below high {self.high:g}")
        return self

    def assay(self) -> Assay:
        """What the loop needs to know of it."""
        return Assay(
            self.name, self.unit, self.uncertainty, self.replicates, self.method, self.low, self.high
        )


class Laboratory(BaseModel):
    """Asks a laboratory about every molecule of a batch and takes its readings as they come."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["laboratory"] = "laboratory"
    assays: tuple[AssayTable, ...] = Field(
        min_length=1, description="what is measured of every molecule, one table each"
    )

    @field_validator("assays")
    @classmethod
    def _distinct(cls, value: tuple[AssayTable, ...]) -> tuple[AssayTable, ...]:
        names = [assay.name for assay in value]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"the assay '{twice}' is given twice")
        return value

    @property
    def exact(self) -> bool:
        """Measured, and so learned."""
        return False

    @cached_property
    def wanted(self) -> tuple[Assay, ...]:
        """What is asked of every molecule."""
        return tuple(assay.assay() for assay in self.assays)

    @cached_property
    def checks(self) -> dict[str, str]:
        """What is measured -> what is computed and should go with it."""
        return {a.name: a.checks for a in self.assays if a.checks is not None}

    @cached_property
    def properties(self) -> tuple[Property, ...]:
        """One property for each assay."""
        return tuple(Property(a.name, a.unit, a.description or a.method) for a in self.assays)

    def protocol(self) -> OracleProtocol:
        """The assays, each with its method in words."""
        methods = "; ".join(f"{a.name}: {a.method}" for a in self.assays)
        return OracleProtocol(
            oracle=self.kind,
            name="laboratory",
            settings={ASSAYS: [asdict(assay) for assay in self.wanted]},
            description=f"Measured by people. {methods.rstrip('.')}.",
        )

    def refusal(self, molecule: Molecule) -> str | None:  # noqa: ARG002
        """A program cannot tell what a laboratory cannot measure; the laboratory says so in a reading."""
        return None

    def expected_cpu_seconds(self, molecule: Molecule) -> float:  # noqa: ARG002
        """None of this machine's."""
        return 0.0
