"""The document of the HTTP API as a page that needs no network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

Schema = Mapping[str, Any]


def render(document: Schema) -> str:
    """Build the page of an OpenAPI document."""
    environment = Environment(
        loader=PackageLoader("flows"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"kind": kind, "example": lambda schema: _shown(example(schema, document))}
    return environment.get_template("api.html").render(document=document)


def kind(schema: Schema) -> str:
    """What a schema admits, in words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {kind(schema['items'])}"
    if schema.get("type") == "object":
        return str(schema.get("title", "object"))
    words = {"string": "text", "number": "number", "integer": "whole number", "boolean": "true or false"}
    return "time" if schema.get("format") == "date-time" else words.get(str(schema.get("type")), "null")


def example(schema: Schema, document: Schema) -> object:
    """A value that a schema admits, made of the examples in it."""
    if "$ref" in schema:
        return example(document["components"]["schemas"][kind(schema)], document)
    if "example" in schema:
        return schema["example"]
    if "examples" in schema:
        return schema["examples"][0]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], document)
    if schema.get("type") == "array":
        return [example(schema["items"], document)]
    return {name: example(one, document) for name, one in schema.get("properties", {}).items()}


def _shown(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
