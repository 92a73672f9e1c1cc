"""How many rows a comparison would need (R. J. Connor, "Sample size for testing differences in proportions for the
paired-sample design", Biometrics 43, 1987, 207-211)."""

from __future__ import annotations

import math

from mino.common.values.share import Z_95

Z_POWER = 0.8416212335729143
"""The 80 % point of the normal distribution."""
LEAST = 6
"""Of fewer pairs that differ, not even if all of them went one way would McNemar's test be significant."""


def rows_needed(became_right: float, became_wrong: float, margin: float, design_effect: float = 1.0) -> int | None:
    """The rows that would tell at 80 % power, if `became_right` and `became_wrong` (shares of the rows) stay as they
    are: either to find their difference, or, where it is below the margin, to show that it is, whichever takes fewer.

    The design effect says by how much rows of one site tell less than as many sites would. None where no row differs.
    """
    discordant, difference = became_right + became_wrong, abs(became_right - became_wrong)
    if discordant <= 0:
        return None
    spread = max(0.0, discordant - difference * difference)
    needed = []
    if difference > 0:
        reach = Z_95 * math.sqrt(discordant) + Z_POWER * math.sqrt(spread)
        needed.append((reach / difference) ** 2)
    if difference < margin:
        needed.append((Z_95 + Z_POWER) ** 2 * spread / (margin - difference) ** 2)
    if not needed:
        return None
    # The tolerance keeps rounding from asking for one row more than the formula.
    return max(LEAST, math.ceil(min(needed) * max(1.0, design_effect) - 1e-9))
