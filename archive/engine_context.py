"""The situations a bar is in, as bits that parameter sets can ask for."""

from __future__ import annotations

from engine_bars import Day, Sums, ranges
from engine_space import BAND, BURST, INVALID, MOMENTUM, PATTERN, TREND, VOLUME, WINDOW, default_space
from engine_state import StateSettings

NAMES = (
    "all",
    "kill_zone",
    "pattern_setup",
    "confirmation",
    "velocity_spike",
    "volatility_differential",
    "fractal_resonance",
    "transition",
)
"""Names of bits 0 to 7; bit 16 + w is session window w."""

SESSION_BIT = 16


class ContextDetector:
    """Turns bars and their codes into context bits; 0 where there is no state."""

    def __init__(self, cfg: StateSettings, n_windows: int) -> None:
        self.cfg = cfg
        self.space = default_space(n_windows)

    def run(self, day: Day, codes: list[int]) -> list[int]:
        """Bits of every bar."""
        differential = self._volatility_differential(day)
        last_trend: int | None = None
        changed_at: int | None = None
        bits = []
        for i, code in enumerate(codes):
            if code == INVALID:
                bits.append(0)
                continue
            digits = self.space.decode(code)
            band, momentum, trend = digits[BAND], digits[MOMENTUM], digits[TREND]
            if last_trend is not None and trend != last_trend:
                changed_at = day.ts[i]
            last_trend = trend
            flags = (
                True,
                band <= 1 or band >= 5,
                digits[PATTERN] != 0,
                digits[VOLUME] == 1,
                digits[BURST] == 1,
                differential[i],
                (band >= 4 and momentum >= 3 and trend == 2) or (band <= 2 and momentum <= 1 and trend == 0),
                changed_at is not None and changed_at > day.ts[i] - self.cfg.transition_window,
            )
            bits.append(sum(1 << b for b, on in enumerate(flags) if on) | 1 << (SESSION_BIT + digits[WINDOW]))
        return bits

    def _volatility_differential(self, day: Day) -> list[bool]:
        cfg = self.cfg
        low, high = cfg.volatility_bounds
        burst_sum = Sums(ranges(day, cfg.burst_window))
        result = []
        for i in range(len(day)):
            short, long = day.window_start(i, cfg.volatility_window), day.window_start(i, cfg.long_window)
            n_short, n_long = i - short + 1, i - long + 1
            usual = burst_sum.over(long, i)
            if usual == 0:
                result.append(False)
                continue
            ratio = (float(burst_sum.over(short, i)) * float(n_long)) / (float(usual) * float(n_short))
            result.append(ratio <= low or ratio >= high)
        return result


def mask_of(text: str, window_names: list[str]) -> int:
    """Bits of ``"all"`` or of names joined by ``+``; session windows are called ``session:<name>``.

    Raises
    ------
    ValueError
        For a name that is none of them.
    """
    bits = {name: bit for bit, name in enumerate(NAMES)}
    bits |= {f"session:{w}": SESSION_BIT + k for k, w in enumerate(window_names)}
    mask = 0
    for name in text.split("+"):
        if name not in bits:
            raise ValueError(f"unknown context {name!r}; known are {', '.join(bits)}")
        mask |= 1 << bits[name]
    return mask
