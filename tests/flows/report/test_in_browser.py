"""The report as a browser shows it, without a network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from flows.opening import Opened
from flows.report import write_report
from tests.conftest import unavailable
from tests.flows.report.octahedron import details

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Shown:
    """The document after its scripts ran, and what the browser complained of."""

    document: str
    complaints: list[str]


def _browser() -> str:
    found = os.environ.get("ZINCLOOP_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        unavailable(f"no browser found ({', '.join(NAMES)}); install one or set ZINCLOOP_BROWSER")
    return found


def _show(page: Path, profile: Path) -> Shown:
    command = [_browser(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic"]
    command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    command += [f"--user-data-dir={profile}", "--proxy-server=127.0.0.1:9", "--enable-logging=stderr"]
    command += ["--virtual-time-budget=10000", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    return Shown(done.stdout, re.findall(r"CONSOLE.*", done.stderr))


@pytest.fixture
def shown(finished: Opened, tmp_path: Path) -> Shown:
    return _show(write_report(finished), tmp_path / "profile")


def test_the_report_draws_itself_without_a_network(finished: Opened, shown: Shown) -> None:
    assert shown.complaints == []
    state, objectives = finished.ledger.state(), finished.assembled.definition.objectives
    drawn = re.findall(r'class="[^"]*js-plotly-plot', shown.document)
    assert len(drawn) == 3, "trade-offs, progress and surrogate each have a figure"
    points = re.findall(r'<path class="point"', shown.document)
    complete = len(state.complete(objectives)[0])
    assert len(points) >= complete * len(objectives)
    assert shown.document.count('class="card"') == len(state.pareto(objectives))


def test_the_report_says_why_something_failed(shown: Shown) -> None:
    failures = shown.document.split('id="failures"')[1].split('id="provenance"')[0]
    assert "nothing converges with N" in failures
    assert "convergence" in failures


SIZES = """<script>document.title = JSON.stringify([...document.querySelectorAll("svg.balls")].map(s => {
  const a = s.getBoundingClientRect(), c = s.closest(".card").getBoundingClientRect();
  const inside = [...s.querySelectorAll("circle, path, text")].every(e => {
    const b = e.getBoundingClientRect();
    return b.left >= a.left && b.right <= a.right && b.top >= a.top && b.bottom <= a.bottom && b.width > 0;
  });
  return inside && a.width > 200 && a.left >= c.left && a.right <= c.right;
}))</script>"""


def test_complexes_are_drawn_inside_their_cards(
    finished: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the browser lays them out: every ball, stick and letter inside its picture, that inside its card."""
    state = finished.ledger.state()
    told = {
        key: replace(a, outcome=replace(a.outcome, details=details())) for key, a in state.answers.items()
    }
    monkeypatch.setattr(finished.ledger, "state", lambda: replace(state, answers=told))
    page = write_report(finished)
    measured = tmp_path / "measured.html"
    measured.write_text(
        page.read_text(encoding="utf-8").replace("</body>", f"{SIZES}</body>"), encoding="utf-8"
    )
    shown = _show(measured, tmp_path / "profile")
    assert shown.complaints == []
    front = len(state.pareto(finished.assembled.definition.objectives))
    titles = re.findall(r"<title>(\[.*?\])</title>", shown.document)
    assert titles == [f"[{','.join(['true'] * front)}]"]
