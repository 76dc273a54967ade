"""``report.html``: one self-contained page that asks for nothing from elsewhere, the same bytes for the same run.

Its charts are Vega-Lite specifications, drawn by the library that the page carries (`page/assets`, packed).
"""

from __future__ import annotations

import gzip
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from bayescore.escape import html
from bayescore.report.page import closing, learning, opening, trading
from bayescore.report.page.markup import prose
from bayescore.report.page.sheaf import Sheaf

if TYPE_CHECKING:
    from bayescore.report.page.gather import PageData

NO_SCRIPT = (
    "The charts are drawn by a script within this page, which is not running here; the equity is sketched, and all "
    "tables are complete."
)


@cache
def _asset(name: str) -> bytes:
    return files("bayescore.report.page").joinpath("assets", name).read_bytes()


@cache
def _digest(content: bytes) -> str:
    return f"'sha256-{b64encode(sha256(content).digest()).decode()}'"


@cache
def _policy() -> str:
    """What the page may run: its own script, the chart library and its own style, nothing else, and no request."""
    style, script = _asset("page.css"), _asset("page.js")
    library = gzip.decompress(_asset("vega.js.gz"))
    rules = (
        "default-src 'none'",
        f"script-src {_digest(script)} {_digest(library)}",
        f"style-src {_digest(style)}",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return f'<meta http-equiv=Content-Security-Policy content="{"; ".join(rules)}">'


def render_html(data: PageData) -> str:
    """The whole page.

    Parameters
    ----------
    data
        What `bayescore.report.page.gather.gather` has read of a run.
    """
    s = data.summary
    sheaf = Sheaf(s.currency)
    body = "".join(
        (
            opening.verdict(data),
            opening.tomorrow(data),
            opening.equity(data, sheaf),
            opening.null(data, sheaf),
            trading.by_date(data, sheaf),
            trading.trades(data, sheaf),
            learning.effects(data, sheaf),
            learning.calibration(data, sheaf),
            learning.patterns(data),
            learning.regret(data, sheaf),
            closing.days(data),
            closing.settings(data),
            closing.data_section(data),
        )
    )
    title = html(f"{s.symbol} {s.run}")
    return (
        f"<!doctype html>\n<html lang=en><head><meta charset=utf-8>{_policy()}"
        f"<meta name=viewport content='width=device-width,initial-scale=1'><title>{title}</title>"
        f"<style>{_asset('page.css').decode()}</style></head><body><main>"
        f"<header><div><h1>{html(s.symbol)}: {html(s.run)}</h1><p>{prose(opening.subtitle(data))}</p></div>"
        "<button id=theme type=button class=screen title='Dark or light' hidden></button></header>"
        f"<noscript><p class=note>{NO_SCRIPT}</p></noscript><p id=unseen class=note hidden></p>"
        f"{body}<footer>Made by bayescore {html(data.version)}. Nothing here is investment advice.</footer></main>"
        f"<script type='application/json' id=charts>{sheaf.encode()}</script>"
        f"<script type='text/plain' id=library>{b64encode(_asset('vega.js.gz')).decode()}</script>"
        f"<script>{_asset('page.js').decode()}</script></body></html>\n"
    )
