"""The closed forms against GPyTorch's exact Gaussian process, and against doing it the long way."""

from __future__ import annotations

from dataclasses import replace

import gpytorch
import numpy as np
import pytest
import torch
from gpytorch.distributions import MultivariateNormal
from scipy.stats import norm

from surrogates.gp.belief import COARSE, GaussianBelief
from surrogates.gp.fitting import fit
from surrogates.gp.hyper import MEAN_VARIANCE
from surrogates.gp.kernels import MaternKernel, MinMaxKernel, SumKernel
from surrogates.gp.similarity import distances, minmax
from tests.surrogates.boiling import evidence

TRAIN, TEST = evidence(60, uncertainty=5.0), evidence(40, start=60)


class TableKernel(gpytorch.kernels.Kernel):  # type: ignore[misc]
    """GPyTorch's view of a correlation matrix made elsewhere; inputs are indices into it."""

    has_lengthscale = False

    def __init__(self, table: torch.Tensor) -> None:
        super().__init__()
        self.table = table

    def forward(
        self, x1: torch.Tensor, x2: torch.Tensor, diag: bool = False, last_dim_is_batch: bool = False
    ) -> torch.Tensor:
        rows, columns = x1[..., 0].long(), x2[..., 0].long()
        return self.table[rows, columns] if diag else self.table[rows][:, columns]


class Exact(gpytorch.models.ExactGP):  # type: ignore[misc]
    """A Gaussian process with zero mean and a given covariance."""

    def __init__(
        self, x: torch.Tensor, y: torch.Tensor, noise: torch.Tensor, covariance: torch.Tensor
    ) -> None:
        super().__init__(x, y, gpytorch.likelihoods.FixedNoiseGaussianLikelihood(noise=noise))
        self.covar_module = TableKernel(covariance)

    def forward(self, x: torch.Tensor) -> MultivariateNormal:
        return MultivariateNormal(torch.zeros(len(x), dtype=x.dtype), self.covar_module(x))


def exact(belief: GaussianBelief) -> Exact:
    """The same process in GPyTorch, over the measured molecules and then the test ones."""
    everything = (*belief.molecules, *TEST.molecules)
    correlation = belief.kernel.between(everything, everything, belief.hyperparameters.kernel)
    covariance = torch.from_numpy(belief.hyperparameters.signal * correlation + MEAN_VARIANCE)
    x = torch.arange(len(belief.molecules), dtype=torch.float64)[:, None]
    noise = torch.from_numpy(belief.variances)
    return Exact(x, torch.from_numpy(belief.values), noise, covariance)


@pytest.mark.parametrize("kernel", [MinMaxKernel(), MaternKernel(), SumKernel()])
def test_the_posterior_is_that_of_gpytorch(kernel: MinMaxKernel | MaternKernel | SumKernel) -> None:
    belief = fit(kernel, TRAIN)
    model = exact(belief).eval()
    with torch.no_grad(), gpytorch.settings.fast_computations(False, False, False):
        theirs = model(torch.arange(60, 100, dtype=torch.float64)[:, None])
        mean, sd = theirs.mean.numpy(), theirs.variance.sqrt().numpy()
    ours = belief.predict(TEST.molecules)
    np.testing.assert_allclose(ours[0], belief.offset + belief.unit * mean, rtol=1e-8)
    np.testing.assert_allclose(ours[1], belief.unit * sd, rtol=1e-6)


def test_conditioning_is_fitting_with_the_hyperparameters_kept() -> None:
    belief = fit(SumKernel(), TRAIN)
    told = belief.given(TEST.molecules[:10], TEST.values[:10])
    values = np.concatenate([TRAIN.values, TEST.values[:10]])
    again = GaussianBelief(
        belief.kernel,
        belief.hyperparameters,
        belief.offset,
        belief.unit,
        (*TRAIN.molecules, *TEST.molecules[:10]),
        (values - belief.offset) / belief.unit,
        told.variances,
    )
    np.testing.assert_allclose(told.predict(TEST.molecules), again.predict(TEST.molecules))
    with pytest.raises(ValueError, match="2 molecules come with 1"):
        belief.given(TEST.molecules[:2], np.zeros(1))


def test_leaving_one_out_is_leaving_one_out() -> None:
    belief = fit(SumKernel(), TRAIN)
    means, sds = belief.left_out()
    for i in (0, 17, 59):
        kept = [j for j in range(60) if j != i]
        without = replace(
            belief,
            molecules=tuple(belief.molecules[j] for j in kept),
            values=belief.values[kept],
            variances=belief.variances[kept],
            before=None,
        )
        mean, sd = without.predict((belief.molecules[i],))
        np.testing.assert_allclose(means[i], mean[0], rtol=1e-8)
        np.testing.assert_allclose(sds[i], np.hypot(sd[0], belief.unit * np.sqrt(belief.variances[i])))


def test_leave_one_out_figures_follow_from_the_left_out_predictions() -> None:
    belief = fit(MinMaxKernel(), TRAIN)
    means, sds = belief.left_out()
    nll = -norm.logpdf(TRAIN.values, means, sds).mean()
    assert belief.diagnostics["loo_nll"] == pytest.approx(nll)
    assert belief.diagnostics["loo_rmse"] == pytest.approx(np.sqrt(((TRAIN.values - means) ** 2).mean()))


def test_known_uncertainties_add_to_the_fitted_noise() -> None:
    belief = fit(SumKernel(), TRAIN)
    np.testing.assert_allclose(belief.variances, belief.hyperparameters.noise + (5.0 / belief.unit) ** 2)


def test_told_in_steps_or_at_once_it_says_the_same() -> None:
    belief = fit(SumKernel(), TRAIN)
    asked, told = TEST.molecules[20:], TEST.molecules[:3]
    steps = belief
    for molecule, value in zip(told, TEST.values[:3], strict=True):
        steps.predict(asked)  # what was asked before helps with what is asked next
        steps = steps.given((molecule,), np.array([value]))
    np.testing.assert_allclose(steps.predict(asked), belief.given(told, TEST.values[:3]).predict(asked))


@pytest.mark.parametrize("matrix", [minmax, distances])
def test_properties_on_the_same_molecules_share_their_matrix(matrix: object) -> None:
    first, second = (tuple(TRAIN.molecules) for _ in range(2))
    assert matrix(first, first) is matrix(second, second)  # type: ignore[operator]


def test_a_coarse_belief_knows_less_and_of_the_same() -> None:
    whole = fit(SumKernel(), evidence(400))
    coarse = whole.coarse()
    assert set(coarse.molecules) < set(whole.molecules)
    assert len(coarse.molecules) == COARSE
    others = evidence(60, start=400)
    means, sds = whole.predict(others.molecules)
    theirs, doubts = coarse.predict(others.molecules)
    assert (doubts >= sds - 1e-9).all()
    assert np.corrcoef(means, theirs)[0, 1] > 0.9
    assert coarse.coarse() is coarse
