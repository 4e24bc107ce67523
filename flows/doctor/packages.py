"""Python, and the packages that zincloop's own metadata asks for."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from flows.doctor.finding import Finding, ok, trouble

EXTRAS = {"cluster": "calculations on several machines", "postgresql": "ledgers on a PostgreSQL server"}
"""Optional dependencies that a user may want -> what for."""


def python() -> Finding:
    """The interpreter, against what zincloop asks for."""
    found, wanted = platform.python_version(), metadata("zincloop")["Requires-Python"]
    if not SpecifierSet(wanted).contains(found, prereleases=True):
        return trouble("Python", f"{found}, and zincloop needs {wanted}", "install a newer Python")
    return ok("Python", found)


def packages() -> Finding:
    """Everything zincloop depends on, against its bounds."""
    required = list(_required(None))
    wrong = [r for r in required if _problem(r) is not None]
    if wrong:
        seen = "; ".join(f"{r.name} {_problem(r)}" for r in wrong)
        return trouble("packages", seen, _install(wrong))
    return ok("packages", f"{len(required)} within their bounds")


def extras() -> Iterator[Finding]:
    """Optional dependencies; that they are missing is no fault."""
    for extra, purpose in EXTRAS.items():
        problems = {r.name: _problem(r) for r in _required(extra)}
        about = f"extra '{extra}'"
        missing = [name for name, problem in problems.items() if problem == "is not installed"]
        wrong = [r for r in _required(extra) if problems[r.name] and r.name not in missing]
        if wrong:
            seen = "; ".join(f"{r.name} {problems[r.name]}" for r in wrong)
            yield trouble(about, seen, _install(wrong))
        elif missing:
            yield ok(about, f"not installed; for {purpose}: pip install 'zincloop[{extra}]'")
        else:
            yield ok(about, f"installed, for {purpose}")


def _required(extra: str | None) -> Iterator[Requirement]:
    """What is required in any case, or only for an extra."""
    for text in requires("zincloop") or []:
        requirement = Requirement(text)
        marker = requirement.marker
        always = marker is None or marker.evaluate({"extra": ""})
        wanted = marker is not None and not always and marker.evaluate({"extra": extra or ""})
        if always if extra is None else wanted:
            yield requirement


def _problem(requirement: Requirement) -> str | None:
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return "is not installed"
    if requirement.specifier.contains(found, prereleases=True):
        return None
    return f"is {found}, outside {requirement.specifier}"


def _install(wrong: list[Requirement]) -> str:
    return "pip install " + " ".join(f"'{r.name}{r.specifier}'" for r in wrong)
