"""The table every bench prints: what, its bound, what was seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One measured figure and the most it may be (at least, where `least`). Units: as `what` says."""

    what: str
    bound: float
    seen: float
    least: bool = False

    @property
    def holds(self) -> bool:
        return self.seen >= self.bound if self.least else self.seen <= self.bound


def percentile(share: float, times: Sequence[float]) -> float:
    """Return a percentile of seconds in milliseconds."""
    return sorted(times)[math.ceil(share * len(times)) - 1] * 1000


def report(title: str, lines: Sequence[Line]) -> bool:
    """Print the table. Shape: whether every bound holds."""
    print(f"\n{title}")
    for line in lines:
        sign = ">=" if line.least else "<="
        verdict = "" if line.holds else "  MISSED"
        print(f"  {line.what:<84} {sign} {line.bound:>8g}   {line.seen:>10.2f}{verdict}", flush=True)
    return all(line.holds for line in lines)
