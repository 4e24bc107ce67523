"""What is sent to and from the laboratory's HTTP API, with the descriptions that its document shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Cell = str | int | float | None
Flag = str | bool | None


class ReadingRow(BaseModel):
    """A reading, with the columns of the CSV file. Rows are read by the same checks as a file's."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "request": "3f9a1c02",
                "property": "ce",
                "replicate": 1,
                "value": 96.3,
                "unit": "%",
                "uncertainty": 0.2,
                "date": "2026-11-22",
                "operator": "Ada",
            }
        },
    )

    request: str | None = Field(None, description="identifier of a request; this or smiles is needed")
    smiles: str | None = Field(None, description="the molecule; this or request is needed")
    property: str = Field(description="name of the property, as the request has it")
    replicate: Cell = Field(None, description="which cell was measured; 1 where nothing is written")
    value: Cell = Field(description="the number, in unit; null: not measured")
    unit: str = Field(description="unit of value and uncertainty; others than the request's are converted")
    uncertainty: Cell = Field(
        None, description="standard deviation of this value, in unit, if it is known better than the assay's"
    )
    valid: Flag = Field(
        None, description="false where a reading does not count; with value null: tried, and there is none"
    )
    correction: Flag = Field(
        None, description="true where it replaces an earlier reading of this molecule, property and replicate"
    )
    date: str | None = Field(None, description="when it was measured, like 2026-11-22")
    operator: str | None = Field(None, description="who measured it")
    method: str | None = Field(None, description="how, where it differs from the request's method")
    notes: str | None = Field(None, description="anything else; kept and shown in the report")
    name: str | None = Field(None, description="not read")
    cas: str | None = Field(None, description="not read")
    priority: Cell = Field(None, description="not read")
    round: Cell = Field(None, description="not read")
    reason: str | None = Field(None, description="not read")
    claimed: str | None = Field(None, description="not read")


class Claimant(BaseModel):
    """Who takes a request on, or gives it back."""

    model_config = ConfigDict(extra="forbid")

    by: str = Field(min_length=1, max_length=100, description="a person or an instrument", examples=["Ada"])


class Options(BaseModel):
    """How readings are taken in."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = Field(False, description="only say what would happen")
    unsolicited: bool = Field(False, description="also take molecules that were never asked about")


class Claimed(BaseModel):
    """A claim on a request. It tells people; readings of others are taken in all the same."""

    by: str = Field(description="who has taken the request on", examples=["Ada"])
    since: datetime = Field(description="when, UTC", examples=["2026-11-22T14:03:00Z"])


class Missing(BaseModel):
    """A property of which readings are missing."""

    property: str = Field(description="its name", examples=["ce"])
    unit: str = Field(description="unit in which it is kept; 1 for a pure number", examples=["%"])
    missing: int = Field(description="readings that are missing", examples=[2])
    replicates: int = Field(description="readings after which the property is answered", examples=[2])
    free: list[str] = Field(
        description="names of replicates that are not taken, one for each missing reading",
        examples=[["1", "2"]],
    )
    uncertainty: float = Field(
        description="standard deviation of one reading where it states none, in unit", examples=[0.3]
    )
    low: float | None = Field(description="readings below are refused, in unit", examples=[0.0])
    high: float | None = Field(description="readings above are refused, in unit", examples=[100.0])
    method: str = Field(description="how it is to be measured", examples=["Zn||Cu, 1 mA/cm2"])


class Asked(BaseModel):
    """A request to the laboratory: one molecule."""

    id: str = Field(description="identifier, as in the CSV file's column request", examples=["3f9a1c02"])
    smiles: str = Field(description="the molecule, as canonical SMILES", examples=["CS(C)=O"])
    name: str | None = Field(description="its name, where one is known", examples=["dimethyl sulfoxide"])
    cas: str | None = Field(description="its CAS number, where one is known", examples=["67-68-5"])
    priority: int = Field(description="1 for the first to be done; 0 where it is answered", examples=[1])
    round: int = Field(description="in which it was picked; 0 is the initial design", examples=[3])
    reason: str = Field(description="why it was picked", examples=["expected to extend the Pareto front"])
    claimed: Claimed | None = Field(description="who has taken it on, if somebody has")
    missing: list[Missing] = Field(description="what is to be measured; empty where it is answered")


class OpenRequests(BaseModel):
    """What waits to be measured."""

    requests: list[Asked] = Field(description="the first to be done first")


class TakenIn(BaseModel):
    """What came of posted readings."""

    dry_run: bool = Field(description="true: nothing was changed", examples=[False])
    new: int = Field(description="readings that say anything new, corrections included", examples=[3])
    known: int = Field(description="readings that were there already", examples=[0])
    empty: int = Field(description="rows without a value", examples=[0])
    answered: int = Field(description="requests answered by this", examples=[1])
    open: int = Field(description="requests that wait for readings now", examples=[5])
    converted: list[str] = Field(
        description="what was converted, one clause each", examples=[["conductivity from S/m to mS/cm"]]
    )
    doubts: list[str] = Field(
        description="readings that were taken in and that a person should look at, one sentence each",
        examples=[[]],
    )
    closed: str | None = Field(
        description="why the campaign has ended, if it has; readings are kept all the same", examples=[None]
    )


class Spent(BaseModel):
    """One entry of the budget."""

    name: str = Field(description="of what", examples=["CPU time"])
    spent: float = Field(description="in unit", examples=[12.5])
    limit: float | None = Field(description="in unit; null for none", examples=[40.0])
    unit: str = Field(description="unit of spent and limit", examples=["core-hours"])


class Standing(BaseModel):
    """Where the campaign stands."""

    campaign: str = Field(description="its name", examples=["additives"])
    standing: str = Field(description="one clause for a person", examples=["a round is open"])
    closed: str | None = Field(description="why it ended, if it has", examples=[None])
    rounds: int = Field(description="rounds opened, the initial design included", examples=[4])
    open: int = Field(description="requests that wait for readings", examples=[5])
    readings: int = Field(description="readings taken in so far, corrections included", examples=[37])
    budget: list[Spent] = Field(description="what is spent of it")


class Refusal(BaseModel):
    """Why nothing was done."""

    errors: Annotated[list[str], Field(min_length=1)] = Field(
        description="one sentence for everything that is wrong, each naming its place",
        examples=[["row 3, column value: '96,3' has a decimal comma; write 96.3"]],
    )
