"""The shape of ``rules/states.yaml``: states of places and what tells them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from rules.loading.choices import Direction
from rules.loading.schema.base import (
    Model,
    wrong,
)
from rules.loading.schema.signal import Titles

StateId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
_SPAN = re.compile(r"(\d{1,3}) (hour|day)s?")


def _span(value: Any) -> Any:
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None or not int(found[1]):
        raise wrong("state.span")
    return timedelta(**{f"{found[2]}s": int(found[1])})


Span = Annotated[timedelta, BeforeValidator(_span, json_schema_input_type=str)]


class StateValueEntry(Model):
    title: Titles
    title_of_several: Titles | None = None
    bad: bool = False


class StateSourceEntry(Model):
    """Detections of a signal in a direction that say `value`, or deny what `denies` names."""

    signal: StateId
    direction: Direction
    clauses: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    value: StateId | None = None
    denies: StateId | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> StateSourceEntry:
        if (self.value is None) == (self.denies is None):
            raise wrong("state.value_or_denies")
        return self


class StateEntry(Model):
    kind: StateId
    title: Titles
    title_of_several: Titles | None = None
    expires_after: Span
    of: Literal["crossing", "hospital", "camp", "site"] | None = None
    widest: Literal["country", "region"] = "country"
    covers_parts: bool = False
    values: dict[StateId, StateValueEntry] = Field(min_length=2)
    sources: tuple[StateSourceEntry, ...] = Field(alias="from", min_length=1)


class StateOverride(Model):
    """An operator's change of a shipped state: how long it stands, or that it is not kept."""

    kind: StateId
    expires_after: Span | None = None
    off: bool = False
