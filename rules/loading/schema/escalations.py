"""rules/escalations.yaml: combinations over time that raise a level, and their timed tests."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from rules.loading.choices import Direction, Scope
from rules.loading.schema.base import (
    Model,
    Name,
    Text,
    wrong,
)
from rules.loading.schema.signal import Titles

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d{1,4})([mhd])")
PLACEHOLDERS = ("place", "count", "time", "signals", "usual")
_PLACEHOLDER = re.compile(r"\{(.*?)\}")
ConditionName = Literal["families", "together", "first_in", "spike", "sequence", "silence"]
CONDITIONS: tuple[ConditionName, ...] = get_args(ConditionName)
MOST_REPORTS = 500
"""Reports of one test, repeats counted."""
LONGEST = timedelta(days=90)


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise wrong("escalation.duration", given=str(value)[:40])
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _some(value: Any) -> Any:
    span = _duration(value)
    if not timedelta(minutes=10) <= span <= LONGEST:
        raise wrong("escalation.absurd", given=str(value))
    return span


_SHAPE = {"type": "string", "pattern": f"^{_DURATION.pattern}$"}
Moment = Annotated[timedelta, BeforeValidator(_duration), WithJsonSchema(_SHAPE)]
"""A time from the beginning of a test: 0h, 30m, 3d."""
Duration = Annotated[timedelta, BeforeValidator(_some), WithJsonSchema(_SHAPE)]
"""A length of time, from ten minutes to ninety days."""

SomeSignals = Annotated[tuple[Name, ...], Field(min_length=1)]


class FamiliesAsked(Model):
    at_least: Annotated[int, Field(ge=2, le=20)]
    within: Duration


class TogetherAsked(Model):
    at_least: Annotated[int, Field(ge=2, le=20)]
    within: Duration


class SpikeAsked(Model):
    within: Duration
    times: Annotated[int, Field(ge=2, le=100)]
    over: Duration
    at_least: Annotated[int, Field(ge=2, le=1000, description="stories, however few are usual")]

    @model_validator(mode="after")
    def _a_baseline(self) -> SpikeAsked:
        if self.over < 3 * self.within:
            raise wrong("escalation.short_baseline")
        return self


class SilenceAsked(Model):
    after: SomeSignals
    quiet: Duration
    families_before: Annotated[int, Field(ge=1, le=20)] = 2
    within: Duration = Field(timedelta(days=3), json_schema_extra={"default": "3d"})


class TestReport(Model):
    """A report of a test. Left out: ``family`` and ``story`` are its own (one story for all where
    ``at: story``), ``place`` is the same for all, ``signal`` the only one there is."""

    at: Moment
    signal: Name | None = None
    direction: Direction = "worsening"
    place: Text = "here"
    family: Text | None = None
    story: Text | None = None
    times: Annotated[int, Field(ge=1, le=200, description="so often, one story each")] = 1
    every: Duration = Field(timedelta(days=1), json_schema_extra={"default": "1d"})


def _times(value: Any) -> Any:
    if value == "never":
        return ()
    return value if isinstance(value, list | tuple) else (value,)


class EscalationTest(Model):
    """Reports by the clock, and every time at which it fires: ``5h``, ``[5h, 3d]``, ``never``."""

    name: Text
    reports: Annotated[tuple[TestReport, ...], Field(min_length=1, max_length=100)]
    fires: Annotated[
        tuple[Moment, ...],
        BeforeValidator(_times, json_schema_input_type=str | list[str]),
    ]

    @model_validator(mode="after")
    def _short_enough(self) -> EscalationTest:
        if sum(each.times for each in self.reports) > MOST_REPORTS:
            raise wrong("escalation.test_too_long", most=MOST_REPORTS)
        return self


class EscalationRule(Model):
    """One escalation: title, a sentence that says why, one condition, what follows, tests."""

    id: Name
    title: Titles
    why: Titles
    signals: Literal["all"] | SomeSignals | None = None
    direction: Direction = "worsening"
    families: FamiliesAsked | None = None
    together: TogetherAsked | None = None
    first_in: Duration | None = None
    spike: SpikeAsked | None = None
    sequence: Annotated[tuple[Name, ...], Field(min_length=2, max_length=6)] | None = None
    within: Duration | None = Field(None, description="of a sequence")
    silence: SilenceAsked | None = None
    at: Scope = "division"
    raise_to: Literal["alert", "critical"]
    inhibits: tuple[Name, ...] = ()
    quiet_for: Duration = Field(timedelta(days=1), json_schema_extra={"default": "1d"})
    tests: Annotated[tuple[EscalationTest, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _sound(self) -> EscalationRule:
        given = [name for name in CONDITIONS if getattr(self, name) is not None]
        if len(given) != 1:
            raise wrong("escalation.one_condition", given=", ".join(given) or "-")
        names_them = given[0] in ("sequence", "silence")
        if names_them and self.signals is not None:
            raise wrong("escalation.signals_named", kind=given[0])
        if not names_them and self.signals is None:
            raise wrong("escalation.signals_missing")
        if (self.sequence is None) != (self.within is None):
            raise wrong("escalation.sequence_within")
        if self.silence is not None and self.at == "story":
            raise wrong("escalation.silent_story")
        if self.inhibits and self.at == "story":
            raise wrong("escalation.inhibits_story")
        if self.direction != "worsening" and self.raise_to == "critical":
            raise wrong("rule.never_red", direction=self.direction)
        if self.together and isinstance(self.signals, tuple):
            n, most = self.together.at_least, len(set(self.signals))
            if n > most:
                raise wrong("escalation.too_many_asked", n=n, most=most)
        for text in (self.why.ar, self.why.en, self.why.fr):
            for name in _PLACEHOLDER.findall(text or ""):
                if name not in PLACEHOLDERS:
                    raise wrong("escalation.placeholder", name=name)
                if name == "place" and self.at == "story":
                    raise wrong("escalation.no_place")
        if not any(each.fires for each in self.tests) or all(each.fires for each in self.tests):
            raise wrong("escalation.tests")
        return self

    @property
    def named(self) -> tuple[str, ...] | Literal["all"]:
        """The signals that count, wherever they are named."""
        if self.sequence is not None:
            return self.sequence
        if self.silence is not None:
            return self.silence.after
        return self.signals or ()


class EscalationOverride(Model):
    """An operator's short change of a shipped one: ``{id: siege-then-hunger, off: true}``."""

    id: Name
    raise_to: Literal["alert", "critical"] | None = None
    quiet_for: Duration | None = None
    at: Scope | None = None
    off: bool = False

    @model_validator(mode="after")
    def _some_change(self) -> EscalationOverride:
        if not self.off and self.raise_to is None and self.quiet_for is None and self.at is None:
            raise wrong("escalation.override_empty")
        return self


class EscalationsFile(Model):
    """rules/escalations.yaml"""

    escalations: tuple[EscalationRule | EscalationOverride, ...]
