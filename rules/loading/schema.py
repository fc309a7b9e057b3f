"""The shape of rule files. Pydantic models; the JSON Schema for editors comes from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

Language = Literal["ar", "en", "fr"]
Direction = Literal["worsening", "improving", "denied"]
Level = Literal["info", "watch", "alert", "critical"]
Status = Literal["experimental", "test", "stable"]
State = Literal[
    "ended", "cancelled", "stopped", "restored", "opened", "arriving", "freed", "agreed", "broken",
    "obstructed", "allowed", "asked", "ordered", "failed", "warned", "denied", "negated",
    "past", "figurative", "drill",
]  # fmt: skip
"""What can be said of evidence; `rules.matching.scope` finds it."""
Place = Literal["title", "text", "lead", "any"]

MAX_WORDS = 2_000
"""Words in one list: more is a pasted dictionary, not a rule."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,60}$")]
Reference = Annotated[str, StringConstraints(pattern=r"^(not )?\$?[a-z][a-z0-9-]{0,60}$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Verb(_Model):
    """A verb by its past (he-form); ``also`` adds its noun, doer or done (participles)."""

    verb: Text
    root: Text | None = None
    form: Literal["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"] | None = None
    also: tuple[Literal["noun", "doer", "done"], ...] = ()


class Root(_Model):
    """All attested verbs, verbal nouns and participles of a root: ``{root: ح ص ر}``."""

    root: Text


class Adjective(_Model):
    """A word that agrees in gender and number, whatever its shape: ``{adj: عسير}``."""

    adj: Text


class Noun(_Model):
    """A word that never takes the feminine ending: ``{noun: معبر/معابر}``."""

    noun: Text


class Particle(_Model):
    """A word that takes only و and ف before it: ``{particle: دون}``."""

    particle: Text


class Regex(_Model):
    """A pattern for a linear-time engine (RE2), over the text as it is written."""

    regex: Text


def _shape(value: Any) -> str:
    """Which of several shapes a value is meant to be, so that errors speak of that one only."""
    if isinstance(value, dict):
        return "<mapping>"
    return "<list>" if isinstance(value, list | tuple) else "<text>"


def _word_shape(value: Any) -> str:
    if not isinstance(value, dict):
        return "<text>"
    for key in ("verb", "adj", "noun", "particle", "regex", "root"):
        if key in value:
            return f"<{key}>"
    return "<verb>"


Word = Annotated[
    Annotated[Text, Tag("<text>")]
    | Annotated[Verb, Tag("<verb>")]
    | Annotated[Root, Tag("<root>")]
    | Annotated[Adjective, Tag("<adj>")]
    | Annotated[Noun, Tag("<noun>")]
    | Annotated[Particle, Tag("<particle>")]
    | Annotated[Regex, Tag("<regex>")],
    Discriminator(_word_shape),
]
Words = Annotated[tuple[Word, ...], Field(min_length=1, max_length=MAX_WORDS)]


class ByLanguage(_Model):
    """Words by language."""

    ar: Words | None = None
    en: Words | None = None
    fr: Words | None = None


class Term(ByLanguage):
    """A named set of words and phrases.

    ``include`` joins other terms to this one. ``except`` names phrases in which the words
    mean something else («إخلاء سبيل» is no evacuation); words inside one do not count.
    """

    include: Annotated[tuple[Reference, ...], Field(min_length=1)] | None = None
    exceptions: ByLanguage | None = Field(default=None, alias="except")

    @model_validator(mode="after")
    def _not_empty(self) -> Term:
        if not (self.ar or self.en or self.fr or self.include):
            raise ValueError("has no words; give ar, en or fr, or include other terms")
        return self


class VocabularyTerm(Term):
    """A term under ``rules/vocabulary/``.

    In an operator's directory ``add`` and ``remove`` change the shipped term of that name.
    """

    note: Text | None = None
    add: ByLanguage | None = None
    remove: ByLanguage | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> VocabularyTerm:
        own = self.ar or self.en or self.fr or self.include
        changes = self.add or self.remove
        if own and changes:
            raise ValueError("has words of its own and add/remove; use one or the other")
        if not own and not changes and not self.exceptions:
            raise ValueError("has no words; give ar, en or fr, include other terms, or add/remove")
        return self


Element = Annotated[
    Annotated[Reference, Tag("<text>")]
    | Annotated[tuple[Reference, ...], Field(min_length=1), Tag("<list>")],
    Discriminator(_shape),
]
Elements = Annotated[tuple[Element, ...], Field(min_length=1, max_length=8)]
CLAUSE_KINDS = ("near", "sequence", "all", "any", "harm", "setting")


Victims = Literal["civilians", "health-workers", "people", "uncounted", "fighters"]
"""``civilians`` are said to be such; ``people`` may be anyone; ``uncounted`` are the dead and
wounded of whom only a number, or nothing, is told."""
Cause = Literal["conflict", "disaster", "accident", "crime", "illness", "unsaid"]


class HarmAsked(_Model):
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


class Clause(_Model):
    """One thing that a text may say. Exactly one of near, sequence, all, any, harm, setting."""

    name: Name | None = Field(None, description="what operators call it; /alert shows it")
    why: Text | None = Field(None, description="why it exists, for the next who edits it")
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
    direction: Direction | None = None
    needs: tuple[Reference, ...] = Field((), description="one of these somewhere in the entry")
    unless: tuple[Reference, ...] = Field((), description="none of these in the sentence")
    unless_within: Annotated[int, Field(ge=0, le=60)] | None = Field(
        None, description="unless: only within so many words of the evidence"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Clause:
        kinds = [k for k in CLAUSE_KINDS if getattr(self, k)]
        if len(kinds) != 1:
            raise ValueError(f"must have exactly one of {', '.join(CLAUSE_KINDS)}")
        if kinds[0] in ("near", "sequence") and len(getattr(self, kinds[0])) < 2:
            raise ValueError(f"{kinds[0]} needs two or more terms; for one term use any")
        if "within" in self.model_fields_set and not self.near:
            raise ValueError("within belongs to near; for sequence use gap")
        if self.unless_within is not None and not self.unless:
            raise ValueError("unless_within belongs to unless; name the terms there")
        if "gap" in self.model_fields_set and not self.sequence:
            raise ValueError("gap belongs to sequence; for near use within")
        return self


class Directions(_Model):
    """Terms that turn the evidence they stand beside: arrivals, denials."""

    improving: tuple[Reference, ...] = ()
    denied: tuple[Reference, ...] = ()


class Told(_Model):
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


class ScopeTable(_Model):
    """What it means for this signal that something ended, is asked for, cannot pass."""

    means: dict[State, Direction] = Field(
        default={}, description="lines that differ from the table of rules/matching/scope.py"
    )
    told: tuple[Told, ...] = ()


class Example(_Model):
    """A text that must fire (or stay silent); a bare string is one too."""

    text: Text
    title: Text | None = None
    direction: Direction | None = None
    lang: Language | None = None


Examples = Annotated[
    tuple[
        Annotated[
            Annotated[Text, Tag("<text>")] | Annotated[Example, Tag("<mapping>")],
            Discriminator(_shape),
        ],
        ...,
    ],
    Field(min_length=1),
]


class Tests(_Model):
    fires: Examples
    silent: Examples


class Titles(_Model):
    ar: Text
    en: Text
    fr: Text


TermOrWords = Annotated[
    Annotated[Reference, Tag("<text>")]
    | Annotated[Words, Tag("<list>")]
    | Annotated[Term, Tag("<mapping>")],
    Discriminator(_shape),
]


class LevelByDirection(_Model):
    """A level for each direction; relief and denial are one lower than bad news unless said."""

    worsening: Level = "alert"
    improving: Level | None = None
    denied: Level | None = None

    @model_validator(mode="after")
    def _never_red(self) -> LevelByDirection:
        for direction in ("improving", "denied"):
            if getattr(self, direction) == "critical":
                raise ValueError(
                    f"{direction} may not be critical: what is lifted, arrived or denied "
                    "is never red; write alert or lower"
                )
        return self


class SignalFile(_Model):
    """rules/signals/<id>.yaml"""

    id: Name
    title: Titles
    description: Titles
    status: Status = "stable"
    level: Annotated[
        Annotated[Level, Tag("<text>")] | Annotated[LevelByDirection, Tag("<mapping>")],
        Discriminator(_shape),
    ] = "alert"
    sector: Text
    falsepositives: tuple[Text, ...] = ()
    terms: dict[Name, TermOrWords] = {}
    threshold: Annotated[int, Field(ge=1, le=1000)] = 100
    when: Annotated[tuple[Clause, ...], Field(min_length=1)]
    against: tuple[Clause, ...] = ()
    unless: tuple[Reference, ...] = Field((), description="none of these in the sentence")
    unless_in_title: tuple[Reference, ...] = Field(
        (), description="an entry whose title has one of these is silent"
    )
    needs: tuple[Reference, ...] = Field((), description="one of these somewhere in the entry")
    direction: Directions = Directions()
    scope: ScopeTable = ScopeTable()
    tests: Tests

    @model_validator(mode="before")
    @classmethod
    def _one_description(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("description"), str):
            text = value["description"]
            return {**value, "description": {"ar": text, "en": text, "fr": text}}
        return value


class SwitchOff(_Model):
    """An operator's file that switches a shipped rule off: ``{id: siege, off: true}``."""

    id: Name
    off: Literal[True]
