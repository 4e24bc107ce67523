"""What 10,000 raw draws from the prior are like, beside real molecules that were not learned from."""

from __future__ import annotations

from itertools import islice
from statistics import fmean

from benchmarks.generator_rows.row import Clock, Options, data, trained
from benchmarks.rows import Result
from generators.corpus.admission import Tally, admit
from generators.evaluation.accessibility import synthetic_accessibility
from generators.evaluation.drawn import compared, described
from generators.latent import streams
from generators.latent.evaluate import drawn, frechet
from generators.latent.toward import Wish
from loop.molecule import Limits, Molecule

WHAT = "10,000 raw draws from N(0, I): validity, uniqueness, novelty, SA, metrics of MOSES beside the ceiling"
TARGET = "1.000; 0.999 / 0.95; SA +0.3; 0.98, 0.85, 0.5"

SHARES = {"IntDiv": 0.98, "Frag": 0.85, "Scaf": 0.5}
HARDER = 0.3
EASY = 0.3
"""Give or take how much around the corpus' mean SA, where it is wished for."""


def run(options: Options) -> Result:
    """Judge raw draws, the same inside default limits, and draws with the corpus' SA wished for."""
    network, known = trained(options), data(options.weights)
    learned, compounds = set(known.learned), set(known.split.training)
    sa = fmean(synthetic_accessibility(known.split.training))
    clock = Clock.start()
    raw = drawn(network, options.draws, options.seed)
    rate = len(raw) / clock.seconds
    tally = Tally()
    clock = Clock.start()
    within = admit(
        streams.prior(network, options.seed + 1), options.draws, Limits(), set(), options.draws, tally
    )
    filtered = tally.attempts / clock.seconds
    print(
        f"  {rate:.0f} draws a CPU second as canonical molecules, "
        f"{filtered:.0f} held against default limits, too"
    )
    print(f"  {len(within)} of {tally.attempts} are different molecules inside the default limits")
    told = described(raw, learned)
    _print("raw", told, described(raw, compounds).novel.value)
    inside = [m for m in raw if m is not None and Limits().refusal(m) is None]
    _print("inside default limits", described(inside, learned), described(inside, compounds).novel.value)
    wish = streams.wished(network, {"sa": Wish(sa, EASY)}, options.seed)
    easy = [c.molecule if c else None for c in islice(wish, options.draws // 4)]
    _print("SA wished for", described(easy, learned), described(easy, compounds).novel.value)
    print(f"  SA of the {len(known.split.training)} compounds: {sa:.2f}")
    beside = compared(list(dict.fromkeys(m for m in raw if m)), known.split.random, known.split.training)
    for name, one in beside.items():
        print(f"  {name}: {one.drawn:.3f}, ceiling {one.ceiling:.3f}, share {one.share:.2f}", flush=True)
    apart = frechet(list(dict.fromkeys(m for m in raw if m)), known.split.random, known.split.training)
    print(f"  Frechet ChemNet distance: {apart.drawn:.1f}, ceiling {apart.ceiling:.1f}", flush=True)
    met = (
        told.valid.value == 1
        and told.unique.value >= 0.999
        and told.novel.value >= 0.95
        and told.sa_mean - sa <= HARDER
        and all(beside[name].share >= share for name, share in SHARES.items())
    )
    shares = ", ".join(f"{beside[name].share:.2f}" for name in SHARES)
    figure = f"{told.valid.value:.3f}; {told.unique.value:.4f} / {told.novel.value:.3f}"
    figure += f"; SA +{told.sa_mean - sa:.2f}; {shares}"
    return Result(f"{figure}; {filtered:.0f} filtered a CPU-s", met)


def _print(name: str, told: object, novel: float) -> None:
    print(f"  {name}: {told}; not among the real compounds {novel:.3f}", flush=True)


def raw_molecules(options: Options) -> list[Molecule]:
    """The valid ones of the draws."""
    return [m for m in drawn(trained(options), options.draws, options.seed) if m is not None]
