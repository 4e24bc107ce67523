from __future__ import annotations

import math

import pytest

from loop.molecule import parse
from loop.records import OracleProtocol, Request, Value, digest


def _protocol(**settings: object) -> OracleProtocol:
    return OracleProtocol("orbitals", "b3lyp", settings, "B3LYP.")


def test_the_same_question_has_the_same_key_however_it_is_spelt() -> None:
    assert (
        Request.ask(parse("OCC"), _protocol(basis="a")).key
        == Request.ask(parse("CCO"), _protocol(basis="a")).key
    )


def test_another_protocol_is_another_question() -> None:
    ethanol = parse("CCO")
    assert Request.ask(ethanol, _protocol(basis="a")).key != Request.ask(ethanol, _protocol(basis="b")).key
    assert (
        Request.ask(ethanol, _protocol(basis="a")).key != Request.ask(parse("CO"), _protocol(basis="a")).key
    )


def test_the_digest_ignores_names_and_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert (
        _protocol(basis="a").digest
        == OracleProtocol("orbitals", "renamed", {"basis": "a"}, "Other words.").digest
    )


@pytest.mark.parametrize(
    ("value", "uncertainty"), [(math.nan, 0.1), (math.inf, 0.1), (1.0, math.nan), (1.0, -0.1)]
)
def test_what_is_no_number_is_no_value(value: float, uncertainty: float) -> None:
    with pytest.raises(ValueError, match="homo"):
        Value("homo", value, "eV", uncertainty)
