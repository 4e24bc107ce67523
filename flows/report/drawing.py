"""Molecules as pictures."""

from __future__ import annotations

from rdkit.Chem.Draw import rdMolDraw2D

from loop.molecule import Molecule

DRAWING = (240, 170)
"""Width and height, in pixels."""


def draw(molecule: Molecule) -> str:
    """Draw a molecule as inline SVG."""
    drawer = rdMolDraw2D.MolDraw2DSVG(*DRAWING)
    drawer.drawOptions().clearBackground = False  # type: ignore[assignment]
    drawer.DrawMolecule(molecule.rdkit())
    drawer.FinishDrawing()
    text: str = drawer.GetDrawingText()
    return text[text.index("<svg") :]
