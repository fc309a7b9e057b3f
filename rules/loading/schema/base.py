"""What all rule files are made of: names, choices, and how a finding is worded."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from rules.texts import message

MAX_WORDS = 2_000
"""Words in one list: more is a pasted dictionary, not a rule."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,60}$")]
Reference = Annotated[str, StringConstraints(pattern=r"^(not )?\$?[a-z][a-z0-9-]{0,60}$")]


References = Annotated[
    tuple[Reference, ...],
    BeforeValidator(
        lambda value: (value,) if isinstance(value, str) else value,
        json_schema_input_type=str | list[str],
    ),
]
"""Names of terms (and, under unless, of guards); one alone needs no brackets."""


def wrong(key: str, **values: str | int) -> PydanticCustomError:
    """A finding of ours: its type is the key of its text in ``rules/locales``."""
    return PydanticCustomError(key, "{text}", {"text": message(key, **values).text(), **values})


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def shape(value: Any) -> str:
    """Which of several shapes a value is meant to be, so that errors speak of that one only."""
    if isinstance(value, dict):
        return "<mapping>"
    return "<list>" if isinstance(value, list | tuple) else "<text>"
