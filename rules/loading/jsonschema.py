"""JSON Schemas of the rule files, from the models, for editors that complete and check."""

from __future__ import annotations

import json
from typing import Any

from pydantic import RootModel, TypeAdapter

from rules.loading import schema


class Vocabulary(RootModel[dict[schema.Name, schema.VocabularyTerm]]):
    """A vocabulary file: term names to terms."""


def schemas() -> dict[str, str]:
    """File name → JSON Schema text."""
    signal = TypeAdapter(schema.SignalFile).json_schema(by_alias=True)
    # A description may be one string for all languages; the model takes it apart first.
    signal["properties"]["description"] = {
        "anyOf": [{"type": "string"}, signal["properties"]["description"]]
    }
    vocabulary = TypeAdapter(Vocabulary).json_schema(by_alias=True)
    escalations = TypeAdapter(schema.EscalationsFile).json_schema(by_alias=True)
    return {
        "signal.json": _text(signal),
        "vocabulary.json": _text(vocabulary),
        "escalations.json": _text(escalations),
    }


def _text(value: dict[str, Any]) -> str:
    value = {"$schema": "https://json-schema.org/draft/2020-12/schema", **value}
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
