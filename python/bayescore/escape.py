"""Text from outside, made harmless: the one place through which every symbol, name, label and message passes.

What comes from a data file, a run's folder, the file system or the command line may hold escape sequences of a
terminal, markup, script or characters that turn the direction of a line. `printable` and `one_line` are for terminals,
`visible` for screens whose cells are counted already, `clean_json` for everything that is read as JSON, `html` for
pages. Markup of rich is not escaped but switched off where a console is made (`bayescore.report.console`).
"""

from __future__ import annotations

import re

SUBSTITUTE = "\ufffd"
"""Stands for a character that is not shown."""

# C0 and C1 controls but tab and line feed, marks that turn the direction of text, line separators, lone surrogates.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_CODES = (
    rb"00(?:0[0-8bcefBCEF]|1[0-9a-fA-F]|7[fF]|[89][0-9a-fA-F])|061[cC]|20(?:0[eEfF]|2[89a-eA-E]|6[6-9])|[fF][eE][fF][fF]"
    rb"|[fF][fF][fF][9abAB]"
)
# In JSON the same characters as escapes (an escape after an escaped backslash is none), or as they are in UTF-8.
_HARMFUL_JSON = re.compile(
    rb"(?P<before>(?<!\\)(?:\\\\)*)\\(?:u(?:" + _CODES + rb")|[bfr])"
    rb"|\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]|\xef\xbb\xbf|\xef\xbf[\xb9-\xbb]"
)


def printable(text: str) -> str:
    """The text with a substitute for each character that does something to a terminal instead of being shown."""
    return _HARMFUL.sub(SUBSTITUTE, text)


def visible(text: str) -> str:
    """The text without those characters: they have no width, so the rest stays in its place."""
    return text if text.isprintable() else _HARMFUL.sub("", text)


def one_line(text: str) -> str:
    """`printable`, and on one line."""
    return printable(" ".join(text.splitlines()) if "\n" in text or "\r" in text else text)


def clean_json(content: bytes) -> bytes:
    """JSON whose strings are `printable`; the same bytes if they were."""
    return _HARMFUL_JSON.sub(lambda m: (m["before"] or b"") + SUBSTITUTE.encode(), content)


def html(text: str) -> str:
    """The text for a page, in an element or a quoted attribute."""
    from html import escape  # which brings a table of all entities that help need not wait for

    return escape(printable(text))
