"""The fields of a state code, how a code is put together, and the coarser states a state belongs to.

A code is a mixed-radix number of its fields. The *chain* names the fields of each level of the brain from the
finest (leaf) to the coarsest; the root, one state for everything, comes after it. Levels are numbered from
the root: 0 root, 1 coarsest, …, last = leaf.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from math import prod

INVALID = 65535
"""Code of a bar that has no state."""

BAND, MOMENTUM, TREND, VOLUME, BURST, WINDOW, PATTERN = range(7)


@dataclass(frozen=True)
class Field:
    """One digit of the code. Turning prices over turns the levels of a mirrored field round."""

    name: str
    levels: int
    mirrored: bool = False


@dataclass(frozen=True)
class StateSpace:
    """Fields in the order of the code and the chain of the brain."""

    fields: tuple[Field, ...]
    chain: tuple[tuple[str, ...], ...]

    def encode(self, digits: list[int] | tuple[int, ...]) -> int:
        """Code of these levels, one for each field."""
        code = 0
        for field, digit in zip(self.fields, digits, strict=True):
            code = code * field.levels + digit
        return code

    def decode(self, code: int) -> list[int]:
        """Levels of a code, one for each field."""
        digits = []
        for field in reversed(self.fields):
            code, digit = divmod(code, field.levels)
            digits.append(digit)
        return digits[::-1]

    @cached_property
    def size(self) -> int:
        """Number of codes."""
        return prod(f.levels for f in self.fields)

    @cached_property
    def levels(self) -> tuple[tuple[Field, ...], ...]:
        """Fields of each level of the brain, root first."""
        by_name = {f.name: f for f in self.fields}
        return ((), *(tuple(by_name[name] for name in names) for names in reversed(self.chain)))

    @property
    def leaf_level(self) -> int:
        """Number of the finest level."""
        return len(self.levels) - 1

    def states(self, level: int) -> int:
        """Number of states of a level."""
        return prod(f.levels for f in self.levels[level])

    def digits_of_state(self, level: int, state: int) -> dict[str, int]:
        """Field levels of a state of a level, by name."""
        digits: dict[str, int] = {}
        for field in reversed(self.levels[level]):
            state, digits[field.name] = divmod(state, field.levels)
        return digits

    def state_of_digits(self, level: int, digits: dict[str, int]) -> int:
        """State of a level that has these field levels; fields it does not know are left out."""
        state = 0
        for field in self.levels[level]:
            state = state * field.levels + digits[field.name]
        return state

    def state_of_code(self, level: int, code: int) -> int:
        """State of a level that a full code belongs to."""
        names = (f.name for f in self.fields)
        return self.state_of_digits(level, dict(zip(names, self.decode(code), strict=True)))

    @cached_property
    def parents(self) -> list[list[int]]:
        """For each level and state the state of the next coarser level that it belongs to; none for the root."""
        return [[]] + [
            [
                self.state_of_digits(level - 1, self.digits_of_state(level, state))
                for state in range(self.states(level))
            ]
            for level in range(1, len(self.levels))
        ]

    @cached_property
    def mirrors(self) -> list[list[int]]:
        """For each level and state the same state seen with prices turned over."""
        return [
            [self._mirror(level, state) for state in range(self.states(level))]
            for level in range(len(self.levels))
        ]

    def _mirror(self, level: int, state: int) -> int:
        digits = self.digits_of_state(level, state)
        for field in self.levels[level]:
            if field.mirrored:
                digits[field.name] = field.levels - 1 - digits[field.name]
        return self.state_of_digits(level, digits)

    @cached_property
    def reversion_sides(self) -> list[int]:
        """For each leaf the side against an outer band: +1 below, −1 above, 0 inside or without such a field."""
        return [self._reversion_side(self.digits_of_state(self.leaf_level, s)) for s in range(self.leaves)]

    @cached_property
    def drive_sides(self) -> list[int]:
        """For each leaf the side with extreme momentum when volume confirms; 0 otherwise."""
        return [self._drive_side(self.digits_of_state(self.leaf_level, s)) for s in range(self.leaves)]

    @property
    def leaves(self) -> int:
        """Number of states of the finest level."""
        return self.states(self.leaf_level)

    def _reversion_side(self, digits: dict[str, int]) -> int:
        band = digits.get("band")
        if band is None:
            return 0
        return 1 if band <= 1 else -1 if band >= 5 else 0

    def _drive_side(self, digits: dict[str, int]) -> int:
        if "momentum" not in digits or digits.get("volume") != 1:
            return 0
        outermost = next(f.levels for f in self.fields if f.name == "momentum") - 1
        return 1 if digits["momentum"] == outermost else -1 if digits["momentum"] == 0 else 0


@cache
def default_space(n_windows: int) -> StateSpace:
    """Give the space of the built-in features for an instrument with so many session windows."""
    leaf = ("band", "momentum", "trend", "volume", "burst")
    return StateSpace(
        (
            Field("band", 7, mirrored=True),
            Field("momentum", 5, mirrored=True),
            Field("trend", 3, mirrored=True),
            Field("volume", 2),
            Field("burst", 2),
            Field("window", n_windows),
            Field("pattern", 4),
        ),
        (leaf, ("band", "momentum", "trend"), ("band", "trend")),
    )
