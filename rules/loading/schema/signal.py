"""A signal's file, and an operator's short change of one."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from rules.loading.choices import Level, Status
from rules.loading.schema.base import (
    Model,
    Name,
    Reference,
    References,
    Text,
    shape,
    wrong,
)
from rules.loading.schema.clauses import (
    Clause,
    Defaults,
    Directions,
    ScopeTable,
)
from rules.loading.schema.examples import Tests
from rules.loading.schema.words import (
    ByLanguage,
    Term,
    Words,
)


class Titles(Model):
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
            raise wrong("rule.no_title")
        return self

    def filled(self) -> dict[str, str]:
        """In the three languages; another one's text where one is missing."""
        some = self.ar or self.en or self.fr or ""
        return {"ar": self.ar or some, "en": self.en or some, "fr": self.fr or self.en or some}


TermOrWords = Annotated[
    Annotated[Reference, Tag("<text>")]
    | Annotated[Words, Tag("<list>")]
    | Annotated[Term, Tag("<mapping>")],
    Discriminator(shape),
]


class LevelByDirection(Model):
    """A level for each direction; relief and denial are one lower than bad news unless said."""

    worsening: Level = "alert"
    improving: Level | None = None
    denied: Level | None = None

    @model_validator(mode="after")
    def _never_red(self) -> LevelByDirection:
        for direction in ("improving", "denied"):
            if getattr(self, direction) == "critical":
                raise wrong("rule.never_red", direction=direction)
        return self


LevelOrLevels = Annotated[
    Annotated[Level, Tag("<text>")] | Annotated[LevelByDirection, Tag("<mapping>")],
    Discriminator(shape),
]


class SignalFile(Model):
    """rules/signals/<id>.yaml"""

    id: Name
    title: Titles
    description: Titles
    status: Status = "stable"
    level: LevelOrLevels = Field("alert", description="of bad news, or one for each direction")
    sector: Text
    falsepositives: tuple[Text, ...] = ()
    terms: dict[Name, TermOrWords] = Field({})
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
    needs_if_alone: References = Field(
        (),
        description="one of these in the title or the same sentence, where a long text says it "
        "once, below its title",
    )
    named_in_passing: bool = Field(
        False,
        description="who or what it tells of is often only named beside other news: said once, "
        "below the title of another signal, it is not as loud as a title",
    )
    pushed_with: References = Field(
        (),
        description="one of these in a sentence that only names it (any:), for bad news to be "
        "pushed; else it waits for the digest",
    )
    direction: Directions = Directions()
    scope: ScopeTable = ScopeTable()
    examples: Tests | None = None
    tests: Tests | None = Field(None, description="the older name of examples:")

    @model_validator(mode="after")
    def _examples_once(self) -> SignalFile:
        if self.examples is None and self.tests is None:
            raise wrong("rule.examples_missing")
        if self.examples is not None and self.tests is not None:
            raise wrong("rule.examples_twice")
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


class Override(Model):
    """An operator's short change of a shipped rule: ``{id: siege, level: watch}``.

    The shipped file goes on being used, and updated; ``off: true`` switches it off. ``threshold``
    takes the place of the shipped one, and a sentence with words of ``unless`` counts for nothing.
    """

    id: Name
    level: LevelOrLevels | None = None
    status: Status | None = None
    threshold: Annotated[int, Field(ge=1, le=1000)] | None = None
    unless: ByLanguage | None = None
    off: bool = False

    @model_validator(mode="after")
    def _some_change(self) -> Override:
        words = self.unless is not None and (self.unless.ar or self.unless.en or self.unless.fr)
        if not (self.level or self.status or self.threshold or words or self.off):
            raise wrong("rule.override_empty")
        return self
