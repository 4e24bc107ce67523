"""Figures as text: the model card, and what ``zincloop generator evaluate`` prints. Markdown, for both."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from generators.latent.evaluate import Figures

TRAINED = {
    "real": "molecules held out",
    "column": "held out",
    "novel": "not learned from",
    "reference": "the compounds",
    "judged": "molecules held out",
}
"""What figures are about where the training is known."""

GIVEN = {
    "real": "every other one of these",
    "column": "half of these",
    "novel": "not among these",
    "reference": "the other half of these",
    "judged": "these, which may have been learned from",
}
"""What they are about where molecules were given to judge on."""

UNITS = {"homo": "eV", "lumo": "eV", "zn_exchange": "eV", "sa": "1"}


def card(account: Mapping[str, Any], sha256: str, figures: Figures) -> str:
    """The model card.

    Parameters
    ----------
    account
        Of the training, as it stands in ``vae.json``.
    """
    facts = {
        "date": account["date"],
        "command": f"`{account['command']}`",
        "seed": account["seed"],
        "machine": account["machine"],
        "time": _said(account["time"]),
        "tensors": f"SHA-256 `{sha256}`",
        "vocabulary": _said(account["vocabulary"]),
        "properties": ", ".join(account["properties"]),
        "recipe": _said(account["recipe"]),
        "last epoch": _said(account["final"]),
        "ended": account["ended"],
        "versions": _said(account["versions"]),
    }
    return _filled("vae.md", facts=facts, data=account["data"], figures=figures, words=TRAINED)


def evaluation(title: str, data: Sequence[str], figures: Figures) -> str:
    """Figures under a title and some lines on what was judged."""
    return _filled("evaluation.md", title=title, data=data, figures=figures, words=GIVEN)


def _filled(name: str, **values: Any) -> str:  # noqa: ANN401 - what a template takes
    pages = Environment(loader=PackageLoader("flows"), undefined=StrictUndefined, autoescape=False)  # noqa: S701 - no HTML
    pages.filters["figure"] = _figure
    return pages.get_template(name).render(units=UNITS, **values).rstrip() + "\n"


def _figure(value: float, form: str = "%.3f") -> str:
    """A number, or a dash where there is none."""
    return "–" if math.isnan(value) else form % value


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{str(key).replace('_', ' ')} {_said(of)}" for key, of in value.items())
    return f"{value:.4g}" if isinstance(value, float) else str(value)
