"""The table every bench prints: what, its bound, what was seen. `make bench` keeps it, and writes bench/RESULTS.md of all."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FREE = math.inf  # a figure without a bound: a reference, for comparison


@dataclass(frozen=True)
class Line:
    """One measured figure and the most it may be (at least, where `least`). Units: as `what` says."""

    what: str
    bound: float
    seen: float
    least: bool = False

    @property
    def is_bound(self) -> bool:
        return math.isfinite(self.bound)

    @property
    def holds(self) -> bool:
        return not self.is_bound or (self.seen >= self.bound if self.least else self.seen <= self.bound)


def percentile(share: float, times: Sequence[float]) -> float:
    """Return a percentile of seconds in milliseconds."""
    return sorted(times)[math.ceil(share * len(times)) - 1] * 1000


def report(title: str, lines: Sequence[Line]) -> bool:
    """Print the table, and keep it where `make bench` asks for it. Shape: whether every bound holds."""
    print(f"\n{title}")
    for line in lines:
        sign = f"{'>=' if line.least else '<='} {line.bound:>8g}" if line.is_bound else " " * 11
        verdict = "" if line.holds else "  MISSED"
        print(f"  {line.what:<84} {sign}   {line.seen:>10.2f}{verdict}", flush=True)
    if kept := os.environ.get("BENCH_KEEP"):
        rows = [asdict(line) | {"bound": line.bound if line.is_bound else None} for line in lines]
        with Path(kept).open("a", encoding="utf-8") as file:
            file.write(
                json.dumps(
                    {"title": title, "server": os.environ.get("BENCH_SERVER", ""), "lines": rows}, ensure_ascii=False
                )
                + "\n"
            )
    return all(line.holds for line in lines)
