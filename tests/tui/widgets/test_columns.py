"""Which columns of a table fit a width: whole ones only, and each of them on some page."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bayescore_tui.widgets.columns import column_pages, whole_columns

WIDTHS = st.lists(st.integers(3, 40), min_size=2, max_size=16)


@given(WIDTHS, st.integers(10, 200), st.integers(1, 2))
def test_every_column_is_on_a_page_and_none_is_cut(widths: list[int], room: int, anchors: int) -> None:
    anchored = sum(widths[:anchors])
    pages = column_pages(widths, room, anchors)
    seen: set[int] = set()
    for first in pages:
        shown = whole_columns(widths, room, anchors, first)
        assert shown[:anchors] == tuple(range(anchors))
        behind = shown[anchors:]
        assert behind == tuple(range(first, first + len(behind)))
        # A single column that is wider than the screen has nowhere else to go.
        assert len(behind) <= 1 or anchored + sum(widths[k] for k in behind) <= room
        seen |= set(shown)
    assert seen == set(range(len(widths)))
    assert pages == sorted(set(pages))


@given(WIDTHS, st.integers(1, 2))
def test_with_room_for_all_there_is_one_page(widths: list[int], anchors: int) -> None:
    assert column_pages(widths, sum(widths), anchors) == [anchors]
    assert whole_columns(widths, sum(widths), anchors, anchors) == tuple(range(len(widths)))
