"""Settings: each is documented, each error names its variable and says what to write."""

from __future__ import annotations

from pathlib import Path

import pytest
from dotenv import dotenv_values
from pydantic import ValidationError

from bot.delivery.webhooks.receivers import receivers_of
from bot.settings import HINTS, Settings, SettingsInvalid, load_settings, variable

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "123456789:AAEhBP0av28fakefakefakefakefakefake"


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)


def problems(monkeypatch: pytest.MonkeyPatch, **environment: str) -> tuple[str, ...]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid) as refused:
        load_settings(None)
    return refused.value.problems


def test_the_example_file_documents_every_setting_and_nothing_else() -> None:
    documented = set(dotenv_values(ROOT / ".env.example"))
    assert documented == {variable(field) for field in Settings.model_fields}
    assert set(HINTS) == set(Settings.model_fields)


def test_the_example_file_can_be_used_as_it_is(tmp_path: Path) -> None:
    assert load_settings(ROOT / ".env.example") == load_settings(None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MARSAD_TELEGRAM_TOKEN", "not-a-token"),
        ("MARSAD_OPERATORS", "12,@someone"),
        ("MARSAD_OPERATORS", "9" * 25),
        ("MARSAD_RULES_DIR", "no/such/folder"),
        ("MARSAD_FEEDS_FILE", "no/such/file.yaml"),
        ("MARSAD_TELEGRAM_BASE_URL", "telegram"),
        ("MARSAD_TELEGRAM_BASE_URL", "https://[x/bot"),
        ("MARSAD_LOG_LEVEL", "loud"),
        ("MARSAD_ALLOW_PRIVATE", "10.0.0/99"),
        ("MARSAD_FIRST_POLL_HOURS", "-1"),
        ("MARSAD_RETENTION_DAYS", "soon"),
        ("MARSAD_RETENTION_DAYS", "999999999999"),
        ("MARSAD_ACTIVITY_DAYS", "999999999999"),
        ("MARSAD_NOTIFY_URLS", "nosuchservice://somewhere"),
        ("MARSAD_HEARTBEAT_URL", "ping"),
        ("MARSAD_HEARTBEAT_URL", "http://[::1"),
        ("MARSAD_HEARTBEAT_URL", "https://alarm.example:99999/x"),
        ("MARSAD_METRICS_PORT", "99999"),
        ("MARSAD_EXPORT_SENDER", "two words"),
        ("MARSAD_EXPORT_SCOPE", "secret"),
        ("MARSAD_WEBHOOK_URLS", "http://desk.example/hook"),
        ("MARSAD_WEBHOOK_SECRETS", "whsec_short"),
        ("MARSAD_WEBHOOK_LEVEL", "loud"),
        ("MARSAD_WEBHOOK_LANG", "de"),
        ("MARSAD_MORPHOLOGY_DB", "no.db"),
        ("MARSAD_TIMEZONE", "Mars/Olympus"),
    ],
)
def test_a_wrong_value_names_the_variable_and_what_to_write(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    (problem,) = problems(monkeypatch, **{name: value})
    assert problem.startswith(name)
    assert HINTS[name.removeprefix("MARSAD_").lower()] in problem


def test_all_problems_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = problems(monkeypatch, MARSAD_LOG_LEVEL="loud", MARSAD_METRICS_PORT="x")
    assert len(found) == 2


def test_a_wrong_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    (problem,) = problems(monkeypatch, MARSAD_TELEGRAM_TOKEN="12345:with spaces")
    assert "with spaces" not in problem


def test_a_misspelt_variable_is_not_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "MARSAD_OPERATORS?" in problems(monkeypatch, MARSAD_OPERATOS="1")[0]
    monkeypatch.delenv("MARSAD_OPERATOS")
    (tmp_path / ".env").write_text("MARSAD_COLOUR=blue\n", encoding="utf-8")
    with pytest.raises(SettingsInvalid, match="MARSAD_COLOUR"):
        load_settings(tmp_path / ".env")


@pytest.mark.parametrize(
    "line",
    [
        'MARSAD_TIMEZONE="Asia/Damascus',
        "MARSAD_ACCESS: open",
        "MARSAD_ACCESS",
        "export MARSAD_ACCESS=",
    ],
)
def test_a_line_that_is_no_setting_is_not_passed_over(
    tmp_path: Path, line: str, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"\xef\xbb\xbf# ours\r\nOTHER: theirs\r\n" + line.encode() + b"\r\n")
    if line.endswith("="):  # empty: the default
        assert load_settings(file).access == "invited"
        return
    with pytest.raises(SettingsInvalid) as refused:
        load_settings(file)
    assert [each.partition(": ")[0] for each in refused.value.problems] == [f"{file}:3"]
    assert "write NAME=value" in refused.value.problems[0]
    assert "dotenv" not in capfd.readouterr().err


def test_a_quote_that_is_closed_lines_below_takes_no_settings_with_it(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("MARSAD_DATA_DIR='var\nMARSAD_ACCESS='open'\n", encoding="utf-8")
    with pytest.raises(SettingsInvalid, match=r"\.env:1: is not read"):
        load_settings(file)
    file.write_text("MARSAD_DATA_DIR=MARSAD_data\nMARSAD_ACCESS='open'\n", encoding="utf-8")
    assert load_settings(file).data_dir == Path("MARSAD_data")


@pytest.mark.parametrize("kind", ["folder", "loop", "nowhere"])
def test_a_file_of_settings_that_is_none_is_not_passed_over(tmp_path: Path, kind: str) -> None:
    file = tmp_path / ".env"
    if kind == "folder":
        file.mkdir()
    else:
        file.symlink_to(file if kind == "loop" else tmp_path / "none")
    with pytest.raises(SettingsInvalid, match="is no file"):
        load_settings(file)


def test_values_are_read_as_what_they_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        f"MARSAD_TELEGRAM_TOKEN={TOKEN}\nMARSAD_OPERATORS=1, -100200،3\n"
        "MARSAD_NOTIFY_URLS=ntfy://localhost/a,b mailto://u:p@example.org?to=x@example.org\n"
        "MARSAD_ALLOW_PRIVATE=intranet,10.0.0.0/8,::1\nOTHER=ignored\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("MARSAD_LOG_LEVEL", "debug")
    settings = load_settings(tmp_path / ".env")
    assert settings.operators == (1, -100200, 3)
    assert settings.allow_private == ("intranet", "10.0.0.0/8", "::1")
    assert [url.get_secret_value()[:5] for url in settings.notify_urls] == ["ntfy:", "mailt"]
    assert settings.log_level == "DEBUG"
    assert TOKEN in settings.secrets
    assert TOKEN not in repr(settings)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        load_settings(None).log_level = "DEBUG"


def test_a_tilde_is_the_home_folder_in_every_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "rules").mkdir()
    for file in ("feeds.yaml", "full.db"):
        (tmp_path / file).touch()
    written = {
        "data_dir": "~/data",
        "marker_dir": "~/elsewhere",
        "rules_dir": "~/rules",
        "feeds_file": "~/feeds.yaml",
        "morphology_db": "~/full.db",
    }
    paths = {name for name, field in Settings.model_fields.items() if "Path" in str(field)}
    assert paths == set(written)
    for name, value in written.items():
        monkeypatch.setenv(variable(name), value)
    settings = load_settings(None)
    for name, value in written.items():
        assert getattr(settings, name) == tmp_path / value.removeprefix("~/")


def test_the_home_folder_of_nobody_is_a_wrong_value(monkeypatch: pytest.MonkeyPatch) -> None:
    (problem,) = problems(monkeypatch, MARSAD_DATA_DIR="~nosuchuser/x")
    assert problem.startswith("MARSAD_DATA_DIR")
    assert "home folder is not known" in problem


def test_each_webhook_has_a_secret_and_neither_is_ever_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    urls = "https://one.example/hook/key-of-one https://two.example/hook"
    secret = "whsec_" + "QUJD" * 10
    assert "has 0 for 2" in problems(monkeypatch, MARSAD_WEBHOOK_URLS=urls)[0]
    three = f"{secret} {secret} {secret}"
    (said,) = problems(monkeypatch, MARSAD_WEBHOOK_SECRETS=three)
    assert "has 3 for 2" in said and secret not in said
    twice = "https://one.example/hook/key-of-one https://one.example/hook/key-of-one"
    (said,) = problems(monkeypatch, MARSAD_WEBHOOK_URLS=twice, MARSAD_WEBHOOK_SECRETS=secret)
    assert "twice" in said and "key-of-one" not in said
    monkeypatch.setenv("MARSAD_WEBHOOK_URLS", urls)
    settings = load_settings(None)
    assert {secret, *urls.split()} <= set(settings.secrets)
    assert secret not in repr(settings) and "key-of-one" not in repr(settings)
    one, two = receivers_of(settings)
    assert one.secret == two.secret and one.key != two.key
    assert "key-of-one" not in repr(one) + one.name
