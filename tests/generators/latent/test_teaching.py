"""A network that was taught what a campaign measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from generators.latent import lessons, teaching
from generators.latent.fit import Recipe
from generators.latent.points import means
from generators.latent.teaching import Taught, teach
from generators.latent.weights import TENSORS, Trained, load
from loop.molecule import Molecule, parse
from loop.protocols import Lesson


def of(molecules: Sequence[Molecule]) -> Lesson:
    """Another zero and scale of the orbital, a property never heard of, and the best first."""
    homo = {m: -7.0 - 0.2 * m.heavy_atoms for m in molecules}
    binding = {m: -0.5 + 0.1 * m.smiles.count("O") for m in molecules}
    order = tuple(sorted(molecules, key=lambda m: (binding[m], m)))
    return Lesson(order, {"homo": homo, "zn_exchange": binding}, {"homo": (-8.0, 0.2)})


@pytest.fixture(scope="module")
def taught(trained: Trained, molecules: list[Molecule]) -> Taught:
    recipe = Recipe(epochs=25, learning_rate=2e-3, kl=1e-3, batch=32)
    return teach(trained, of(molecules[100:160]), molecules[:100], seed=0, recipe=recipe)


def test_it_reads_what_it_never_heard_of_and_leaves_its_teacher_alone(
    taught: Taught, trained: Trained, molecules: list[Molecule]
) -> None:
    network = taught.trained.network
    assert network.shape.properties == ("homo", "sa", "zn_exchange")
    assert trained.network.shape.properties == ("homo", "sa")
    lesson = of(molecules[100:160])
    read = network.properties(means(taught.trained, lesson.molecules)).numpy()
    for name in lesson.values:
        k = network.shape.properties.index(name)
        wanted = np.array([lesson.values[name][m] for m in lesson.molecules])
        assert np.corrcoef(read[:, k], wanted)[0, 1] > 0.4, name
        assert abs(read[:, k].mean() - wanted.mean()) < 0.5 * wanted.std(), (
            "on the scale of what was measured"
        )


def test_the_rule_holds_what_was_learned_against_what_was_forgotten(taught: Taught) -> None:
    assert 0 <= taught.after <= 1
    assert taught.misjudged > 0
    assert taught.kept == (taught.after >= taught.before - 0.02 and taught.misjudged_after < taught.misjudged)
    assert taught.unspelled == ()


def test_what_cannot_be_spelled_is_told_and_passed_over(trained: Trained, molecules: list[Molecule]) -> None:
    odd = parse("C[Se]C")
    lesson = of([*molecules[100:120], odd])
    found = teach(trained, lesson, molecules[:50], seed=0, recipe=Recipe(epochs=1, batch=32))
    assert found.unspelled == (odd,)


def test_the_best_are_drawn_most_often() -> None:
    weights = teaching._by_rank(200)
    assert weights.sum() == pytest.approx(teaching.MEASURED_SHARE)
    assert (np.diff(weights) < 0).all()
    assert weights[0] > 50 * weights[-1]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teaching, "REPLAY", 300)
    monkeypatch.setattr(teaching, "JUDGED", 50)


@pytest.mark.usefixtures("quick")
def test_a_lesson_is_learned_once_and_again_where_it_was_lost(
    trained: Trained, molecules: list[Molecule], tmp_path: Path
) -> None:
    lesson = of(molecules[100:150])
    first = lessons.learned(trained, lesson, 3, tmp_path)
    assert [first.folder] == list(tmp_path.iterdir())
    assert first.account["measured"] == 50
    assert 0 < first.account["located"] <= 50
    assert load(first.folder).wanted == (("homo", -8.0, 0.2),)
    tensors = (first.folder / TENSORS).read_bytes()
    at = (first.folder / TENSORS).stat().st_mtime_ns
    assert lessons.learned(trained, lesson, 3, tmp_path) == first
    assert (first.folder / TENSORS).stat().st_mtime_ns == at, "not learned again"
    (first.folder / TENSORS).write_bytes(tensors[:-1])
    assert lessons.learned(trained, lesson, 3, tmp_path).folder == first.folder
    assert (first.folder / TENSORS).read_bytes() == tensors, "the same lesson and seed, the same weights"
    assert lessons.learned(trained, lesson, 4, tmp_path).folder != first.folder


def test_points_move_with_the_network(taught: Taught, trained: Trained, molecules: list[Molecule]) -> None:
    assert not torch.allclose(means(trained, molecules[:5]), means(taught.trained, molecules[:5]))
