"""Evidence: cells stay where they are through additions, losses and files."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.choosing.evidence import CELLS, UNTRIED, Evidence, keys, unseen
from bayescore.choosing.judgement import Record, standing
from bayescore.design.factors import join, rows_of, size
from bayescore.errors import UsageError
from tests.choosing import tables

FIXED = 4


class Ledger:
    """The same by a dictionary: candidate and date to a cell."""

    def __init__(self):
        self.cells, self.dates, self.pool = {}, [], list(range(FIXED))

    def rows(self, name):
        blank = {"net": 0, "trades": UNTRIED, "gross_sq": 0}[name]
        return [[self.cells.get((c, d), {}).get(name, blank) for c in self.pool] for d in self.dates]


# An evening: how many candidates come, on how many of the last days they ran, which of the pool stay.
evenings = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 9), st.integers(0, 2**32 - 1)), min_size=1, max_size=9
)


def run(steps, window, files=None):
    """Evidence and ledger after some evenings; what each evening saves is put into `files`."""
    found, ledger = Evidence(tables.sets(FIXED), FIXED), Ledger()
    for index, (coming, tried_on, seed) in enumerate(steps):
        rng, date = np.random.default_rng(seed), f"day {index}"
        today = tables.cells(len(found), rng)
        found.add_day(date, today)
        ledger.dates.append(date)
        for k, c in enumerate(ledger.pool):
            ledger.cells[c, date] = {name: int(today[name][k]) for name in CELLS}
        found.forget(window)
        ledger.dates = ledger.dates[-window:]
        if coming:
            days = min(tried_on, len(found.dates))
            new = tables.cells((days, coming), rng)
            first = found.next_id
            found.add_candidates(tables.sets(coming, seed + 1), new)
            ledger.pool += range(first, first + coming)
            for d, on in enumerate(ledger.dates[-days:]):
                for k in range(coming):
                    ledger.cells[first + k, on] = {name: int(new[name][d, k]) for name in CELLS}
        kept = np.flatnonzero(rng.random(len(found)) < 0.7)
        found.keep(kept)
        ledger.pool = [c for k, c in enumerate(ledger.pool) if k < FIXED or k in kept]
        if files is not None:
            pool = {name: column.copy() for name, column in found.pool().items()}
            files.append((date, pool, found.new_cells(), found.tried, found.next_id))
    return found, ledger


@settings(deadline=None)
@given(evenings, st.integers(2, 6))
def test_every_cell_is_where_it_was_put(steps, window):
    found, ledger = run(steps, window)
    assert found.dates == ledger.dates
    assert found.ids.tolist() == ledger.pool
    for name, matrix in (("net", found.net), ("trades", found.trades), ("gross_sq", found.squares)):
        assert matrix.tolist() == ledger.rows(name)
    assert found.known.tolist() == [[t != UNTRIED for t in row] for row in ledger.rows("trades")]
    assert size(found.table) == len(ledger.pool) == len(found)


@settings(deadline=None)
@given(evenings, st.integers(2, 6), evenings)
def test_what_is_saved_each_evening_gives_the_evidence_back(steps, window, later):
    files = []
    found, _ = run(steps, window, files)
    again = Evidence(tables.sets(FIXED), FIXED)
    _, pool, _, tried, next_id = files[-1]
    again.restore(pool, [(date, cells) for date, _, cells, _, _ in files[-window:]], tried, next_id)
    assert again.ids.tolist() == found.ids.tolist()
    assert again.dates == found.dates
    assert keys(again.table) == keys(found.table)
    for a, b in zip(
        (again.net, again.trades, again.squares), (found.net, found.trades, found.squares), strict=True
    ):
        assert a.tolist() == b.tolist()
    assert (again.tried, again.next_id) == (found.tried, found.next_id)
    # It goes on alike, to the bit.
    rng = np.random.default_rng(len(later))
    today = tables.cells(len(found), rng)
    for e in (found, again):
        e.add_day("tomorrow", today)
    for x, y in zip(standing(found, 3.0, 2.0), standing(again, 3.0, 2.0), strict=True):
        assert x.tobytes() == y.tobytes()
    first, second = found.new_cells(), again.new_cells()
    assert all((first[name] == second[name]).all() for name in first)


def test_sums_over_many_days_are_the_same_bits_live_and_restored():
    """Eight days and more are summed in another order where memory is laid out otherwise."""
    files, steps = [], [(5, 20, seed) for seed in range(20)]
    found, _ = run(steps, 20, files)
    again = Evidence(tables.sets(FIXED), FIXED)
    _, pool, _, tried, next_id = files[-1]
    again.restore(pool, [(date, cells) for date, _, cells, _, _ in files], tried, next_id)
    for half_life in (2.0, 7.0, 30.0):
        for a, b in zip(standing(found, half_life, 4.48), standing(again, half_life, 4.48), strict=True):
            assert a.tobytes() == b.tobytes()


@settings(deadline=None)
@given(evenings, st.integers(2, 6))
def test_what_is_derived_is_that_of_the_evidence_as_it_is(steps, window):
    """Whatever changes the evidence, a standing asked for before does not outlive it."""
    evidence = Evidence(tables.sets(FIXED), FIXED)

    for index, (coming, tried_on, seed) in enumerate(steps):
        rng = np.random.default_rng(seed)
        days = min(tried_on, len(evidence.dates) + 1, window)
        for change in (
            lambda rng=rng, index=index: evidence.add_day(f"day {index}", tables.cells(len(evidence), rng)),
            lambda: evidence.forget(window),
            lambda rng=rng, coming=coming, seed=seed, days=days: evidence.add_candidates(
                tables.sets(coming + 1, seed + 1), tables.cells((days, coming + 1), rng)
            ),
            lambda rng=rng: evidence.keep(np.flatnonzero(rng.random(len(evidence)) < 0.7)),
        ):
            standing(evidence, 3.0, 2.0)
            change()
            fresh = Record.of_cells(evidence.table, evidence.cells).standing(3.0, 2.0)
            for x, y in zip(standing(evidence, 3.0, 2.0), fresh, strict=True):
                assert x.tobytes() == y.tobytes()
            assert evidence.keys() == keys(evidence.table)


def test_fixed_candidates_are_never_given_up():
    found = tables.evidence(3, 9, fixed=FIXED)
    found.keep(np.array([7], np.intp))
    assert found.ids.tolist() == [0, 1, 2, 3, 7]


def test_numbers_are_given_once():
    found = tables.evidence(2, 6, fixed=FIXED)
    found.keep(np.array([], np.intp))
    found.add_candidates(tables.sets(2, seed=9), tables.cells((2, 2), np.random.default_rng(0)))
    assert found.ids.tolist() == [0, 1, 2, 3, 6, 7]


def test_wrong_shapes_are_refused():
    found = tables.evidence(2, 6)
    rng = np.random.default_rng(0)
    with pytest.raises(UsageError, match="5 results for 6"):
        found.add_day("x", tables.cells(5, rng))
    for shape in ((3, 2), (1, 3)):
        with pytest.raises(UsageError, match="2 candidates and 2 days"):
            found.add_candidates(tables.sets(2), tables.cells(shape, rng))
    assert len(found) == 6


def test_sets_are_found_by_all_their_values():
    found = tables.evidence(1, 12)
    for row in range(12):
        assert found.row_of(rows_of(found.table, [row])) == row
    for name in found.table:
        other = rows_of(found.table, [5])
        other[name] = other[name] + 1
        assert found.row_of(other) is None, name


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), max_size=12), st.lists(st.integers(0, 9), min_size=1, max_size=5))
def test_unseen_sets_are_new_and_told_once(drawn, known):
    pool = tables.sets(10)
    new = unseen(rows_of(pool, drawn), keys(rows_of(pool, known)))
    expected = list(dict.fromkeys(d for d in drawn if d not in known))
    assert keys(new) == keys(rows_of(pool, expected))
    assert size(join([new, rows_of(pool, known)])) == len(expected) + len(known)
