"""The URL of a database on a PostgreSQL server: what is wrong with it, its place, its password."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

SCHEMES = ("postgresql", "postgres")
# A shorter one would be looked for in every line of the log, and found in other words.
SHORTEST_PASSWORD = 6
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def problem_of(url: str) -> str | None:
    """Why it cannot be the URL of a database, without any part of it: it may hold a password."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "is not the URL of a database"
    if not url:
        return None
    if parts.scheme not in SCHEMES:
        return "is not the URL of a PostgreSQL database"
    if _ESCAPE.search(url):
        return "has a % that begins no escape (write % itself as %25)"
    if "#" in url or any(each.isspace() for each in url):
        return "has a sign that must be escaped (in a password: # is %23, a space %20)"
    if parts.path.count("/") > 1:
        return "has a / that must be escaped (in a password: %2F)"
    if not parts.path.strip("/") and "dbname" not in parse_qs(parts.query):
        return "names no database (its last part, after the host and a /)"
    return None


def place_of(url: str) -> str:
    """Host and database, as people are shown them: `db.example:5433/marsad`."""
    parts = urlsplit(url)
    asked = parse_qs(parts.query)
    host = parts.netloc.rpartition("@")[2] or ",".join(asked.get("host", ["localhost"]))
    database = unquote(parts.path.strip("/")) or asked.get("dbname", [""])[0]
    return f"{host}/{database}"


def passwords_of(url: str) -> tuple[str, ...]:
    """The password as it is written and as it is meant; () where there is none."""
    if not url:
        return ()
    parts = urlsplit(url)
    written = {parts.password or "", *parse_qs(parts.query).get("password", [])}
    known = {form for each in written for form in (each, unquote(each))}
    return tuple(sorted(each for each in known if len(each) >= SHORTEST_PASSWORD))
