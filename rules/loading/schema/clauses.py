"""Clauses: what a text may say, where, and what that counts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

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


class Clause(Model):
    """One thing that a text may say. Exactly one of near, sequence, all, any, harm, setting."""

    name: Name | None = Field(None, description="what it looks for, in a word or two: no-medicine")
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
    unless: References = Field((), description="none of these terms or guards in the sentence")
    unless_within: Annotated[int, Field(ge=0, le=60)] | None = Field(
        None, description="unless: only within so many words of the evidence"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Clause:
        kinds = [k for k in KINDS if getattr(self, k)]
        if len(kinds) != 1:
            raise wrong("rule.one_kind")
        if kinds[0] in ("near", "sequence") and len(getattr(self, kinds[0])) < 2:
            raise wrong("rule.two_terms", kind=kinds[0])
        if "within" in self.model_fields_set and not self.near:
            raise wrong("rule.within_near")
        if self.unless_within is not None and not self.unless:
            raise wrong("rule.unless_within")
        if "gap" in self.model_fields_set and not self.sequence:
            raise wrong("rule.gap_sequence")
        if self.weight is not None and self.strength is not None:
            raise wrong("rule.weight_or_strength")
        return self

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

    def with_defaults(self, defaults: Defaults) -> Clause:
        """What the file says for all its clauses, where this one says nothing of its own."""
        given = {
            name: getattr(defaults, name)
            for name in defaults.model_fields_set - self.model_fields_set
        }
        if self.kind != "near":
            given.pop("within", None)
        if self.kind != "sequence":
            given.pop("gap", None)
        if self.weight is not None or self.strength is not None:
            given.pop("weight", None)
            given.pop("strength", None)
        return self.model_copy(update=given)

    def points(self, threshold: int) -> int:
        """What it adds to the score: the threshold, half of it when weak, twice when strong."""
        if self.weight is not None:
            return self.weight
        if self.strength == "weak":
            return (threshold + 1) // 2
        return threshold * 2 if self.strength == "strong" else threshold


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
    unless: References = ()
    unless_within: Annotated[int, Field(ge=0, le=60)] | None = None


class Directions(Model):
    """Terms that turn the evidence they stand beside: arrivals, denials."""

    improving: tuple[Reference, ...] = ()
    denied: tuple[Reference, ...] = ()


class Told(Model):
    """Words that are news only by what is said of them: «المساعدات» under arriving."""

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


class ScopeTable(Model):
    """What it means for this signal that something ended, is asked for, cannot pass."""

    means: dict[State, Direction] = Field(
        default={}, description="lines that differ from the table of rules/matching/scope/scope.py"
    )
    told: tuple[Told, ...] = ()
