"""A campaign teaches its generator, and whoever opens it again finds what was learned."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.evaluating import PlainRounds
from flows.opening import Opened, begin_or_resume, commit, peek
from flows.report.page import render
from flows.teaching import NotALearnerError, as_taught, carried_out
from generators.latent import teaching
from loop import lessons
from loop.campaign import State
from loop.decisions import Teach
from loop.protocols import Lesson
from tests.conftest import QUICK, conducting

GENERATOR = """
[[generators]]
kind = "vae"
share = 0.5
initial = 8
"""


@pytest.fixture
def opened(quick: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    monkeypatch.setattr(lessons, "FIRST", 12)
    monkeypatch.setattr(teaching, "REPLAY", 400)
    monkeypatch.setattr(teaching, "JUDGED", 100)
    # Whether it pays is another question: here it is kept unless much is forgotten.
    monkeypatch.setattr(teaching.Taught, "kept", property(lambda taught: taught.after > 0.5))
    quick.write_text(QUICK + GENERATOR)
    return begin_or_resume(quick, quick.parent / "there")


def test_it_learns_between_rounds_and_proposes_with_what_it_learned(opened: Opened, quick: Path) -> None:
    with opened.store.locked():
        commit(opened)
        run = conducting(opened)
        reason = run.conduct(lambda: PlainRounds(run.evaluator))
    assert reason.startswith("budget spent")
    state = opened.ledger.state()
    taught = state.teachings[0]
    assert len(taught.lesson.molecules) >= 12
    assert taught.kept
    assert set(taught.lesson.values) == {"tpsa", "refractivity", "sa"}
    told = [r.notes["generators"]["vae"] for r in state.rounds if r.notes["stage"] == "acquisition"]
    assert opened.assembled.parts.sources[1].generator.version() not in told, "taught before it was asked"
    after = state.rounds[taught.number].notes["proposals"]["vae"]
    assert {"trust region", "wanted", "prior"} <= set(after)
    assert all(figures["points"] > 0 for figures in after.values())
    page = render(opened)
    assert "How proposals were found" in page
    assert "What it was taught" in page
    # Opened again it proposes with the same weights, and without the folder it learns them again.
    before = peek(opened.store.directory, None)[0].parts.sources[1].generator.version()
    assert before == told[-1]
    shutil.rmtree(opened.store.learned)
    assert peek(opened.store.directory, None)[0].parts.sources[1].generator.version() == before
    assert opened.store.learned.is_dir()


def test_what_was_not_kept_changes_nothing(opened: Opened) -> None:
    parts = opened.assembled.parts
    assert as_taught(parts, State(), opened.store.learned) is parts


def test_a_lesson_for_a_generator_that_does_not_learn_is_an_error(opened: Opened) -> None:
    lesson = Teach(1, 0, Lesson((), {}, {}), 0)
    with pytest.raises(NotALearnerError, match="a generator of kind 'library' cannot be taught"):
        carried_out(lesson, opened.assembled.parts, opened.store.learned)
