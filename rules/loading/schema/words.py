"""Words, phrases and the terms that hold them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from rules.loading.schema.base import (
    MAX_WORDS,
    Model,
    Reference,
    Text,
    wrong,
)


class Verb(Model):
    """A verb by its past (he-form); ``also`` adds its noun, doer or done (participles)."""

    verb: Text
    root: Text | None = None
    form: Literal["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"] | None = None
    also: tuple[Literal["noun", "doer", "done"], ...] = ()


class Root(Model):
    """All attested verbs, verbal nouns and participles of a root: ``{root: ح ص ر}``."""

    root: Text


class Adjective(Model):
    """A word that agrees in gender and number, whatever its shape: ``{adj: عسير}``."""

    adj: Text


class Noun(Model):
    """A word that never takes the feminine ending: ``{noun: معبر/معابر}``."""

    noun: Text


class Particle(Model):
    """A word that takes only و and ف before it: ``{particle: دون}``."""

    particle: Text


class Regex(Model):
    """A pattern for a linear-time engine (RE2), over the text as it is written."""

    regex: Text


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


class ByLanguage(Model):
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
            raise wrong("rule.term_empty")
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
            raise wrong("rule.own_and_add")
        if not own and not changes and not self.exceptions:
            raise wrong("rule.vocabulary_empty")
        return self
