"""Tables as the core gives them: one numpy column a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Columns = dict[str, "NDArray[Any]"]


def concat_columns(parts: Sequence[Columns]) -> Columns:
    """Join tables of equal columns, in order."""
    return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
