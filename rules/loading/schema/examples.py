"""Inline tests: texts that must fire or stay silent."""

from __future__ import annotations

from typing import Annotated

from pydantic import (
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from rules.loading.choices import Direction, Language
from rules.loading.schema.base import (
    Model,
    Name,
    Text,
    shape,
    wrong,
)


class Example(Model):
    """A text that must fire (or stay silent); a bare string is one too.

    ``vary`` is a text with places in braces, ``{town} بلا {medicine} منذ {number} أيام``: every
    word of a list is put in, and the answer must be the same each time. ``{town}``,
    ``{number}`` and the like are ready-made, a term's name stands for its words, and ``with``
    gives lists of one's own. A ``title`` may stand alone: many entries are no more than one.
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
        if self.text is None and self.vary is None and self.title is None:
            raise wrong("rule.no_text")
        if self.text is not None and self.vary is not None:
            raise wrong("rule.text_and_vary")
        return self


Examples = Annotated[
    tuple[
        Annotated[
            Annotated[Text, Tag("<text>")] | Annotated[Example, Tag("<mapping>")],
            Discriminator(shape),
        ],
        ...,
    ],
    Field(min_length=1),
]


class Tests(Model):
    fires: Examples
    silent: Examples
