"""Clauses: what a text may say, where, and what that counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from rules.loading.choices import (
    KINDS,
    Cause,
    Direction,
    Kind,
    Language,
    Place,
    State,
    Strength,
    Victims,
)
from rules.loading.schema.base import (
    Model,
    Name,
    Reference,
    References,
    Text,
    shape,
    wrong,
)

Element = Annotated[
    Annotated[Reference, Tag("<text>")]
    | Annotated[tuple[Reference, ...], Field(min_length=1), Tag("<list>")],
    Discriminator(shape),
]
Elements = Annotated[tuple[Element, ...], Field(min_length=1, max_length=8)]

SHARED = frozenset(
    ("within", "gap", "where", "unbroken", "negated", "weight", "strength", "languages",
     "direction", "needs", "needs_below_title", "unless", "unless_within", "if_denied", "deed")
)  # fmt: skip
"""What a clause may say for all its ways, and most of it a file for all its clauses."""


class HarmAsked(Model):
    """People killed, wounded or missing, by who they are and what did it (`victims.py`)."""

    of: Annotated[tuple[Victims, ...], Field(min_length=1)]
    by: Annotated[tuple[Cause, ...], Field(min_length=1)] = ("conflict", "disaster", "unsaid")

    @model_validator(mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            k: (v,) if isinstance(v, str) and k in ("of", "by") else v for k, v in value.items()
        }


class Way(Model):
    """How a text may say it. Exactly one of near, sequence, all, any, harm, setting."""

    why: Text | None = Field(None, description="why it is here; for whoever reads the rule")
    harm: HarmAsked | None = Field(None, description="people harmed: of whom, by what")
    setting: Elements | None = Field(
        None, description="what title or opening is about: adds weight, never fires alone"
    )
    near: Elements | None = Field(None, description="all of these in one sentence, any order")
    sequence: Elements | None = Field(None, description="in this order in one sentence")
    all: Elements | None = Field(None, description="all of these somewhere in the entry")
    any: Elements | None = Field(None, description="at least one of these")
    within: Annotated[int, Field(ge=0, le=60)] | Literal["sentence"] = Field(
        8, description="near: how many other words may stand between first and last"
    )
    gap: Annotated[int, Field(ge=0, le=30)] = Field(
        3, description="sequence: how many other words may stand between two neighbours"
    )
    where: Place = Field("any", alias="in", description="title, text, lead (title or opening), any")
    unbroken: bool = Field(
        False, description="near, sequence: no comma, colon, bracket or quotation mark in between"
    )
    negated: bool | Literal["any"] = False
    weight: Annotated[int, Field(ge=1, le=1000)] | None = None
    strength: Strength | None = Field(
        None, description="instead of weight: weak fires only with another; strong counts double"
    )
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] | None = Field(
        None, description="only in text of these languages"
    )
    direction: Direction | None = None
    needs: References = Field((), description="one of these somewhere in the entry")
    needs_below_title: bool = Field(
        False, description="needs: asked only of what is said below the title"
    )
    unless: References = Field((), description="none of these terms or guards in the sentence")
    unless_within: Annotated[int, Field(ge=0, le=60)] | None = Field(
        None, description="unless: only within so many words of the evidence"
    )

    if_denied: bool = Field(
        False, description="counts only where its sentence says that it is not so"
    )
    deed: bool = Field(
        False, description="its first term is a deed; counts only where that is done, not undone"
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        self._check_kind()
        if self.unless_within is not None and not self.unless:
            raise wrong("rule.unless_within")
        if self.weight is not None and self.strength is not None:
            raise wrong("rule.weight_or_strength")
        return self

    def _check_kind(self) -> None:
        kinds = [k for k in KINDS if getattr(self, k)]
        if len(kinds) != 1:
            raise wrong("rule.one_kind")
        if kinds[0] in ("near", "sequence") and len(getattr(self, kinds[0])) < 2:
            raise wrong("rule.two_terms", kind=kinds[0])
        if "within" in self.model_fields_set and not self.near:
            raise wrong("rule.within_near")
        if "gap" in self.model_fields_set and not self.sequence:
            raise wrong("rule.gap_sequence")

    @property
    def kind(self) -> Kind:
        return next(k for k in KINDS if getattr(self, k))

    @property
    def suggested_name(self) -> str:
        """A name from what it looks for: `medicine-lack` of `near: [medicine, lack]`."""
        if self.harm:
            return f"{self.harm.of[0]}-harmed"
        listed: tuple[str | tuple[str, ...], ...] = getattr(self, self.kind)
        firsts = [e if isinstance(e, str) else e[0] for e in listed]
        parts = ["no-" * n.startswith("not ") + n.removeprefix("not ").lstrip("$") for n in firsts]
        name = "-".join(dict.fromkeys(parts[:3]))
        if self.negated is True and not name.startswith("no-"):
            name = "no-" + name
        return name[:61].strip("-")

    def with_defaults(self, defaults: Defaults | Clause) -> Self:
        """What is said for all, where this one says nothing of its own."""
        given = {
            name: getattr(defaults, name)
            for name in defaults.model_fields_set - self.model_fields_set
            if name in SHARED
        }
        if self.kind != "near":
            given.pop("within", None)
        if self.kind != "sequence":
            given.pop("gap", None)
        if self.weight is not None or self.strength is not None:
            given.pop("weight", None)
            given.pop("strength", None)
        if "needs" in self.model_fields_set:
            # It is said of the needs beside which it stands.
            given.pop("needs_below_title", None)
        return self.model_copy(update=given)

    def points(self, threshold: int) -> int:
        """What it adds to the score: the threshold, half of it when weak, twice when strong."""
        if self.weight is not None:
            return self.weight
        if self.strength == "weak":
            return (threshold + 1) // 2
        return threshold * 2 if self.strength == "strong" else threshold


class Clause(Way):
    """One thing that a text may say, in one way or in several that count once.

    What stands beside ``ways`` holds for each of them that says nothing of its own; what is
    under ``unless`` silences all of them.
    """

    name: Name | None = Field(None, description="what it looks for, in a word or two: no-medicine")
    ways: Annotated[tuple[Way, ...], Field(max_length=24)] | None = Field(
        None, description="several ways to say it, each with near, sequence, all, any or harm"
    )

    @model_validator(mode="before")
    @classmethod
    def _ways_in_a_list(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("ways"), dict):
            raise wrong("rule.ways_list")
        return value

    def _check_kind(self) -> None:
        if self.ways is None:
            super()._check_kind()
            return
        if any(getattr(self, kind) for kind in KINDS):
            raise wrong("rule.ways_or_kind")
        if len(self.ways) < 2:
            raise wrong("rule.ways_two")
        if any(way.setting for way in self.ways):
            raise wrong("rule.ways_setting")

    @property
    def suggested_name(self) -> str:
        return self.ways[0].suggested_name if self.ways else super().suggested_name

    def each_way(self, defaults: Defaults) -> Iterator[Way]:
        """The ways in which it may be said, each with all that holds for it."""
        if self.ways is None:
            yield self.with_defaults(defaults)
            return
        for way in self.ways:
            said = self.unless if "unless" in self.model_fields_set else defaults.unless
            unless = tuple(dict.fromkeys((*said, *way.unless)))
            whole = way.with_defaults(self).with_defaults(defaults)
            yield whole.model_copy(update={"unless": unless, "why": self.why or way.why})


class Defaults(Model):
    """What holds for every clause under ``when:`` that says nothing of its own."""

    within: Annotated[int, Field(ge=0, le=60)] | Literal["sentence"] = 8
    gap: Annotated[int, Field(ge=0, le=30)] = 3
    where: Place = Field(default="any", alias="in")
    unbroken: bool = False
    weight: Annotated[int, Field(ge=1, le=1000)] | None = None
    strength: Strength | None = None
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] | None = None
    needs: References = ()
    needs_below_title: bool = False
    unless: References = ()
    unless_within: Annotated[int, Field(ge=0, le=60)] | None = None


class Directions(Model):
    """Terms that turn the evidence they stand beside: arrivals, denials."""

    improving: tuple[Reference, ...] = ()
    denied: tuple[Reference, ...] = ()


class Told(Model):
    """Words that are news only by what is said of them: «المساعدات» under arriving."""

    name: Name | None = Field(None, description="what it looks for, in a word or two: aid-arrives")
    why: Text | None = Field(None, description="why it is here; for whoever reads the rule")
    of: Annotated[tuple[Reference, ...], Field(min_length=1)] = Field(
        description="the terms of which something is said"
    )
    states: Annotated[dict[State, Direction], Field(min_length=1)] = Field(
        description="what is said of them, and what that means"
    )
    where: Place = Field("any", alias="in", description="title, text, lead, any")
    weight: Annotated[int, Field(ge=1, le=1000)] | None = None
    needs: tuple[Reference, ...] = Field((), description="one of these somewhere in the entry")
    unless: tuple[Reference, ...] = Field((), description="none of these in the sentence")

    @property
    def suggested_name(self) -> str:
        """A name from its terms: `said-of-aid` of `of: [aid]`."""
        return ("said-of-" + "-".join(name.lstrip("$") for name in self.of))[:61].strip("-")


class ScopeTable(Model):
    """What it means for this signal that something ended, is asked for, cannot pass."""

    means: dict[State, Direction] = Field(
        default={},
        description="lines that differ from those of rules/matching/scope/resolve.py",
    )
    told: tuple[Told, ...] = ()
