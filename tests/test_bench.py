"""What `make bench` keeps: the newest run of each bench, its bounds, and how figures grow."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import report, results, run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, file in (("KEPT", "results.json"), ("PAGE", "RESULTS.md"), ("CHART", "growth.svg")):
        monkeypatch.setattr(results, name, tmp_path / file)
    monkeypatch.setenv("BENCH_KEEP", str(tmp_path / "seen"))
    monkeypatch.setenv("BENCH_SERVER", "18.4")
    return tmp_path


def bench(folder: Path, size: str, seen: float) -> bool:
    """Let a bench report, and its run be kept."""
    lines = [report.Line("one stale key, ms", 10, seen), report.Line("seconds", report.FREE, 3)]
    held = report.report(f"rollup at {size}: {size} entries", lines)
    results.keep(folder / "seen")
    return held


def test_newest_run_of_each_bench_is_kept(folder: Path) -> None:
    assert not bench(folder, "1M", 12)
    assert bench(folder, "10M", 5)
    assert bench(folder, "1M", 4)
    page = (folder / "RESULTS.md").read_text(encoding="utf-8")
    assert "Missed bounds: none." in page
    assert "| one stale key, ms | ≤ 10 | 4.00 |  |" in page
    assert "| seconds |  | 3.00 |  |" in page
    assert "PostgreSQL 18.4" in page
    assert len(json.loads((folder / "results.json").read_text(encoding="utf-8"))) == 2


def test_missed_bound_is_named_first(folder: Path) -> None:
    bench(folder, "1M", 12)
    page = (folder / "RESULTS.md").read_text(encoding="utf-8")
    assert "- rollup at 1M: one stale key, ms" in page
    assert "| one stale key, ms | ≤ 10 | 12.00 | **missed** |" in page


def test_growth_is_drawn_over_size(folder: Path) -> None:
    for size, seen in (("1M", 2), ("10M", 4), ("30M", 8)):
        bench(folder, size, seen)
    drawn = ElementTree.fromstring((folder / "growth.svg").read_text(encoding="utf-8"))
    assert len(drawn.findall(".//{http://www.w3.org/2000/svg}circle")) == 3


def test_line_without_a_bound_always_holds() -> None:
    assert report.Line("", report.FREE, 1e9).holds
    assert report.Line("", 5, 6, least=True).holds
    assert not report.Line("", 5, 4, least=True).holds


def test_benches_with_sizes_run_at_each() -> None:
    found = run.benches()
    assert [words for words in found if words[0] == "rollup"] == [["rollup", size] for size in run.SIZES]
    assert {"drift", "province", "filing", "demands", "duplicates", "review", "dashboard"} <= {
        words[0] for words in found
    }
