"""Signatures are those of Standard Webhooks, over any body."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.webhooks import signing
from bot.process.webhook_addresses import address_problem, secret_bytes

PAGE = Path(__file__).parents[4] / "docs" / "webhooks.md"
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
ARABIC = st.text(st.characters(min_codepoint=0x600, max_codepoint=0x6FF), max_size=200)


@pytest.fixture(scope="module")
def is_genuine() -> Callable[..., bool]:
    """The example of the page for receivers, as they would copy it."""
    found = re.search(r"```python\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    names: dict[str, Any] = {}
    exec(compile(found[1], str(PAGE), "exec"), names)  # noqa: S102 our own page
    example: Callable[..., bool] = names["is_genuine"]
    return example


def test_a_signature_is_that_of_the_standards_example() -> None:
    # https://docs.svix.com/receiving/verifying-payloads/how-manual
    made = signing.headers(
        secret_bytes("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(body=ARABIC | st.text(max_size=200), uid=st.text("0123456789abcdef", min_size=1))
def test_the_pages_example_believes_what_is_ours_and_nothing_else(
    is_genuine: Callable[..., bool], body: str, uid: str
) -> None:
    now, raw = int(time.time()), body.encode("utf-8", "surrogatepass")
    headers = signing.headers(secret_bytes(SECRET), f"msg_{uid}", now, raw)
    assert is_genuine(headers, raw, SECRET)
    assert not is_genuine(headers, raw + b" ", SECRET)
    assert not is_genuine(headers | {"webhook-id": "msg_other"}, raw, SECRET)
    assert not is_genuine(headers, raw, "whsec_" + base64.b64encode(bytes(32)).decode())
    old = signing.headers(secret_bytes(SECRET), f"msg_{uid}", now - 600, raw)
    assert not is_genuine(old, raw, SECRET), "what was caught and is sent again"


@pytest.mark.parametrize(
    ("url", "allowed", "good"),
    [
        ("https://desk.example/hook?key=1", (), True),
        ("https://10.0.0.5/hook", (), True),
        ("http://127.0.0.1:8000/hook", (), True),
        ("http://[::1]:8000/hook", (), True),
        ("http://localhost/hook", (), True),
        ("http://desk.example/hook", (), False),
        ("http://127.0.0.1.evil.example/", (), False),
        ("http://10.0.0.5/hook", (), False),
        ("http://10.0.0.5/hook", ("10.0.0.0/8",), True),
        ("http://desk.intranet/hook", ("Desk.Intranet",), True),
        ("http://other.intranet/hook", ("desk.intranet", "10.0.0.0/8"), False),
        ("https://user:word@desk.example/hook", (), False),
        ("ftp://desk.example/hook", (), False),
        ("https:///hook", (), False),
        ("https://desk.example:99999/", (), False),
        ("https://[desk/", (), False),
    ],
)
def test_what_is_sent_is_encrypted_unless_an_operator_says_so(
    url: str, allowed: tuple[str, ...], good: bool
) -> None:
    assert (address_problem(url, allowed) is None) is good


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_****", "whsec_c2hvcnQ=", "مرصد"])
def test_a_secret_that_can_be_guessed_is_refused(secret: str) -> None:
    with pytest.raises(ValueError) as refused:
        secret_bytes(secret)
    assert not secret or secret not in str(refused.value)
