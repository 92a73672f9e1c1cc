"""What a wrong value looks like beside the truth: the shape of a failure. Pure, and of bounded time for any cell."""

from analytics.patterns.shapes.cells import failure_of
from analytics.patterns.shapes.kinds import Failure, FailureType, Shape

__all__ = ["Failure", "FailureType", "Shape", "failure_of"]
