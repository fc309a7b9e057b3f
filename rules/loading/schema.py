"""The shape of rule files. Pydantic models; the JSON Schema for editors comes from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)
from pydantic_core import PydanticCustomError

from rules.texts import message

Language = Literal["ar", "en", "fr"]
Direction = Literal["worsening", "improving", "denied"]
Level = Literal["info", "watch", "alert", "critical"]
Status = Literal["experimental", "test", "stable"]
State = Literal[
    "ended", "eased", "cancelled", "stopped", "restored", "opened", "arriving", "freed", "agreed",
    "broken", "obstructed", "allowed", "asked", "ordered", "failed", "warned", "denied", "negated",
    "past", "figurative", "drill",
]  # fmt: skip
"""What can be said of evidence; `rules.matching.scope` finds it."""
Place = Literal["title", "text", "lead", "any"]
Strength = Literal["strong", "normal", "weak"]
Kind = Literal["near", "sequence", "all", "any", "harm", "setting"]
KINDS: tuple[Kind, ...] = get_args(Kind)

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


def _wrong(key: str, **values: str | int) -> PydanticCustomError:
    """A finding of ours: its type is the key of its text in ``rules/locales``."""
    return PydanticCustomError(key, "{text}", {"text": message(key, **values).text(), **values})


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
            raise _wrong("rule.term_empty")
        return self


class VocabularyTerm(Term):
    """A term under ``rules/vocabulary/``.

    In an operator's directory ``add`` and ``remove`` change the shipped term of that name;
    ``replace: true`` says that its words are meant to give way to the ones here.
    """

    note: Text | None = None
    add: ByLanguage | None = None
    remove: ByLanguage | None = None
    replace: bool = False

    @model_validator(mode="after")
    def _not_empty(self) -> VocabularyTerm:
        own = self.ar or self.en or self.fr or self.include
        changes = self.add or self.remove
        if own and changes:
            raise _wrong("rule.own_and_add")
        if not own and not changes and not self.exceptions:
            raise _wrong("rule.vocabulary_empty")
        return self


Element = Annotated[
    Annotated[Reference, Tag("<text>")]
    | Annotated[tuple[Reference, ...], Field(min_length=1), Tag("<list>")],
    Discriminator(_shape),
]
Elements = Annotated[tuple[Element, ...], Field(min_length=1, max_length=8)]


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
            raise _wrong("rule.one_kind")
        if kinds[0] in ("near", "sequence") and len(getattr(self, kinds[0])) < 2:
            raise _wrong("rule.two_terms", kind=kinds[0])
        if "within" in self.model_fields_set and not self.near:
            raise _wrong("rule.within_near")
        if self.unless_within is not None and not self.unless:
            raise _wrong("rule.unless_within")
        if "gap" in self.model_fields_set and not self.sequence:
            raise _wrong("rule.gap_sequence")
        if self.weight is not None and self.strength is not None:
            raise _wrong("rule.weight_or_strength")
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


class Defaults(_Model):
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
    """A text that must fire (or stay silent); a bare string is one too.

    ``vary`` is a text with places in braces, ``{town} بلا {medicine} منذ {number} أيام``: every
    word of a list is put in, and the answer must be the same each time. ``{town}``,
    ``{number}`` and the like are ready-made, a term's name stands for its words, and ``with``
    gives lists of one's own.
    """

    text: Text | None = None
    vary: Text | None = None
    lists: dict[Name, Annotated[tuple[Text, ...], Field(min_length=1, max_length=100)]] = Field(
        default_factory=dict, alias="with"
    )
    title: Text | None = None
    direction: Direction | None = None
    lang: Language | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Example:
        if self.text is None and self.vary is None:
            raise _wrong("rule.no_text")
        if self.text is not None and self.vary is not None:
            raise _wrong("rule.text_and_vary")
        return self


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
    """A text by language. A rule that ships has all three; an operator's what the desk reads."""

    ar: Text | None = None
    en: Text | None = None
    fr: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_for_all(cls, value: Any) -> Any:
        return {"ar": value, "en": value, "fr": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _some_text(self) -> Titles:
        if not (self.ar or self.en or self.fr):
            raise _wrong("rule.no_title")
        return self

    def filled(self) -> dict[str, str]:
        """In the three languages; another one's text where one is missing."""
        some = self.ar or self.en or self.fr or ""
        return {"ar": self.ar or some, "en": self.en or some, "fr": self.fr or self.en or some}


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
                raise _wrong("rule.never_red", direction=direction)
        return self


LevelOrLevels = Annotated[
    Annotated[Level, Tag("<text>")] | Annotated[LevelByDirection, Tag("<mapping>")],
    Discriminator(_shape),
]


class SignalFile(_Model):
    """rules/signals/<id>.yaml"""

    id: Name
    title: Titles
    description: Titles
    status: Status = "stable"
    level: LevelOrLevels = Field("alert", description="of bad news, or one for each direction")
    sector: Text
    falsepositives: tuple[Text, ...] = ()
    terms: dict[Name, TermOrWords] = {}
    guards: dict[Name, Annotated[References, Field(min_length=1)]] = Field(
        {}, description="named lists of terms for unless:"
    )
    defaults: Defaults = Field(Defaults(), description="for every clause under when:")
    threshold: Annotated[int, Field(ge=1, le=1000)] = 100
    when: Annotated[tuple[Clause, ...], Field(min_length=1)]
    against: tuple[Clause, ...] = ()
    unless: References = Field((), description="none of these terms or guards in the sentence")
    unless_in_title: References = Field(
        (), description="an entry whose title has one of these is silent"
    )
    needs: References = Field((), description="one of these somewhere in the entry")
    direction: Directions = Directions()
    scope: ScopeTable = ScopeTable()
    examples: Tests | None = None
    tests: Tests | None = Field(None, description="the older name of examples:")

    @model_validator(mode="after")
    def _examples_once(self) -> SignalFile:
        if self.examples is None and self.tests is None:
            raise _wrong("rule.examples_missing")
        if self.examples is not None and self.tests is not None:
            raise _wrong("rule.examples_twice")
        return self

    @property
    def tried(self) -> Tests:
        """The examples, under whichever name they stand."""
        tests = self.examples or self.tests
        assert tests is not None  # noqa: S101 - the validator above
        return tests

    @property
    def new_form(self) -> bool:
        """Whether it is written in the form that came after 0.1.0."""
        return self.examples is not None


class Override(_Model):
    """An operator's short change of a shipped rule: ``{id: siege, level: watch}``.

    The shipped file goes on being used, and updated; ``off: true`` switches it off.
    """

    id: Name
    level: LevelOrLevels | None = None
    status: Status | None = None
    off: bool = False

    @model_validator(mode="after")
    def _some_change(self) -> Override:
        if self.level is None and self.status is None and not self.off:
            raise _wrong("rule.override_empty")
        return self
