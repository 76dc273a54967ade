"""The pages that are made from the code say what the command lines take."""

from tools import make_docs


def test_the_page_of_commands_has_defaults_and_bounds() -> None:
    page = make_docs.commands()
    assert "| `--days` | `22` | Trade dates to make. (1 to 2,000) |" in page
    assert "| `--permutations` | `200` | Worlds without an edge, at most. (from 1) |" in page
