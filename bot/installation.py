"""That there was a database here before, so that a missing one is never a silent new beginning.

A disk that is not mounted leaves an empty folder, or none: a note inside the data directory would
be gone with it. So there are two notes, one beside the database and one outside the data
directory: in MARSAD_MARKER_DIR, else in the folder that systemd gives (StateDirectory=), else in
the user's own folder for state.
"""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import CannotGoOn
from storage.file.files import make_folder
from storage.file.presence import has_database

if TYPE_CHECKING:
    from bot.settings import Settings

MARKER = "marsad.installed"

log = logging.getLogger(__name__)


class DatabaseMissing(CannotGoOn):
    """There was a database, and it is missing or empty."""

    def __init__(self, database_file: Path, marker: Path) -> None:
        super().__init__(
            f"The database «{database_file}» is missing or empty, but there was one ({marker} "
            "says so), and Marsad does not begin anew by itself: nobody would be subscribed.\n"
            f"- Is the disk of «{database_file.parent}» mounted? Mount it and start again.\n"
            "- Is the database lost? Put back a backup: marsad restore FILE\n"
            "- Shall all be forgotten (chats, alerts, what was read)? Say so: marsad begin-anew",
            exit_code=1,
        )


def markers(settings: Settings) -> tuple[Path, ...]:
    """Where the notes are, whether they are there or not."""
    inside = settings.data_dir / MARKER
    outside = _outside(settings.marker_dir)
    if outside is None:
        return (inside,)
    # One folder may hold the notes of several installations.
    name = hashlib.sha256(os.fsencode(settings.data_dir.absolute())).hexdigest()[:16]
    return (inside, outside / f"{name}.{MARKER}")


def require_database(settings: Settings) -> None:
    """Raises DatabaseMissing when there was a database and there is none now.

    Of a database on a server the server knows: it must have been made there.
    """
    if settings.database_url or has_database(settings.database_file):
        return
    for marker in markers(settings):
        if _is_there(marker):
            raise DatabaseMissing(settings.database_file, marker)


def require_made_database(settings: Settings) -> None:
    """For what only reads: where nothing was ever stored, "no alerts" would be a false comfort.

    Raises DatabaseMissing as `require_database`, and CannotGoOn where there never was one.
    """
    require_database(settings)
    if not settings.database_url and not has_database(settings.database_file):
        raise CannotGoOn(
            f"{settings.database_file}: no database there yet. Correct MARSAD_DATA_DIR, or let "
            "`marsad run` or `marsad poll` make one"
        )


def note_installation(settings: Settings) -> None:
    """Leave the notes, now that there is a database. What cannot be written is said."""
    if settings.database_url:
        return
    words = f"A database of Marsad's is in {settings.data_dir.absolute()}\n"
    found = markers(settings)
    for marker in found:
        if _is_there(marker):
            continue
        try:
            make_folder(marker.parent)
            marker.write_text(words, encoding="utf-8")
        except OSError as error:
            log.warning("installation: %s cannot be written (%s)", marker, error.strerror)
    if not any(_is_there(marker) for marker in found[1:]):
        log.warning(
            "installation: nothing outside %s says that there is a database: if its disk is not "
            "mounted some day, Marsad begins anew; set MARSAD_MARKER_DIR to a folder elsewhere",
            settings.data_dir,
        )


def require_file(settings: Settings, instead: str) -> None:
    """Raises CannotGoOn, with what to do instead, where the database is on a server."""
    if settings.database_url:
        raise CannotGoOn(
            f"The database is on a server ({settings.database_name}), and this command is for a "
            f"file: {instead}"
        )


def begin_anew(settings: Settings) -> tuple[Path, ...]:
    """Forget that there was a database; returns the notes that went. One that is there stays.

    Raises CannotGoOn when there is a database, or a note cannot be removed.
    """
    require_file(settings, "to begin anew, make an empty database there and name that one")
    if has_database(settings.database_file):
        raise CannotGoOn(
            f"There is a database at «{settings.database_file}»: nothing was changed. To begin "
            "without it, stop the service and move it away first."
        )
    gone = []
    for marker in markers(settings):
        try:
            marker.unlink()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise CannotGoOn(f"{marker} cannot be removed: {error.strerror}") from error
        gone.append(marker)
    return tuple(gone)


def _outside(chosen: Path | None) -> Path | None:
    if chosen is not None:
        return chosen
    # systemd: absolute paths with colons between.
    if given := os.environ.get("STATE_DIRECTORY", "").partition(":")[0]:
        return Path(given)
    if (state := os.environ.get("XDG_STATE_HOME", "")).startswith("/"):
        return Path(state) / "marsad"
    try:
        return Path.home() / ".local" / "state" / "marsad"
    except RuntimeError:  # a user without a home
        return None


def _is_there(marker: Path) -> bool:
    try:
        return marker.is_file()
    except OSError:  # a folder that this user may not look into
        return False
