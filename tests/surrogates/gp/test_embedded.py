"""A kernel on latent points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from generators.vae import VAE
from loop.molecule import Molecule, parse
from loop.objective import FloatArray
from loop.protocols import Embedding
from surrogates.gp.embedded import EmbeddedKernel, Places
from surrogates.gp.fitting import fit
from tests.surrogates.boiling import evidence

TRAIN, TEST = evidence(60), evidence(40, start=60)
ODD, ODDER = parse("C[Se]C"), parse("CC[Se]C")


class Counting:
    """The autoencoder's latent space, and how many points it was asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def version(self) -> str:
        return "counting"

    def embed(self, molecules: Sequence[Molecule]) -> FloatArray:
        self.asked += len(molecules)
        return VAE().embed(molecules)


def test_every_molecule_is_placed_once() -> None:
    space = Counting()
    assert isinstance(space, Embedding)
    places = Places(space)
    first = places.points(TRAIN.molecules[:20])
    np.testing.assert_array_equal(places.points(TRAIN.molecules[:30])[:20], first)
    places.points(TRAIN.molecules[:1] * 3)
    assert space.asked == 30


def test_kernels_on_the_same_version_are_the_same_and_share_their_points() -> None:
    one, two, other = (EmbeddedKernel.on(VAE(radius=r)) for r in (6.0, 6.0, 3.0))
    assert one == two
    assert hash(one) == hash(two)
    assert one.places is two.places
    assert one != other


def test_a_molecule_without_a_point_is_like_itself_alone() -> None:
    kernel, theta = EmbeddedKernel.on(VAE()), np.zeros(1)
    molecules = (*TRAIN.molecules[:3], ODD, ODDER)
    matrix = kernel.between(molecules, molecules, theta)
    np.testing.assert_allclose(np.diag(matrix), 1.0)
    np.testing.assert_allclose(matrix[3, [0, 1, 2, 4]], 0.0, atol=1e-12)
    np.testing.assert_allclose(matrix, matrix.T)
    assert (matrix[0, 1:3] > 1e-3).all()


def test_of_a_molecule_without_a_point_the_mean_is_believed_with_the_doubt_of_the_prior() -> None:
    belief = fit(EmbeddedKernel.on(VAE()), TRAIN)
    mean, sd = belief.predict((ODD, *TEST.molecules))
    assert sd[0] > sd[1:].max()
    assert sd[0] >= 0.99 * belief.diagnostics["signal_sd"]
    average = belief.predict((ODDER,))[0][0]
    np.testing.assert_allclose(mean[0], average, err_msg="all such molecules are believed to be alike")
    told = belief.given((ODD,), mean[:1] + 50.0)
    assert told.predict((ODD,))[0][0] > mean[0] + 25.0
    assert abs(told.predict((ODDER,))[0][0] - average) < 12.5


def test_the_slope_is_the_derivative() -> None:
    correlation = EmbeddedKernel.on(VAE()).among((*TRAIN.molecules[:10], ODD))
    step = 1e-5
    up, down = correlation(np.array([0.1 + step]))[0], correlation(np.array([0.1 - step]))[0]
    (slope,) = correlation(np.array([0.1]))[1]
    np.testing.assert_allclose(slope, (up - down) / (2 * step), atol=1e-8)
