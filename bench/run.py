"""`make bench`: run every bench, each in a process of its own; exit status 1 where a bound is missed."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

HELPERS = {"run", "cluster", "report", "world", "__init__"}


def benches() -> list[str]:
    """Name the modules that measure something."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in HELPERS)


def run(name: str) -> int:
    """Run one bench here. Shape: the exit status."""
    status: int = importlib.import_module(f"bench.{name}").main()
    return status


def run_all(names: list[str]) -> int:
    """Run benches one after the other; all of them, even where one fails."""
    failed = [
        name for name in names if subprocess.run([sys.executable, "-m", "bench.run", name], check=False).returncode
    ]
    print(
        f"\n{len(names) - len(failed)} of {len(names)} benches hold"
        + (f"; missed: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


if __name__ == "__main__":
    chosen = sys.argv[1:]
    sys.exit(run(chosen[0]) if len(chosen) == 1 else run_all(chosen or benches()))
