"""What every oracle must do, whatever it measures: found by listing the package."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Literal, cast, get_args, get_origin

import pytest
from pydantic import BaseModel, ValidationError

from loop.molecule import MoleculeError, parse
from loop.parts import kinds, load
from loop.protocols import ComputedOracle, DeferredOracle, ExactOracle, InputError, Oracle, RatedOracle
from loop.records import Value

KINDS = kinds("oracles")
every_kind = pytest.mark.parametrize("kind", KINDS)


NEEDED: dict[str, dict[str, Any]] = {
    "laboratory": {"assays": [{"name": "ce", "unit": "%", "uncertainty": 0.3, "method": "cells"}]}
}
"""Settings without which an oracle cannot be."""


def make(kind: str, **settings: Any) -> Oracle:
    return cast(Oracle, load("oracles", kind)(**NEEDED.get(kind, {}) | settings))


def computed(kind: str, **settings: Any) -> ComputedOracle:
    return cast(ComputedOracle, make(kind, **settings))


def dear(kind: str) -> bool:
    return not make(kind).exact


COMPUTED = [k for k in KINDS if isinstance(make(k), ComputedOracle)]
each_computed = pytest.mark.parametrize("kind", COMPUTED)
each_measured = pytest.mark.parametrize(
    "kind", [pytest.param(k, marks=pytest.mark.slow) if dear(k) else k for k in COMPUTED]
)


def alternatives(kind: str) -> list[dict[str, str]]:
    """Every other choice of every setting that is a choice."""
    part: type[BaseModel] = load("oracles", kind)
    return [
        {name: choice}
        for name, field in part.model_fields.items()
        if get_origin(field.annotation) is Literal
        for choice in get_args(field.annotation)
        if name != "kind" and choice != field.default
    ]


@every_kind
def test_it_fulfils_the_protocol_under_the_name_of_its_module(kind: str) -> None:
    oracle = make(kind)
    assert isinstance(oracle, Oracle)
    assert isinstance(oracle, ComputedOracle) != isinstance(oracle, DeferredOracle)
    assert oracle.kind == kind
    assert isinstance(oracle, ExactOracle) == oracle.exact


@every_kind
def test_settings_are_strict_and_frozen(kind: str) -> None:
    with pytest.raises(ValidationError):
        make(kind, no_such_setting=1)
    with pytest.raises(ValidationError):
        make(kind).kind = "another"  # type: ignore[misc]


@every_kind
def test_properties_have_names_units_and_descriptions(kind: str) -> None:
    properties = make(kind).properties
    assert properties
    assert len({p.name for p in properties}) == len(properties)
    assert all(p.name.isidentifier() and p.unit and p.description for p in properties)


@each_computed
def test_it_says_beforehand_how_good_its_numbers_are(kind: str) -> None:
    oracle = make(kind)
    assert isinstance(oracle, RatedOracle)
    assert set(oracle.uncertainties) == {p.name for p in oracle.properties}
    assert all(0.0 <= sd < math.inf for sd in oracle.uncertainties.values())
    assert not oracle.exact or set(oracle.uncertainties.values()) == {0.0}


def test_no_two_oracles_measure_a_property_of_one_name() -> None:
    names = Counter(p.name for kind in KINDS for p in make(kind).properties)
    assert not [name for name, times in names.items() if times > 1]


@every_kind
def test_the_protocol_is_complete_and_stable_across_processes(kind: str) -> None:
    protocol = make(kind).protocol()
    assert protocol.oracle == kind
    assert protocol.name
    assert protocol.description.endswith(".")
    json.dumps(dict(protocol.settings), allow_nan=False)
    settings = NEEDED.get(kind, {})
    code = f"from loop.parts import load; print(load('oracles', '{kind}')(**{settings!r}).protocol().digest)"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == protocol.digest


@pytest.mark.parametrize(("kind", "setting"), [(k, s) for k in KINDS for s in alternatives(k)])
def test_every_choice_has_a_protocol_of_its_own(kind: str, setting: dict[str, str]) -> None:
    assert make(kind, **setting).protocol().digest != make(kind).protocol().digest
    assert make(kind, **setting).protocol().name != make(kind).protocol().name


@every_kind
def test_describing_it_loads_no_quantum_chemistry(kind: str) -> None:
    code = (
        "import sys; from loop.parts import load; from loop.molecule import parse;"
        f"o = load('oracles', '{kind}')(**{NEEDED.get(kind, {})!r}); m = parse('CCO');"
        "o.protocol(); o.properties; o.expected_cpu_seconds(m); o.refusal(m);"
        "print(*({'pyscf', 'ase', 'tblite', 'geometric', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "", "loaded before anything is measured"


@every_kind
def test_the_expected_cost_is_finite_and_grows_with_the_molecule(kind: str) -> None:
    costs = [make(kind).expected_cpu_seconds(parse("C" * n + "O")) for n in (1, 5, 15)]
    assert all(math.isfinite(c) and (c > 0 or isinstance(make(kind), DeferredOracle)) for c in costs)
    assert costs == sorted(costs)


@every_kind
def test_known_additives_are_not_refused(kind: str) -> None:
    for smiles in ("CS(C)=O", "NC(N)=O", "OCC(O)CO"):
        assert make(kind).refusal(parse(smiles)) is None
    # What happens in gas cannot be asked of a zwitterion.
    reason = make(kind).refusal(parse("[NH3+]CC(=O)[O-]"))
    assert reason is None or "is a zwitterion, which does not exist in gas" in reason


@each_measured
def test_a_measurement_holds_what_the_properties_promise(kind: str, tmp_path: Path) -> None:
    oracle = computed(kind)
    found = oracle.measure(parse("N"), tmp_path / "scratch")
    assert {v.property: v.unit for v in found.values} == {p.name: p.unit for p in oracle.properties}
    assert all(isinstance(v, Value) and math.isfinite(v.value) for v in found.values)
    assert all(v.uncertainty >= 0.0 for v in found.values)
    assert not oracle.exact or all(v.uncertainty == 0.0 for v in found.values)
    json.dumps(dict(found.details), allow_nan=False)
    assert "versions" in found.details


@pytest.mark.parametrize("kind", [k for k in COMPUTED if not dear(k)])
def test_exact_values_are_the_measured_ones(kind: str, tmp_path: Path) -> None:
    oracle = make(kind)
    assert isinstance(oracle, ExactOracle)
    molecules = [parse(s) for s in ("CCO", "NC(N)=O")]
    measured = [[v.value for v in oracle.measure(m, tmp_path).values] for m in molecules]
    assert oracle.values(molecules).tolist() == measured


@each_computed
@pytest.mark.parametrize("smiles", ["C[Ge](C)(C)O", "CC[Se]C", "CC", "CC(=O)[O-]"])
def test_what_is_refused_is_not_measured_either(kind: str, smiles: str, tmp_path: Path) -> None:
    oracle, molecule = computed(kind), parse(smiles)
    reason = oracle.refusal(molecule)
    if reason is None:
        return  # this oracle covers it
    with pytest.raises(InputError) as caught:
        oracle.measure(molecule, tmp_path / "scratch")
    assert str(caught.value) == reason
    assert str(molecule) in reason
    assert not (tmp_path / "scratch").exists()


@pytest.mark.parametrize("kind", ["orbitals", "zinc_exchange"])
def test_an_element_without_a_basis_is_refused(kind: str) -> None:
    assert "contains Ge" in str(make(kind).refusal(parse("C[Ge](C)(C)O")))


@pytest.mark.parametrize("text", ["", "not a molecule", "C.C", "[CH3]"])
def test_nonsense_never_reaches_an_oracle(text: str) -> None:
    with pytest.raises(MoleculeError):
        parse(text)
