"""Text from outside: nothing that a terminal obeys, nothing that turns a line, no script."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayescore.errors import UsageError
from bayescore.escape import clean_json, html, one_line, printable

HARMFUL = [
    "\x00",
    "\x07",
    "\x08",
    "\x0c",
    "\r",
    "\x1b",
    "\x7f",
    "\x85",
    "\x9b",
    "\u202e",
    "\u2066",
    "\u200f",
    "\ufeff",
]


@pytest.mark.parametrize("harmful", HARMFUL)
def test_what_a_terminal_obeys_is_substituted(harmful: str) -> None:
    assert printable(f"a{harmful}b") == "a\ufffdb"
    raw = (
        [json.dumps(f"a{harmful}b", ensure_ascii=False)] if harmful >= "\x7f" else []
    )  # JSON has no raw controls
    for text in (json.dumps(f"a{harmful}b"), *raw):
        assert json.loads(clean_json(text.encode())) == "a\ufffdb"


def test_names_of_files_that_are_no_utf8_can_be_shown() -> None:
    assert printable(b"caf\xe9".decode("utf-8", "surrogateescape")).encode() == "caf\ufffd".encode()


@given(st.text())
def test_clean_json_is_json_of_the_printable_text(text: str) -> None:
    for ascii_only in (True, False):
        try:
            content = json.dumps({text: [text]}, ensure_ascii=ascii_only).encode()
        except UnicodeEncodeError:  # a lone surrogate is no JSON
            continue
        lone = any("\ud800" <= c <= "\udfff" for c in text)
        if not lone:
            assert json.loads(clean_json(content)) == {printable(text): [printable(text)]}


@given(st.text(alphabet="\\\\u001b9bfnrt\x1b ", max_size=12))
def test_escaped_backslashes_are_not_mistaken(text: str) -> None:
    assert json.loads(clean_json(json.dumps(text).encode())) == printable(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"])))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert printable(text) == text
    content = json.dumps(text, ensure_ascii=False).encode()
    assert clean_json(content) == content


def test_markup_of_a_page() -> None:
    assert html("<script>\x1b'\"&") == "&lt;script&gt;\ufffd&#x27;&quot;&amp;"


def test_errors_are_one_line() -> None:
    assert str(UsageError("a\x1b]0;x\x07\nb\r\nc")) == "a\ufffd]0;x\ufffd b c"
    assert one_line("a\nb") == "a b"
