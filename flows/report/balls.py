"""Balls and sticks, as inline SVG that stands by itself on light and on dark pages."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import numpy as np

from flows.report.shell import Seen
from flows.report.view import facing
from oracles.chemistry.geometry import FloatArray

WIDTH, HEIGHT, MARGIN = 340, 230, 8
"""In pixels."""

LARGEST = 42.0
"""Pixels of an angstrom at most, so that small complexes are not blown up."""

COLORS = {
    "H": "#ffffff",
    "Li": "#cc80ff",
    "B": "#ffb5b5",
    "C": "#909090",
    "N": "#3050f8",
    "O": "#ff0d0d",
    "F": "#90e050",
    "Na": "#ab5cf2",
    "Mg": "#8aff00",
    "Al": "#bfa6a6",
    "Si": "#f0c8a0",
    "P": "#ff8000",
    "S": "#ffff30",
    "Cl": "#1ff01f",
    "K": "#8f40d4",
    "Ca": "#3dff00",
    "Mn": "#9c7ac7",
    "Zn": "#7d80b0",
    "Br": "#a62929",
    "I": "#940094",
}
"""Of the elements, as Jmol has them (jmol.sourceforge.net/jscolors); others are pink."""
OTHER = "#ff1493"

HAZE, FARTHEST = "#c4c9d1", 0.45
"""What atoms fade into with distance, and how far."""

RADII = {"H": 0.2}
BALL, ION_BALL, STICK = 0.34, 0.52, 0.11
"""Radii in angstrom."""

EDGE, DASH, MARK, INK = "#4a5260", "#8a94a3", "#0b8f66", "#1c2430"

# How much it matters that an atom is seen.
WEIGHT_SHELL, WEIGHT_HEAVY, WEIGHT_HYDROGEN = 1.0, 0.6, 0.15


def balls(complex_: Seen, alt: str) -> str:
    """Draw a complex: the ion, dashed lines to its neighbours, the molecule's donors ringed and measured."""
    atoms = facing(complex_.geometry.positions, _weights(complex_), complex_.ion)
    scale, shift = _fit(atoms)
    drawn = [*_sticks(complex_, atoms), *_dashes(complex_, atoms), *_balls(complex_, atoms)]
    placed = f"translate({shift[0]:.1f} {shift[1]:.1f}) scale({scale:.2f} {-scale:.2f})"
    shapes = "".join(shape for _, shape in sorted(drawn, key=lambda pair: pair[0]))
    return (
        f'<svg class="balls" xmlns="http://www.w3.org/2000/svg" role="img" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" aria-label="{escape(alt)}"><title>{escape(alt)}</title>'
        f'<g transform="{placed}">{shapes}</g>{"".join(_labels(complex_, atoms, scale, shift))}</svg>'
    )


def _weights(complex_: Seen) -> FloatArray:
    weights = np.array([WEIGHT_HYDROGEN if s == "H" else WEIGHT_HEAVY for s in complex_.geometry.symbols])
    weights[[complex_.ion, *(n.atom for n in complex_.neighbours)]] = WEIGHT_SHELL
    return weights


def _fit(atoms: FloatArray) -> tuple[float, FloatArray]:
    """Pixels of an angstrom, and where the origin comes to lie."""
    low, high = atoms[:, :2].min(axis=0) - ION_BALL, atoms[:, :2].max(axis=0) + ION_BALL
    room = np.array([WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN])
    scale = min(LARGEST, float((room / (high - low)).min()))
    middle = (low + high) / 2 * scale
    return scale, np.array([WIDTH / 2 - middle[0], HEIGHT / 2 + middle[1]])


def _hazy(symbol: str, depth: float) -> str:
    """Color of an element at a depth, 0 in front and 1 behind."""
    color = COLORS.get(symbol, OTHER)
    return _mixed(color, HAZE, FARTHEST * depth)


def _mixed(a: str, b: str, part: float) -> str:
    both = [round(int(a[k : k + 2], 16) * (1 - part) + int(b[k : k + 2], 16) * part) for k in range(1, 7, 2)]
    return "#" + "".join(f"{c:02x}" for c in both)


def _depths(atoms: FloatArray) -> FloatArray:
    z = atoms[:, 2]
    return np.asarray((z.max() - z) / max(float(np.ptp(z)), 1e-9))


def _radius(complex_: Seen, atom: int) -> float:
    return ION_BALL if atom == complex_.ion else RADII.get(complex_.geometry.symbols[atom], BALL)


def _balls(complex_: Seen, atoms: FloatArray) -> Iterator[tuple[float, str]]:
    depths, ringed = _depths(atoms), {n.atom for n in complex_.donors}
    for k, (symbol, (x, y, z)) in enumerate(zip(complex_.geometry.symbols, atoms, strict=True)):
        r, edge = _radius(complex_, k), _mixed(EDGE, HAZE, FARTHEST * float(depths[k]))
        ball = f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{r}" fill="{_hazy(symbol, float(depths[k]))}" '
        ball += f'stroke="{edge}" stroke-width=".035"/>'
        shine = (
            f'<circle cx="{x - r / 3:.2f}" cy="{y + r / 3:.2f}" r="{r / 4:.2f}" fill="#fff" opacity=".6"/>'
        )
        ring = f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{r + 0.12:.2f}" fill="none" stroke="{MARK}" '
        ring += 'stroke-width=".1"/>'
        yield float(z), ball + shine + (ring if k in ringed else "")


def _sticks(complex_: Seen, atoms: FloatArray) -> Iterator[tuple[float, str]]:
    """Each bond in two halves, of the color of their atoms."""
    depths = _depths(atoms)
    for pair in sorted(complex_.bonds):
        for near, far in (pair, pair[::-1]):
            middle = (atoms[near] + atoms[far]) / 2
            along = (atoms[far] - atoms[near]) / np.linalg.norm(atoms[far] - atoms[near])
            start = atoms[near] + 0.6 * _radius(complex_, near) * along
            color = _hazy(complex_.geometry.symbols[near], float(depths[near]))
            edge = _mixed(EDGE, HAZE, FARTHEST * float(depths[near]))
            line = f'd="M{start[0]:.2f} {start[1]:.2f}L{middle[0]:.2f} {middle[1]:.2f}"'
            yield (
                float(start[2] + middle[2]) / 2,
                f'<path {line} stroke="{edge}" stroke-width="{2 * STICK + 0.06:.2f}"/>'
                f'<path {line} stroke="{color}" stroke-width="{2 * STICK:.2f}"/>',
            )


def _dashes(complex_: Seen, atoms: FloatArray) -> Iterator[tuple[float, str]]:
    for n in complex_.neighbours:
        along = (atoms[n.atom] - atoms[complex_.ion]) / n.distance
        a = atoms[complex_.ion] + 0.9 * ION_BALL * along
        b = atoms[n.atom] - 0.9 * BALL * along
        color, width = (MARK, 0.12) if n.of_molecule else (DASH, 0.08)
        line = f'd="M{a[0]:.2f} {a[1]:.2f}L{b[0]:.2f} {b[1]:.2f}"'
        dash = f'<path {line} stroke="{color}" stroke-width="{width}" stroke-dasharray=".2 .13"/>'
        yield float(a[2] + b[2]) / 2, dash


def _labels(complex_: Seen, atoms: FloatArray, scale: float, shift: FloatArray) -> Iterator[str]:
    """The ion's name, and the distances of the molecule's donors, each beside its line."""

    def on_page(place: FloatArray) -> FloatArray:
        return np.asarray(shift + scale * place[:2] * np.array([1.0, -1.0]))

    def text(at: FloatArray, what: str, color: str) -> str:
        # Dark letters with a light rim are legible on any ground.
        rim = 'stroke="#fff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
        place = f'x="{at[0]:.1f}" y="{at[1] + 4:.1f}" text-anchor="middle"'
        font = 'font-family="system-ui,sans-serif" font-size="12"'
        return f'<text {place} {font} {rim} fill="{color}">{what}</text>'

    ion, ends = on_page(atoms[complex_.ion]), [on_page(atoms[n.atom]) for n in complex_.donors]
    yield text(ion, complex_.name, INK)
    # Outside of a chelate ring, above a single bond.
    middle = np.mean(ends, axis=0) if len(ends) > 1 else ion + np.array([0.0, HEIGHT])
    for n, end in zip(complex_.donors, ends, strict=True):
        along = end - ion
        across = np.array([-along[1], along[0]]) / max(float(np.linalg.norm(along)), 1e-9)
        across = across if across @ (middle - ion - along / 2) < 0 else -across
        yield text(ion + 0.54 * along + 20 * across, f"{n.distance:.2f} Å", MARK)
