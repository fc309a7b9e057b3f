"""`marsad people`, and the code of the first operator, over a real database."""

from __future__ import annotations

import asyncio
import io
import stat
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.clock import utc_now
from bot.errors import CannotGoOn
from bot.installation import note_installation
from bot.process import first_operator
from bot.settings import Settings, load_settings, variable
from bot.wiring.from_settings import FIRST_CODE, _readers
from storage.opening import open_database
from storage.readers import people

runner = CliRunner()


@pytest.fixture(autouse=True)
def _desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MARSAD_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("MARSAD_OPERATORS", "900")


def marsad(*arguments: str) -> tuple[int, str]:
    done = runner.invoke(app, ["people", *arguments])
    said = str(done.exception) if isinstance(done.exception, CannotGoOn) else ""
    return done.exit_code, done.output + said


def test_an_invitation_is_a_line_and_with_the_bots_name_a_link() -> None:
    code, said = marsad("invite", "analyst", "--days", "3", "--bot", "@marsad_bot")
    assert code == 0
    line = next(each for each in said.splitlines() if each.startswith("/start inv-"))
    assert f"https://t.me/marsad_bot?start={line.split()[1]}" in said
    assert "(analyst), good for 3 days" in said
    assert "Nobody was let in" in marsad("list")[1]


@pytest.mark.parametrize("command", ["list", "remove 12", "key 12", "sign-out 12"])
def test_a_folder_without_a_database_is_no_answer_about_people(command: str) -> None:
    code, said = marsad(*command.split())
    assert code == 1 and "no database there yet" in said
    assert not load_settings().data_dir.exists()


def test_what_is_wrong_is_said_and_changes_nothing() -> None:
    assert marsad("invite")[0] == 0
    for arguments, words in (
        (("invite", "king"), "no role"),
        (("remove", "900"), "MARSAD_OPERATORS"),
        (("remove", "12"), "nobody has the id"),
        (("remove", "9" * 25), "less than or equal"),
        (("key", "9" * 25), "less than or equal"),
        (("sign-out", "9" * 25), "less than or equal"),
        (("invite", "viewer", "--bot", "a b"), "no name of a bot"),
        (("invite", "viewer", "--bot", "https://evil.example"), "no name of a bot"),
    ):
        code, said = marsad(*arguments)
        assert code != 0, arguments
        assert words in said, arguments
    assert marsad("invite", "viewer", "--days", "0")[0] != 0


def test_the_first_code_is_for_its_owners_eyes_and_never_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    left = tmp_path / first_operator.FILE
    left.write_text("old")
    left.chmod(0o666)
    first_operator.hand_over(tmp_path, "inv-secret")
    assert left.read_text() == "/start inv-secret\n"
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
    assert "inv-secret" not in caplog.text
    assert str(left) in caplog.text
    first_operator.withdraw(tmp_path)
    first_operator.withdraw(tmp_path)
    assert not left.exists()


def test_the_first_code_makes_the_folder_that_a_server_did_without(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first_operator.hand_over(folder, "inv-secret")
    assert (folder / first_operator.FILE).exists()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_link_in_the_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / first_operator.FILE).symlink_to(other)
    first_operator.hand_over(tmp_path, "inv-secret")
    assert other.read_text() == "mine"


def test_the_first_code_is_shown_on_a_terminal_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        first_operator.hand_over(tmp_path, "inv-secret")
        assert ("inv-secret" in stream.getvalue()) is shown


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotGoOn, match="cannot be written"):
        first_operator.hand_over(tmp_path / "file" / "data", "inv-secret")


def test_a_start_without_an_operator_leaves_a_code_that_works_and_one_with_takes_it_away(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.setenv("MARSAD_TELEGRAM_TOKEN", "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    monkeypatch.setenv("MARSAD_OPERATORS", "")
    settings = load_settings()
    now = utc_now()
    left = settings.data_dir / first_operator.FILE

    async def run() -> None:
        database = await open_database(settings.database_file)
        start = partial(_readers, settings=settings, now=now)
        try:
            await database.write(start)
            payload = left.read_text().split()[1]
            late = now + FIRST_CODE
            assert not await database.write(lambda db: people.accept(db, payload, 7, "x", late))
            made = await database.write(lambda db: people.accept(db, payload, 7, "x", now))
            assert made is not None
            assert made.role == "operator"
            assert not await database.write(lambda db: people.accept(db, payload, 8, "y", now))
            assert payload not in caplog.text
            await database.write(start)
            assert not left.exists()
        finally:
            await database.close()

    asyncio.run(run())


def test_a_lost_database_is_not_made_anew_by_a_look_at_people() -> None:
    settings = load_settings()
    assert marsad("invite")[0] == 0
    note_installation(settings)
    settings.database_file.unlink()
    for arguments in (("list",), ("invite",), ("remove", "12")):
        code, said = marsad(*arguments)
        assert code == 1, arguments
        assert "is missing or empty" in said
    assert not settings.database_file.exists()


def test_a_key_for_programs_is_for_analysts_and_ends_with_its_person() -> None:
    assert marsad("invite")[0] == 0
    _let_in(7, "viewer")
    _let_in(8, "analyst")
    code, said = marsad("key", "7")
    assert code != 0 and "no analyst or operator" in said
    assert "Good for" not in said
    code, said = marsad("key", "8", "--days", "30")
    assert code == 0 and "Good for 30 days" in said
    assert len(said.split("Authorization: Bearer ")[1].strip()) > 40
    assert "1 sessions and keys ended" in marsad("sign-out", "8")[1]


def _let_in(person_id: int, role: str) -> None:
    now = utc_now()

    async def run() -> None:
        database = await open_database(load_settings().database_file)
        payload = await database.write(
            lambda db: people.invite(db, role, now + timedelta(days=1), now)
        )
        await database.write(lambda db: people.accept(db, payload, person_id, "x", now))
        await database.close()

    asyncio.run(run())
