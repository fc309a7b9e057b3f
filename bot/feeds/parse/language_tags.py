"""Language tags as feeds write them. Pure."""

from __future__ import annotations

import re


def language_tag(value: object) -> str | None:
    """The primary subtag in lower case: "ar-SY" -> "ar"."""
    found = re.match(r"\s*([A-Za-z]{2,3})(?![A-Za-z])", value) if isinstance(value, str) else None
    return found[1].lower() if found else None
