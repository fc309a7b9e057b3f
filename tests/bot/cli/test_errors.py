"""What a user can mend is said in a line, with its exit code; everything else is a bug."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from bot import errors
from bot.errors import CannotGoOn, ending
from bot.feeds.opml import OpmlInvalid
from bot.feeds.problems import CatalogueInvalid, said
from bot.process.lock import AlreadyRunning
from bot.process.memory import MemoryLimits, is_tight, too_little
from bot.settings import SettingsInvalid
from rules import RulesInvalid
from storage.file.errors import (
    StorageBusy,
    StorageDamaged,
    StorageError,
    StorageFull,
    StorageTooNew,
)

MENDABLE = [
    (CannotGoOn("stop it"), 1),
    (CannotGoOn("token refused", exit_code=3), 3),
    (SettingsInvalid(("MARSAD_X is wrong",)), 2),
    (AlreadyRunning(Path("var"), 7), 3),
    (CatalogueInvalid(()), 1),
    (OpmlInvalid(said("opml_empty")), 1),
    (RulesInvalid(()), 1),
    (StorageError("closed"), 1),
    (StorageBusy("busy"), 1),
    (StorageFull("full"), 1),
    (StorageDamaged("damaged"), 1),
    (StorageTooNew("too new"), 1),
]


@pytest.mark.parametrize(("error", "code"), MENDABLE)
def test_each_error_of_the_tree_ends_with_its_code_and_its_words(
    error: Exception, code: int
) -> None:
    end = ending(error)
    assert end is not None
    assert (end.message, end.exit_code) == (str(error), code)


def test_the_tree_in_the_docstring_names_every_error_in_it() -> None:
    for error, _ in MENDABLE:
        assert type(error).__name__ in str(errors.__doc__)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "memory"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "memory"),
        (RuntimeError("can't start new thread"), "memory"),
        (ImportError("x.so: failed to map segment from shared object"), "memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "TMPDIR"),
        (OSError(errno.ENOSPC, "No space left on device", "/srv/x"), "«/srv/x»"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "no room"),
        (OSError(errno.EMFILE, "Too many open files"), "ulimit -n"),
        (PermissionError(errno.EACCES, "Permission denied", "feeds.yaml"), "«feeds.yaml» may not"),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "var"), "«var» is a folder: name a"),
        (FileNotFoundError(errno.ENOENT, "No such file", b"a\xff"), "«a\udcff» is not there"),
        (FileExistsError(errno.EEXIST, "File exists", "a.opml"), "name a file that is not"),
        (OSError(errno.EROFS, "Read-only file system", "a"), "only be read"),
        (OSError(errno.EIO, "Input/output error"), "the disk reports an error"),
        (OSError(errno.EXDEV, "Invalid cross-device link", "a"), "«a» cannot be used (Invalid"),
        (ExceptionGroup("tasks", [MemoryError(), MemoryError()]), "memory"),
    ],
)
def test_what_the_machine_cannot_give_is_said_in_one_line(error: Exception, said: str) -> None:
    end = ending(error)
    assert end is not None and said in end.message and "\n" not in end.message
    assert end.exit_code == 1


@pytest.mark.parametrize(
    "error",
    [
        KeyError("x"),
        RuntimeError("x"),
        OSError(errno.EBADF, "Bad file descriptor"),
        ExceptionGroup("tasks", [MemoryError(), KeyError("x")]),
    ],
)
def test_a_bug_is_no_fault_of_the_machine(error: Exception) -> None:
    assert ending(error) is None


def test_a_limit_on_memory_is_judged_before_anything_is_loaded() -> None:
    assert too_little(MemoryLimits(None, None)) is None
    assert too_little(MemoryLimits(None, 2_000_000_000)) is None
    assert "ulimit" in str(too_little(MemoryLimits(None, 150_000_000)))
    assert is_tight(MemoryLimits(200_000_000, None))
    assert not is_tight(MemoryLimits(800_000_000, None))
