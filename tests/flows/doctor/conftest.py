"""What the tests of this package share."""

from __future__ import annotations

from collections.abc import Iterable

from flows.doctor.finding import Finding, Grade


def grades(found: Iterable[Finding]) -> dict[str, Grade]:
    """What was looked at -> how it is."""
    return {finding.about: finding.grade for finding in found}
