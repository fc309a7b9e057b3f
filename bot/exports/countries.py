"""Countries' codes of three letters, ISO 3166-1, from CLDR."""

from __future__ import annotations

from collections.abc import Mapping

from babel.core import get_global

# Of states that are no more, or have another name; CLDR keeps them beside today's codes.
_WITHDRAWN = frozenset("ZAR DDR FXX BUR TMP YMD".split())


def _alpha_3() -> dict[str, str]:
    # CLDR writes them as aliases of the codes of two letters.
    return {
        countries[0]: code
        for code, countries in get_global("territory_aliases").items()
        if len(code) == 3 and code.isalpha() and code not in _WITHDRAWN and len(countries) == 1
    }


ALPHA_3: Mapping[str, str] = _alpha_3()
"""alpha-2 → alpha-3."""
