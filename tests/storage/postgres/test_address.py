"""The address of a server is judged in one place, before anything can quote its password."""

from __future__ import annotations

import pytest

from bot.settings import SettingsInvalid, load_settings
from storage.file.errors import StorageError
from storage.postgres.address import checked, passwords_of, place_of, problem_of


@pytest.mark.parametrize(
    "wrong",
    [
        "mysql://u:secret-word@h/d",
        "secret-word",
        "postgresql://",
        "postgresql://u:secret-word%zz@h/d",
        "postgresql://u:secret-word@h",
        "postgresql://u:secret-word/@h/d",
        "postgresql://u:secret-word/@h",
        "postgresql://u:secret-word#@h/d",
        "postgresql://u:secret-word?@h/d",
        "postgresql://u:@secret-word:x@h/d",
        "postgresql://u:secret-word@h:port/d",
        "postgresql://u:p@[secret-word/d",
        "postgresql:///d?host=@secret-word",
        "postgresql://h/d?port=secret-word@",
    ],
)
def test_what_is_no_address_is_refused_in_words_that_quote_nothing_of_it(wrong: str) -> None:
    assert problem_of(wrong)
    with pytest.raises(StorageError) as failed:
        checked(wrong)
    with pytest.raises(SettingsInvalid) as refused:
        load_settings(None, database_url=wrong)
    for said in (str(failed.value), str(refused.value)):
        assert "MARSAD_DATABASE_URL" in said
        assert "secret-word" not in said


@pytest.mark.parametrize(
    ("right", "place"),
    [
        ("postgresql://marsad:p%40ss-word@db.example:5433/marsad", "db.example:5433/marsad"),
        ("postgres://u@127.0.0.1/d?sslmode=verify-full", "127.0.0.1/d"),
        ("postgresql://u@[::1]:5432/d", "[::1]:5432/d"),
        ("postgresql://u:p@pg1:5432,pg2:5433/d?target_session_attrs=read-write",
         "pg1:5432,pg2:5433/d"),
        ("postgresql://u@%2Frun%2Fpostgresql/d", "%2Frun%2Fpostgresql/d"),
        ("postgresql://u@/d?host=/run/postgresql&port=5433", "/run/postgresql/d"),
        ("postgresql:///?host=/run/postgresql&dbname=d", "/run/postgresql/d"),
    ],
)  # fmt: skip
def test_what_libpq_takes_is_taken(right: str, place: str) -> None:
    assert checked(right) == right
    assert place_of(right) == place
    assert load_settings(None, database_url=right).database_url == right


def test_a_password_is_known_as_it_is_written_and_as_it_is_meant() -> None:
    assert passwords_of("postgresql://u:se%24cret@h/d") == ("se$cret", "se%24cret")
    assert passwords_of("postgresql://u@h/d?password=other-one") == ("other-one",)
    assert passwords_of("") == passwords_of("postgresql://u:short@h/d") == ()
