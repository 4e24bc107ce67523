"""The model card: what was trained on what, how well it does and what it is for, written from the figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TEMPLATE = """# Model card: molecular variational autoencoder

Written by the training command; it measured every figure below, on the weights as stored (half precision)
unless said otherwise.

| | |
|---|---|
| date | {date} |
| command | `{command}` |
| seed | {seed} |
| time | {cpu_seconds:.0f} CPU-seconds, {threads} thread(s) |
| tensors | SHA-256 `{sha256}` |
| vocabulary | {symbols} SELFIES symbols, {merges} merges |
| recipe | {recipe} |
| last epoch | {final} |
| ended early by a loss that is not finite | {diverged} |
| versions | {versions} |

## Data

The compounds of `corpus.csv.gz` and the known additives (see `README.md` beside this file; content hash
`{corpus}`): neutral, up to 20 heavy atoms, stereochemistry dropped. {n_training} molecules were
trained on; {n_held_out}, drawn at random with the seed, were held out.

## Reconstruction

The posterior mean of a molecule is written as the same molecule:

| | training | held out |
|---|---|---|
| as trained (float32) | {exact_training:.2%} | {exact_held_out:.1%} |
| as stored (float16) | {reconstruction_training:.2%} | {reconstruction_held_out:.1%} |

## Raw draws

{draws} latent points each, before any filter: nothing was removed for being known, repeated or outside
limits. *Gaussian* is the textbook prior N(0, I). *Proposal* is what the generator `vae` uses: steps of 0.5 to
1.5 times the radius {radius:g} (L2) from {anchors} training molecules inside the default limits, about
{per_anchor:.0f} steps from each.

| | Gaussian | proposal | held-out molecules |
|---|---|---|---|
| valid, closed-shell and neutral | {gaussian[validity]:.1%} | {proposal[validity]:.1%} | |
| distinct among the valid | {gaussian[uniqueness]:.1%} | {proposal[uniqueness]:.1%} | |
| unknown to the training set, among the distinct | {gaussian[novelty]:.1%} | {proposal[novelty]:.1%} | |
| distinct and inside the default limits, per point | {gaussian[inside_limits]:.1%} | \
{proposal[inside_limits]:.1%} | |
| heavy atoms, mean | {gaussian[heavy_atoms]:.1f} | {proposal[heavy_atoms]:.1f} | \
{held_out[heavy_atoms]:.1f} |
| SA (1 easy to 10 hard), mean ± sd | {gaussian[sa_mean]:.2f} ± {gaussian[sa_sd]:.2f} | \
{proposal[sa_mean]:.2f} ± {proposal[sa_sd]:.2f} | {held_out[sa_mean]:.2f} ± {held_out[sa_sd]:.2f} |

Every row of tokens decodes to a closed-shell molecule. What was missing from 100 % validity when this was
measured was empty or carried a net charge; the latter is read as a neutral molecule since.

## Intended use and limits

Proposing small, neutral, water-compatible molecules for a screening campaign. It has seen molecules of up to
20 heavy atoms made of H, B, C, N, O, F, Si, P, S, Cl and Br with a Crippen logP up to 2 (a few known
additives lie above), and proposes nothing else well. It does not model stereochemistry or charge, and knows
nothing of stability, toxicity or price: proposals are questions for the oracles and a chemist, not answers.
"""


def card(training: Mapping[str, Any], sha256: str) -> str:
    """Fill in the card from the account of a training that ``vae.json`` holds."""
    metrics = training["metrics"]
    listed = {key: _listed(training[key]) for key in ("recipe", "final", "versions")}
    return TEMPLATE.format(
        **{key: value for key, value in training.items() if key not in listed and key != "metrics"},
        **{key: value for key, value in metrics.items() if not key.endswith("_prior")},
        **listed,
        sha256=sha256,
        per_anchor=metrics["draws"] / metrics["anchors"],
        gaussian=metrics["gaussian_prior"],
        proposal=metrics["proposal_prior"],
    )


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {_short(value)}" for key, value in values.items())


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
