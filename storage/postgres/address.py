"""The address of a PostgreSQL database: what is wrong with it, its place, its password.

It is judged before the driver sees it, whose errors may quote what it takes for a host: that may be
a piece of a password. Nothing here needs the driver.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from storage.file.errors import StorageError

EXAMPLE = "postgresql://USER:PASSWORD@HOST:5432/DATABASE"
SCHEMES = ("postgresql", "postgres")
# A shorter one would be looked for in every line of the log, and found in other words.
SHORTEST_PASSWORD = 6
ESCAPES = "in a password, signs such as @ : / ? # % are written as %40 %3A %2F %3F %23 %25"
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
# A name, a number, or a folder of a socket with its «/» escaped; [ ] around one of IPv6.
_HOST = re.compile(r"([\w.%-]*|\[[0-9A-Fa-f:.%]+\])(:\d*)?")
_HOSTS_ASKED = re.compile(r"[\w.:/,-]*")


def problem_of(url: str) -> str | None:
    """Why it cannot be the address of a database, without any part of it; None when it can be."""
    try:
        parts = urlsplit(url)
        asked = parse_qs(parts.query)
    except ValueError:
        return "is not the URL of a database"
    if parts.scheme not in SCHEMES or (not parts.netloc and not asked.get("host")):
        return "is not the URL of a PostgreSQL database"
    if _ESCAPE.search(url):
        return "has a % that begins no escape (write % itself as %25)"
    if "#" in url or any(each.isspace() for each in url):
        return "has a sign that must be escaped (in a password: # is %23, a space %20)"
    # A password with «/» in it ends the host there: what is left looks like a name.
    if parts.path.count("/") > 1 or "@" in parts.path:
        return "has a / that must be escaped (in a password: %2F)"
    login, _, at = parts.netloc.rpartition("@")
    if "@" in login:
        return "has an @ that must be escaped (in a password: %40)"
    hosts = at.split(",")
    other = {*asked.get("host", []), *asked.get("port", [])}
    if not all(map(_HOST.fullmatch, hosts)) or not all(map(_HOSTS_ASKED.fullmatch, other)):
        return f"names no host that can be one ({ESCAPES})"
    if not parts.path.strip("/") and "dbname" not in asked:
        return "names no database (its last part, after the host and a /)"
    return None


def checked(url: str) -> str:
    """The address, if it can be one. Raises StorageError, which quotes nothing of it."""
    if problem := problem_of(url):
        raise _refusal(f"MARSAD_DATABASE_URL {problem}: write {EXAMPLE}")
    return url


def unreadable() -> StorageError:
    """For what the driver cannot read, without its words."""
    return _refusal(f"MARSAD_DATABASE_URL cannot be read: write {EXAMPLE}; {ESCAPES}")


def _refusal(words: str) -> StorageError:
    # Settings judge an address at each start, also of commands that open no database.
    from storage.file.errors import StorageError

    return StorageError(words)


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
