"""A campaign's own measurements, replayed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from flows.assembly import assemble
from flows.campaign_file import read
from flows.opening import Opened
from flows.simulation import backtest
from flows.simulation.backtest import AS_RUN, write_backtest
from flows.simulation.replaying import open_simulation, replay
from flows.simulation.seats import embedding
from flows.simulation.summary import summarise
from flows.store import StoreError
from generators.vae import VAE
from tests.conftest import QUICK


def test_the_pool_is_what_was_measured_at_what_it_cost(finished: Opened) -> None:
    simulation = open_simulation(write_backtest(finished))
    labels, state = simulation.yardstick.task.labels, finished.ledger.state()
    molecules, values = state.complete(finished.assembled.definition.objectives)
    assert labels.molecules == tuple(molecules)
    assert labels.values.tolist() == values.tolist()
    failed = {a.request.molecule for a in state.failures}
    spent = sum(
        a.outcome.cost.cpu_seconds for a in state.answers.values() if a.request.molecule not in failed
    )
    assert labels.seconds.sum() == pytest.approx(spent)
    assert simulation.yardstick.task.known == ("sa",)
    assert simulation.file.places == finished.assembled.workers.count
    assert simulation.yardstick.task.objectives == finished.assembled.definition.objectives
    assert [s.name for s in simulation.file.scenarios][:2] == [AS_RUN, "random"]
    assert simulation.file.scenarios[0].acquisition.kind == "scalarised_ucb"


def test_every_strategy_gets_there_in_the_end_and_says_what_it_cost(finished: Opened) -> None:
    simulation = open_simulation(write_backtest(finished))
    rows = [replay(simulation, name, seed) for name in (AS_RUN, "random") for seed in range(5)]
    table = summarise(pd.concat(rows)).table.set_index("scenario")
    pool = len(simulation.yardstick.task.labels.molecules)
    for name in (AS_RUN, "random"):
        row = table.loc[name]
        assert 0 < row["evaluations_to_reach"] <= pool
        low, high = row["core_hours_to_reach_low"], row["core_hours_to_reach_high"]
        assert 0 < low <= row["core_hours_to_reach"] <= high
        assert row["hypervolume_share"] == 1.0


def test_a_campaign_with_a_latent_space_brings_it_along(finished: Opened, tmp_path: Path) -> None:
    assert "embedding" not in write_backtest(finished).read_text()
    text = QUICK + '\n[[generators]]\nkind = "vae"\nradius = 3.0\nshare = 0.5\n'
    (tmp_path / "c.toml").write_text(text)
    assembled = assemble(*read(tmp_path / "c.toml"))
    simulation = open_simulation(write_backtest(replace(finished, assembled=assembled)))
    assert simulation.file.embedding.kind == "vae"
    assert embedding(simulation.file, simulation.source).version() == VAE(radius=3.0).version()


def test_too_little_is_said_to_be_too_little(
    finished: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(backtest, "FEWEST", 100)
    elsewhere = replace(finished, store=replace(finished.store, directory=tmp_path))
    with pytest.raises(StoreError, match="17 molecules have every objective measured; a backtest needs 100"):
        write_backtest(elsewhere)
    assert not list(tmp_path.iterdir()), "nothing half written"


def test_a_campaign_that_screened_screens_again(screened: Opened) -> None:
    simulation = open_simulation(write_backtest(screened))
    task = simulation.yardstick.task
    assert task.cheaper == {"tpsa": "tpsa_rough"}
    assert task.screening is not None
    assert set(task.labels.seconds) == {120.0}, "surface and synthesizability"
    assert set(task.screening.seconds) == {0.5}
    assert simulation.file.scenarios[0].screen == 5
    rows = replay(simulation, AS_RUN, 0)
    assert rows["hypervolume_share"].iloc[-1] == 1.0
    assert rows["cost_seconds"].iloc[-1] == pytest.approx(18 * 120.5)
