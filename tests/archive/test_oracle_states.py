"""Codes and context bits: the product against the archive, bit for bit."""

import pytest
from hypothesis import given

from tests.archive import days


@days.oracle
@given(days.cases, days.state_configs())
def check_states(case, cfg):
    states = days.core_states(case, cfg)
    codes, contexts = days.archived_states(case, cfg)
    assert states.codes.tolist() == codes
    assert states.contexts.tolist() == contexts


@pytest.mark.parametrize("stream", range(20))
def test_states_and_contexts_are_identical(stream):
    days.run_stream(check_states, stream)
