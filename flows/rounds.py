"""Prefect at the roof: one flow run for a round, one task run for a calculation.

Prefect schedules, shows and logs; it holds no results, retries nothing and decides nothing. Imported only
by a live run, because importing Prefect takes seconds.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import ThreadPoolTaskRunner

from flows.evaluating import Evaluator, PlainRounds
from loop.records import Request

log = logging.getLogger("zincloop")


class PrefectRounds:
    """Dispatches a round as a Prefect flow run named after the campaign and the round."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._broken = False

    def __call__(self, number: int, requests: Sequence[Request]) -> None:
        """Run the flow; where Prefect itself breaks, warn and go on without it until the next run."""
        if self._broken:
            PlainRounds(self._evaluator)(number, requests)
            return
        try:
            _log_beside_the_campaign()
            self._flow(number, requests)
        except Exception as error:  # noqa: BLE001 - whatever breaks Prefect must not break the campaign
            if self._evaluator.errors:
                return
            self._broken = True
            log.warning("Prefect failed (%s: %s); going on without it", type(error).__name__, error)
            PlainRounds(self._evaluator)(number, self._evaluator.unanswered(requests))

    def _flow(self, number: int, requests: Sequence[Request]) -> None:
        evaluator = self._evaluator
        by_key = {r.key: r for r in requests}
        name = evaluator.assembled.definition.name
        places = min(len(requests), evaluator.assembled.workers.count)

        @task(name="evaluate", task_run_name="{oracle} {smiles}", cache_policy=NO_CACHE, persist_result=False)
        def evaluate(key: str, oracle: str, smiles: str) -> str:  # noqa: ARG001 - they name the run
            return evaluator.evaluate(by_key[key])

        @flow(
            name="zincloop round",
            flow_run_name=f"{name} round {number}",
            task_runner=ThreadPoolTaskRunner(max_workers=places),  # type: ignore[arg-type]
            persist_result=False,
            validate_parameters=False,
        )
        def round_of_requests() -> None:
            futures = [evaluate.submit(r.key, r.oracle, str(r.molecule)) for r in requests]
            for future in futures:
                future.wait()

        round_of_requests()


def _log_beside_the_campaign() -> None:
    """Send what Prefect logs to the campaign's log file; the terminal belongs to the display."""
    for name in [n for n in logging.root.manager.loggerDict if n.split(".")[0] == "prefect"]:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    prefect = logging.getLogger("prefect")
    prefect.handlers, prefect.propagate = list(log.handlers), False
