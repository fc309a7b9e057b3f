from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import links
from bot.links import absolute_link, canonical_link, page_link

HOSTS = st.sampled_from(["n.test", "www.n.test", "m.n.test", "N.TEST:443", "عنب.test", "m.me"])
PATHS = st.lists(st.sampled_from(["a", "amp", "b c", "أ", "%D8%A3", ""]), max_size=4)
QUERIES = st.lists(
    st.sampled_from(["id=1", "id=2", "b=", "utm_source=x", "fbclid=y", "msclkid=z", "q=x y"]),
    max_size=4,
)
LINKS = st.builds(
    lambda scheme, host, path, query, fragment: (
        f"{scheme}://{host}/{'/'.join(path)}{'?' if query else ''}{'&'.join(query)}{fragment}"
    ),
    st.sampled_from(["http", "https"]),
    HOSTS,
    PATHS,
    QUERIES,
    st.sampled_from(["", "#top"]),
)


@pytest.mark.parametrize(
    ("link", "key"),
    [
        ("https://www.n.test/a/?utm_source=x&id=3#top", "n.test/a?id=3"),
        ("http://n.test:8080/a?b=1&a=2", "n.test:8080/a?a=2&b=1"),
        ("https://m.n.test/a/amp", "m.n.test/a/amp"),
        ("https://n.test/أ", "n.test/%D8%A3"),
        ("https://n.test/a b", "n.test/a%20b"),
        ("https://n.test/?p=1&ref=x", "n.test/?p=1"),
        ("https://n.test/a?msclkid=z", "n.test/a?msclkid=z"),
        ("https://n.test/", None),
    ],
)
def test_stored_keys_of_links_stay_what_they_were(link: str, key: str | None) -> None:
    assert canonical_link(link) == (key.replace("n.test/?", "n.test?") if key else None)


PLAIN = st.builds(
    "{}://{}{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["n.test", "www.n.test", "www.www.n.test", "1.2.3.4", "a-b.uk", "n", "x.n."]),
    st.lists(
        st.sampled_from(["/", "/a", "B", "_", "-", ".", "%D8", "%41", "%d8", "~"]), max_size=8
    ).map("".join),
)


@given(PLAIN)
def test_a_plain_link_is_its_own_key_as_if_it_had_been_taken_apart(link: str) -> None:
    assert canonical_link(link) == links._taken_apart(link)


def test_nothing_is_taken_apart_in_most_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_taken_apart", None)
    for path in ("news/2026/11/28/a-b_c.html", "%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/12/"):
        assert canonical_link(f"https://www.n.test/{path}") == f"n.test/{path.rstrip('/')}"


@given(LINKS, LINKS)
def test_links_that_name_one_entry_lead_to_one_page(one: str, other: str) -> None:
    if canonical_link(one) is not None and canonical_link(one) == canonical_link(other):
        assert page_link(one) == page_link(other)


@given(LINKS)
def test_a_link_keeps_its_identity_when_it_is_made_absolute(link: str) -> None:
    absolute = absolute_link(link, "https://field.example/feed")
    assert absolute is not None
    assert canonical_link(absolute) == canonical_link(link)


@given(st.text(max_size=80))
def test_no_text_makes_a_link_fail(text: str) -> None:
    for link in (text, f"https://{text}", f"https://n.test/{text}"):
        canonical_link(link)
        page_link(link)
        absolute = absolute_link(link, "https://field.example/feed")
        assert absolute is None or " " not in absolute


def test_a_phones_version_is_the_same_page_but_another_key() -> None:
    for other in ("https://m.n.test/a", "https://n.test/a/amp", "https://n.test/a?msclkid=z"):
        assert page_link(other) == page_link("https://n.test/a")
        assert canonical_link(other) != canonical_link("https://n.test/a")
    assert page_link("https://m.me/a") == "m.me/a", "a name of two parts is no phone's version"
