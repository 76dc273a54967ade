"""The locked versions of the tools are those that pyproject.toml asks for, and name no place to fetch them from."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
ASKED = [
    Requirement(line)
    for lines in (
        PROJECT["project"]["dependencies"],
        PROJECT["dependency-groups"]["dev"],
        PROJECT["dependency-groups"]["rust"],
    )
    for line in lines
]


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_what_is_asked_for_is_locked(asked: Requirement) -> None:
    pinned = [
        r
        for r in map(Requirement, LOCK.splitlines())
        if canonicalize_name(r.name) == canonicalize_name(asked.name)
    ]
    assert pinned, "make lock"
    for requirement in pinned:
        (pin,) = requirement.specifier
        assert pin.operator == "=="
        assert asked.specifier.contains(pin.version)


def test_lock_names_no_server() -> None:
    assert not re.search(r"https?:|--(?:index|extra-index|find-links)| @ ", LOCK)
