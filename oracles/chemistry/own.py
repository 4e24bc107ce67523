"""A protocol of the user's own: a name, and what it does otherwise than the one it is built on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, field_validator

from loop.protocols import Oracle
from oracles.chemistry.theory import Functional


class Own(BaseModel):
    """The table ``[oracles.own]``; what it leaves out is as in the protocol that the other settings name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="Name of the protocol in all reports.")
    functional: str | None = Field(None, min_length=1, description="As libxc and PySCF know it, e.g. 'pbe0'.")
    basis: str | None = Field(None, min_length=1, description="As PySCF knows it, e.g. 'def2-tzvpd'.")
    functions: Literal["spherical", "cartesian", "6d7f"] | None = Field(
        None, description="What the shells of the basis set hold."
    )
    dispersion: Literal["d3bj", "d4", "none"] | None = Field(None, description="Correction for dispersion.")
    grid: Annotated[int, Field(ge=0, le=9)] | None = Field(None, description="Level of PySCF's grids.")
    density_fitting: bool | None = Field(None, description="Whether integrals are fitted.")
    continuum: Literal["IEF-PCM", "C-PCM", "SMD"] | None = Field(None, description="Model of implicit water.")
    conv_tol: Annotated[float, Field(gt=0, le=1e-4)] | None = Field(
        None, description="Convergence threshold of the energy, in hartree."
    )
    uncertainty: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = Field(
        default_factory=dict, description="Property -> standard uncertainty, where it is another one."
    )

    @field_validator("name")
    @classmethod
    def _plain(cls, name: str) -> str:
        if re.fullmatch(r"[a-z0-9][a-z0-9.+-]{2,63}", name) is None:
            raise ValueError("a name has 3 to 64 small letters, digits and any of . + - after the first")
        return name

    def applied(self, to: Functional) -> Functional:
        """The functional with these settings.

        A basis set of one's own is fitted by what PySCF chooses for it, and is spherical if nothing is said.
        """
        changes: dict[str, Any] = {}
        if self.functional is not None:
            changes["xc"] = self.functional.lower()
        if self.basis is not None:
            changes |= {"basis": self.basis.lower(), "auxiliary": None, "functions": "spherical"}
        if self.functions is not None:
            changes["functions"] = self.functions
        if self.dispersion is not None:
            changes["dispersion"] = None if self.dispersion == "none" else self.dispersion
        if self.grid is not None:
            changes |= {"grids": tuple(sorted({0, self.grid})), "energy_grid": None}
        if self.density_fitting is not None:
            changes["density_fitting"] = self.density_fitting
        if self.conv_tol is not None:
            changes["conv_tol"] = self.conv_tol
        if self.continuum is not None and to.continuum is not None:
            changes["continuum"] = replace(to.continuum, method=self.continuum)
        return replace(to, **changes)

    def method(self, of: Functional) -> str:
        """Functional, dispersion and basis set as a person writes them, for a description.

        Parameters
        ----------
        of
            What :meth:`applied` gave.
        """
        dispersion = {None: "", "d3bj": "-D3(BJ)", "d4": "-D4"}[of.dispersion]
        return f"{self.functional or of.xc.upper()}{dispersion}/{self.basis or of.basis}"

    def wrong(self, of: Functional, properties: Mapping[str, float], taken: Collection[str]) -> str | None:
        """Say what does not fit the protocol this is built on; ``None`` if everything does.

        Parameters
        ----------
        of
            The functional without these settings.
        properties
            Property -> standard uncertainty of what is measured.
        taken
            Names of the protocols that come with the oracle.
        """
        if self.continuum is not None and of.continuum is None:
            return (
                f"own.continuum is '{self.continuum}', but there is no implicit water in the density of this "
                "protocol; leave it out"
            )
        if self.name in taken:
            return f"own.name '{self.name}' is that of a protocol that comes with zincloop; choose another"
        if foreign := sorted(set(self.uncertainty) - set(properties)):
            return f"own.uncertainty names '{foreign[0]}'; measured are {', '.join(properties)}"
        return None

    def uncertainties(self, of: Mapping[str, float]) -> dict[str, float]:
        """Property -> standard uncertainty: the user's, else that of the protocol this is built on."""
        return {name: self.uncertainty.get(name, value) for name, value in of.items()}


def shipped_names(oracle: type[BaseModel]) -> set[str]:
    """Names of an oracle's protocols for every choice of its settings that are choices."""
    choices = {
        name: get_args(field.annotation)
        for name, field in oracle.model_fields.items()
        if name != "kind" and get_origin(field.annotation) is Literal
    }
    every = (dict(zip(choices, some, strict=True)) for some in itertools.product(*choices.values()))
    return {cast(Oracle, oracle.model_validate(settings)).protocol().name for settings in every}
