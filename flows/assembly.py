"""From a campaign file to the parts that sit in its seats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel

from flows.campaign_file import CampaignFile, CampaignFileError
from flows.campaign_file.reading import Path_, Source, validated
from flows.campaign_file.tables import (
    AMENDABLE,
    ELSEWHERE,
    GeneratorTable,
    NotificationsTable,
    OracleTable,
    PartTable,
    SharingTable,
    WorkersTable,
)
from flows.leaving_out import nothing_left
from flows.notifying.addresses import AddressError, check
from flows.seating import NoEmbeddingError, seated
from loop.definition import Definition
from loop.molecule import parse
from loop.parts import BrokenPartError, UnknownPartError, kinds, load, nearest
from loop.protocols import (
    Acquisition,
    ComputedOracle,
    DeferredOracle,
    Generator,
    Oracle,
    PartError,
    Surrogate,
)
from loop.records import Property, digest
from loop.seats import Parts
from loop.seats import Source as PoolSource
from oracles.contained import Containment
from surrogates.fidelity.delta import Delta

FOLDERS = ("weights",)
"""Settings that may name a folder."""


@dataclass(frozen=True)
class Assembled:
    """A campaign ready to run.

    Attributes
    ----------
    definition, parts
        What the pure step needs.
    containment
        Oracle kind -> what each of its calculations may use.
    workers
        Calculations at the same time, and where.
    notifications
        Who is told what.
    shared
        File of the measurements that are shared with other campaigns, if any are.
    resolved
        The whole file with every default filled in, JSON-able.
    """

    definition: Definition
    parts: Parts
    containment: Mapping[str, Containment]
    workers: WorkersTable
    notifications: NotificationsTable
    shared: Path | None
    resolved: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Content hash of everything that may not change while the campaign runs."""
        return digest({k: v for k, v in self.resolved.items() if k not in AMENDABLE})

    @property
    def checks(self) -> dict[str, str]:
        """Measured property -> computed property that it checks."""
        people = [oracle for oracle in self.parts.oracles if isinstance(oracle, DeferredOracle)]
        return {name: checked for oracle in people for name, checked in oracle.checks.items()}

    @property
    def properties(self) -> dict[str, Property]:
        """Property name -> property, of all oracles."""
        return {p.name: p for oracle in self.parts.oracles for p in oracle.properties}


def assemble(file: CampaignFile, source: Source) -> Assembled:
    """Build the parts a campaign file names.

    Raises
    ------
    CampaignFileError
        Naming every kind, setting, property or unit that does not fit, with its line; or a budget that
        cannot pay for the initial design.
    """
    assembled = _assemble(file, source)
    _check_budget(assembled, source)
    _check_notifications(file, source)
    _check_memory(file, assembled, source)
    _check_protocols(assembled, source)
    if (empty := nothing_left(assembled)) is not None:
        raise CampaignFileError([source.problem(("generators",), empty)])
    return assembled


def _assemble(file: CampaignFile, source: Source) -> Assembled:
    file = _with_shared_file(file, source)
    reader = _Reader(source)
    oracles = [
        cast(Oracle, reader.part("oracles", table, ("oracles", k), OracleTable))
        for k, table in enumerate(file.oracles)
    ]
    generators = [
        cast(Generator, reader.part("generators", table, ("generators", k), GeneratorTable))
        for k, table in enumerate(file.generators)
    ]
    learner = reader.part("surrogates", file.surrogate, ("surrogate",), PartTable)
    acquisition = cast(
        Acquisition,
        reader.part("surrogates.acquisitions", file.acquisition, ("acquisition",), PartTable),
    )
    reader.finish()
    for k, generator in enumerate(generators):
        try:
            generator.version()  # reads its files now, so that a bad one is named before any work
        except PartError as error:
            reader.problems.append(source.problem(("generators", k), str(error)))
    reader.finish()
    surrogate = _seated(learner, generators, source)
    _check_objectives(file, oracles, source)
    _check_checks(oracles, source)
    _check_asking(file, oracles, source)
    _check_screening(file, oracles, source)
    cheaper = {dear: cheap for table in file.oracles for cheap, dear in table.stands_for.items()}
    sources = [
        PoolSource(generator, table.share, table.initial)
        for generator, table in zip(generators, file.generators, strict=True)
    ]
    return Assembled(
        definition=Definition(
            name=file.name,
            seed=file.seed,
            objectives=tuple(o.objective() for o in file.objectives),
            limits=file.limits.limits(),
            budget=file.budget.budget(),
            stop=file.stop.rules(),
            batch=file.proposal.batch,
            pool=file.proposal.pool,
            screened=file.proposal.screen,
            in_flight=file.workers.in_flight,
            waiting=file.laboratory.waiting(),
            failures=file.failures.policy(),
            cheaper=cheaper,
            teaching=True,
        ),
        parts=Parts(_shared(sources), oracles, Delta(surrogate) if cheaper else surrogate, acquisition),
        containment={
            table.kind: Containment(
                table.deadline_minutes * 60, int(table.memory_gb * 1e9), file.workers.threads
            )
            for table in file.oracles
        },
        workers=file.workers,
        notifications=file.notifications,
        shared=None if file.sharing.file is None else Path(file.sharing.file),
        resolved=_resolved(file, reader.parts),
    )


def _with_shared_file(file: CampaignFile, source: Source) -> CampaignFile:
    """The file with the path of what is shared made absolute: as all paths, it is relative to the file."""
    if file.sharing.file is None:
        return file
    path = source.path.parent / file.sharing.file
    if not path.parent.is_dir() and source.text:
        sentence = f"there is no directory {path.parent}; make it, or name a file in another"
        raise CampaignFileError([source.problem(("sharing", "file"), sentence)])
    return file.model_copy(update={"sharing": SharingTable(file=str(path.absolute()))})


def from_resolved(content: Mapping[str, Any]) -> Assembled:
    """Assemble again what :attr:`Assembled.resolved` holds, for a campaign already begun."""
    source = Source.of(content)
    return _assemble(validated(CampaignFile, content, source, ()), source)


def _seated(learner: BaseModel | None, generators: Sequence[Generator], source: Source) -> Surrogate:
    try:
        return seated(learner, generators)
    except NoEmbeddingError as error:
        raise CampaignFileError([source.problem(("surrogate", "kind"), str(error))]) from None


class _Reader:
    """Collects the problems of all parts, so that one run of ``validate`` names them all."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[str] = []
        self.parts: dict[Path_, BaseModel] = {}

    def part(self, package: str, table: PartTable, where: Path_, role: type[PartTable]) -> BaseModel | None:
        try:
            model = load(package, table.kind)
            known = [name for name in role.model_fields if name != "kind"]
            settings = {k: self._beside_the_file(k, v) for k, v in table.settings.items()}
            self.parts[where] = validated(model, settings, self.source, where, known)
            return self.parts[where]
        except UnknownPartError:
            noun = {"surrogates.acquisitions": "acquisition"}.get(package, package.removesuffix("s"))
            sentence = f"there is no {noun} of kind '{table.kind}'; {nearest(table.kind, kinds(package))}"
            self.problems.append(self.source.problem((*where, "kind"), sentence))
        except BrokenPartError as error:
            self.problems.append(self.source.problem((*where, "kind"), str(error)))
        except CampaignFileError as error:
            self.problems += error.problems
        return None

    def _beside_the_file(self, name: str, value: Any) -> Any:  # noqa: ANN401 - a setting is any TOML value
        """A path in a campaign file is relative to the file, wherever the program is started."""
        if isinstance(value, str):
            path = self.source.path.parent / value
            # A word such as "corpus" may be the name of a folder, too.
            if path.is_file() or (name in FOLDERS and path.is_dir()):
                return str(path.resolve())
        return value

    def finish(self) -> None:
        if self.problems:
            raise CampaignFileError(self.problems)


def _check_objectives(file: CampaignFile, oracles: Sequence[Oracle], source: Source) -> None:
    problems = []
    kinds_used = [oracle.kind for oracle in oracles]
    measured: dict[str, Property] = {}
    for k, oracle in enumerate(oracles):
        if oracle.kind in kinds_used[:k]:
            problems.append(source.problem(("oracles", k, "kind"), f"'{oracle.kind}' is given twice"))
        measured |= {p.name: p for p in oracle.properties}
    for k, objective in enumerate(file.objectives):
        prop = measured.get(objective.property)
        if prop is None:
            sentence = (
                f"no oracle of this campaign measures '{objective.property}'; "
                f"{nearest(objective.property, list(measured))}"
            )
            problems.append(source.problem(("objectives", k, "property"), sentence))
        elif prop.unit != objective.unit:
            sentence = f"{prop.name} is measured in {prop.unit}; give reference, low and high in {prop.unit}"
            problems.append(source.problem(("objectives", k, "unit"), f"{sentence}, not '{objective.unit}'"))
    if problems:
        raise CampaignFileError(problems)


def _check_checks(oracles: Sequence[Oracle], source: Source) -> None:
    """Refuse a check on what no program computes."""
    computed = [p.name for o in oracles if isinstance(o, ComputedOracle) for p in o.properties]
    problems = []
    for k, oracle in enumerate(oracles):
        if not isinstance(oracle, DeferredOracle):
            continue
        for place, assay in enumerate(oracle.wanted):
            checked = oracle.checks.get(assay.property)
            if checked is not None and checked not in computed:
                sentence = f"no oracle of this campaign computes '{checked}'; {nearest(checked, computed)}"
                problems.append(source.problem(("oracles", k, "assays", place, "checks"), sentence))
    if problems:
        raise CampaignFileError(problems)


def _check_asking(file: CampaignFile, oracles: Sequence[Oracle], source: Source) -> None:
    """Refuse to ask about the best where nothing computed tells which these are."""
    computed = {p.name for o in oracles if isinstance(o, ComputedOracle) for p in o.properties}
    if file.laboratory.ask_best and not computed & {o.property for o in file.objectives}:
        sentence = "no objective is computed, so nothing tells which molecules are the best; leave it out"
        raise CampaignFileError([source.problem(("laboratory", "ask_best"), sentence)])


def _check_screening(file: CampaignFile, oracles: Sequence[Oracle], source: Source) -> None:
    """Refuse cheaper estimates of nothing, in another unit, or that nothing is made of."""
    problems = []
    units = {p.name: p.unit for oracle in oracles for p in oracle.properties}
    wanted = [o.property for o in file.objectives]
    stood_for: list[str] = []
    for k, (table, oracle) in enumerate(zip(file.oracles, oracles, strict=True)):
        where = ("oracles", k, "stands_for")
        own = [p.name for p in oracle.properties]
        if table.stands_for and oracle.exact:
            sentence = f"{oracle.kind} cannot screen: it is computed for every candidate anyway"
            problems.append(source.problem(where, sentence))
        if table.stands_for and (both := [name for name in own if name in wanted]):
            sentence = f"{oracle.kind} cannot screen: '{both[0]}' is an objective itself"
            problems.append(source.problem(where, sentence))
        for cheap, dear in table.stands_for.items():
            if cheap not in own:
                sentence = f"{oracle.kind} does not measure '{cheap}'; {nearest(cheap, own)}"
            elif dear not in wanted:
                sentence = f"'{dear}' is no objective; {nearest(dear, wanted)}"
            elif units[cheap] != units[dear]:
                sentence = f"'{cheap}' is in {units[cheap]} and '{dear}' in {units[dear]}"
            elif dear in stood_for:
                sentence = f"'{dear}' has a cheaper estimate already; give one"
            else:
                stood_for.append(dear)
                continue
            problems.append(source.problem(where, sentence))
    if file.proposal.screen and not problems and not stood_for:
        sentence = 'nothing to screen with: give an oracle stands_for = { cheap = "objective" }'
        problems.append(source.problem(("proposal", "screen"), sentence))
    if problems:
        raise CampaignFileError(problems)


def _check_budget(assembled: Assembled, source: Source) -> None:
    """Compare the budget with the initial design of the smallest molecules the limits allow."""
    definition, parts = assembled.definition, assembled.parts
    smallest = parse("C" * (definition.limits.min_heavy_atoms - 1) + "O")
    initial = sum(s.initial for s in parts.sources)
    hours = initial * sum(oracle.expected_cpu_seconds(smallest) for oracle in parts.oracles) / 3600
    problems = []
    for key, limit, least, unit in (
        ("core_hours", definition.budget.core_hours, hours, "core-hours"),
        ("wall_clock_hours", definition.budget.wall_clock_hours, hours / assembled.workers.count, "hours"),
    ):
        if limit is not None and limit < least:
            sentence = (
                f"impossible budget: {limit:g} {unit} do not cover the initial design of {initial}, which "
                f"takes about {least:.2g} {unit} even with the smallest molecules"
            )
            problems.append(source.problem(("budget", key), sentence))
    if problems:
        raise CampaignFileError(problems)


def _check_memory(file: CampaignFile, assembled: Assembled, source: Source) -> None:
    """Refuse working memory that the limit of a calculation has no room for."""
    problems = []
    for k, (table, oracle) in enumerate(zip(file.oracles, assembled.parts.oracles, strict=True)):
        working = getattr(oracle, "max_memory_mb", None)
        if working is not None and working * 1e6 > table.memory_gb * 1e9:
            sentence = (
                f"{working} MB do not fit into memory_gb = {table.memory_gb:g}; raise that or lower this"
            )
            problems.append(source.problem(("oracles", k, "max_memory_mb"), sentence))
    if problems:
        raise CampaignFileError(problems)


def _check_protocols(assembled: Assembled, source: Source) -> None:
    """Refuse a name for two protocols: reports tell them apart by it."""
    named: dict[str, str] = {}
    problems = []
    for k, oracle in enumerate(assembled.parts.oracles):
        name = oracle.protocol().name
        if name in named:
            sentence = f"the protocol of {named[name]} is called '{name}', too; give this one another name"
            problems.append(source.problem(("oracles", k, "own", "name"), sentence))
        named[name] = oracle.kind
    if problems:
        raise CampaignFileError(problems)


def _check_notifications(file: CampaignFile, source: Source) -> None:
    problems = []
    for k, url in enumerate(file.notifications.urls):
        try:
            check(url)
        except AddressError as error:
            problems.append(source.problem(("notifications", "urls", k), str(error)))
    if problems:
        raise CampaignFileError(problems)


def _shared(sources: Sequence[PoolSource]) -> list[PoolSource]:
    """Scale the shares so that they add up to one pool."""
    total = sum(s.share for s in sources)
    return [PoolSource(s.generator, s.share / total, s.initial) for s in sources]


def _resolved(file: CampaignFile, parts: Mapping[Path_, BaseModel]) -> dict[str, Any]:
    content = file.model_dump(mode="json", exclude_none=True, exclude=set(ELSEWHERE))
    for where, part in parts.items():
        settings = part.model_dump(mode="json", exclude_none=True)
        if len(where) == 1:
            content[str(where[0])] |= settings
        else:
            content[str(where[0])][int(where[1])] |= settings
    return content
