"""`marsad migrate`: what it prints, and what it refuses in one line."""

from __future__ import annotations

import socket
import sqlite3
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.process.lock import InstanceLock
from bot.settings import Settings, variable
from tests import postgres
from tests.storage.moving.filled import fill

SECRET = "hunter2-hunter2"
runner = CliRunner()


@pytest.fixture(autouse=True)
def _desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)
    monkeypatch.chdir(tmp_path)


def marsad(*arguments: str) -> tuple[int, str]:
    result = runner.invoke(app, ["migrate", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def in_one_line(*arguments: str) -> tuple[int, str]:
    """The code and what is said, which is one line."""
    code, said = marsad(*arguments)
    assert said.count("\n") == 1 and SECRET not in said, said
    return code, said


def name_server(address: str) -> None:
    Path(".env").write_text(f"MARSAD_DATABASE_URL={address}\n", encoding="utf-8")


def make_file() -> Path:
    path = Path("var/marsad.sqlite")
    path.parent.mkdir()
    fill(path)
    return path


@pytest.mark.skipif(not postgres.ASKED, reason="no PostgreSQL is asked for")
def test_a_file_is_moved_and_its_tables_are_printed() -> None:
    path = make_file()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE entries SET summary = 'a' || char(0)")
    db.close()
    with postgres.shaped() as url:
        name_server(url)
        code, said = marsad()
        assert code == 0, said
        lines = said.splitlines()
        chats = next(line for line in lines if line.startswith("chats"))
        assert chats.split()[1:3] == ["2", "2"] and chats.endswith("same")
        entries = next(line for line in lines if line.startswith("entries"))
        assert entries.endswith("same, 1 texts with signs replaced")
        assert "DIFFERENT" not in said
        assert "1 of the texts had signs that PostgreSQL cannot store" in said
        assert "keep it as a backup" in lines[-1]
        code, said = in_one_line()
        assert code == 1 and "not empty" in said


@pytest.mark.skipif(not postgres.ASKED, reason="no PostgreSQL is asked for")
def test_a_backup_is_moved_as_well_while_the_service_runs() -> None:
    path = make_file()
    backup = path.rename("backup.sqlite")
    with postgres.shaped() as url, InstanceLock(Path("var")):
        name_server(url)
        code, said = marsad(str(backup))
        assert code == 0, said
    assert not Path("marsad.lock").exists()


def test_without_a_server_it_says_what_to_set() -> None:
    code, said = in_one_line()
    assert code == 2 and "MARSAD_DATABASE_URL" in said


def test_a_file_that_a_service_uses_is_refused() -> None:
    make_file()
    name_server(f"postgresql://marsad:{SECRET}@127.0.0.1:9/marsad")
    with InstanceLock(Path("var")):
        code, said = in_one_line()
    assert code == 3 and "already runs" in said


def test_a_missing_file_is_said_and_no_folder_is_made() -> None:
    name_server(f"postgresql://marsad:{SECRET}@127.0.0.1:9/marsad")
    code, said = in_one_line()
    assert code == 1 and "nothing to move" in said
    assert not Path("var").exists()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgresql://marsad:{}@127.0.0.1:{port}/marsad", "cannot be reached"),
        ("postgresql://marsad:{}@nosuch.invalid/marsad", "cannot be reached"),
        ("postgresql://marsad:x@{}@127.0.0.1:{port}/marsad", "%40"),
        ("postgresql://marsad:{}%zz@127.0.0.1:{port}/marsad", "%25"),
        ("mysql://marsad:{}@127.0.0.1/marsad", "postgresql://"),
        ("{}", "postgresql://"),
    ],
)
def test_an_address_that_leads_nowhere_is_said_without_its_password(
    address: str, expected: str
) -> None:
    make_file()
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        name_server(address.format(SECRET, port=taken.getsockname()[1]))
        code, said = in_one_line()
    assert code in (1, 2) and expected in said


def test_a_wrong_password_is_said_without_it() -> None:
    make_file()
    refusal = b'SFATAL\0C28P01\0Mpassword authentication failed for user "marsad"\0\0'

    def refuse() -> None:
        caller, _ = server.accept()
        with caller:
            caller.recv(1_000)
            caller.sendall(b"E" + (len(refusal) + 4).to_bytes(4, "big") + refusal)

    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = threading.Thread(target=refuse)
        answering.start()
        port = server.getsockname()[1]
        options = "sslmode=disable&gssencmode=disable"
        name_server(f"postgresql://marsad:{SECRET}@127.0.0.1:{port}/marsad?{options}")
        code, said = in_one_line()
        answering.join()
    assert code == 1 and "refuses the user" in said and "check name and password" in said
