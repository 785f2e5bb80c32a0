"""`make bench`: run every bench, each in a process of its own, write bench/RESULTS.md; exit status 1 where a bound is missed.

SIZE=30M or SIZE=1M,10M says at which sizes those with sizes run; a single bench by its name, and its size where it has one.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import results

FOLDER = Path(__file__).parent
SIZES = os.environ.get("SIZE", "1M,10M").split(",")


def benches() -> list[list[str]]:
    """Name what can be run: modules that measure something, those with sizes once for each."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.py"))}
    names = [name for name, text in texts.items() if "\ndef main(" in text and name != "run"]
    sized = {name for name in names if "\nSIZED = True" in texts[name]}
    alone = [[name] for name in names if name not in sized]
    at_sizes = [[name, size] for size in SIZES for name in sorted(sized)]
    return at_sizes if "SIZE" in os.environ else [*at_sizes, *alone]


def run(name: str, *size: str) -> int:
    """Run one bench here. Shape: the exit status."""
    bench = importlib.import_module(f"bench.{name}")
    sizes = size or (("1M",) if getattr(bench, "SIZED", False) else ())
    status: int = bench.main(*sizes)
    return status


def run_all(chosen: list[list[str]]) -> int:
    """Run benches one after the other, all of them even where one fails, and keep what they saw."""
    failed = []
    with tempfile.TemporaryDirectory(prefix="burden-results-") as folder:
        kept = Path(folder) / "seen.jsonl"
        for number, words in enumerate(chosen, 1):
            print(f"\n--- {number} of {len(chosen)}: {' '.join(words)}, {time.strftime('%H:%M:%S')}", flush=True)
            environment = os.environ | {"BENCH_KEEP": str(kept)}
            if subprocess.run([sys.executable, "-m", "bench.run", *words], check=False, env=environment).returncode:
                failed.append(" ".join(words))
            results.keep(kept)
    print(
        f"\n{len(chosen) - len(failed)} of {len(chosen)} benches hold"
        + (f"; missed: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:]) if len(sys.argv) > 1 else run_all(benches()))
