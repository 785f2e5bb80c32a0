"""What the design promises of every template and stylesheet; reads files only."""

from __future__ import annotations

import re
from pathlib import Path

import brotli
import pytest
from django.core.files.base import ContentFile

from burden.kit.assets import HashedAssets, plain
from burden.kit.icons import ICONS

ROOT = Path(__file__).parents[1]
CSS = sorted((ROOT / "static" / "css").glob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CSS_BUDGET = 12 * 1024  # bytes after brotli, all stylesheets of a page together: docs/adr/0014
REMEDIES_BUDGET = 4 * 1024  # of these, what remedies.css may take
DEFINED = set(re.findall(r"\.([a-zA-Z][\w-]*)", "".join(path.read_text(encoding="utf-8") for path in CSS)))
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.S)
every_template = pytest.mark.parametrize("path", TEMPLATES, ids=[str(p.relative_to(ROOT)) for p in TEMPLATES])


def weight(path: Path) -> int:
    """What a browser fetches of a stylesheet: without comments. Units: bytes after brotli."""
    return len(brotli.compress(plain(path.read_bytes()), quality=11))


def sheets(path: Path) -> frozenset[str]:
    """The stylesheets of a page: its template's and those of what it extends."""
    text = path.read_text(encoding="utf-8")
    named = frozenset(re.findall(r"{% static 'css/([\w-]+\.css)' %}", text))
    above = re.search(r'{% extends "([^"]+)" %}', text)
    return named | (sheets(ROOT / "templates" / above[1]) if above else frozenset())


def test_stylesheets_of_every_page_keep_their_budget():
    weights = {path.name: weight(path) for path in CSS}
    heaviest = max(sum(weights[name] for name in sheets(path)) for path in TEMPLATES)
    assert heaviest <= CSS_BUDGET
    assert weights["remedies.css"] <= REMEDIES_BUDGET


def test_stylesheets_are_named_where_a_test_can_see_them():
    """A stylesheet that an included part brings along would be missing from the sum of its page."""
    linked = {path.name for path in TEMPLATES if 'rel="stylesheet"' in path.read_text(encoding="utf-8")}
    assert {path.name for path in TEMPLATES if path.name.startswith("_")} & linked == set()
    assert {name for path in TEMPLATES for name in sheets(path)} == {path.name for path in CSS}


def test_stylesheet_is_sent_without_comments(tmp_path: Path):
    storage = HashedAssets(location=tmp_path, base_url="/static/")
    name = storage.save("css/a.css", ContentFile(b"/* why: {a}\n   */\n.a { top: 0; } /* b */\n.c { left: 0 }"))
    assert (tmp_path / name).read_bytes() == b".a { top: 0; } .c { left: 0 }"


def test_stylesheet_under_its_hashed_name_is_whole(tmp_path: Path):
    storage = HashedAssets(location=tmp_path, base_url="/static/")
    storage.save("css/a.css", ContentFile(b"/* why */\n.a { top: 0; }"))
    assert [done for _name, _hashed, done in storage.post_process({"css/a.css": (storage, "css/a.css")})]
    assert {path.read_bytes() for path in tmp_path.glob("css/a.*css")} == {b".a { top: 0; }"}


@pytest.mark.parametrize("path", CSS, ids=[path.name for path in CSS])
def test_stylesheet_fetches_nothing(path):
    assert not re.search(r"@import|url\(", path.read_text(encoding="utf-8"))


@every_template
def test_template_has_nothing_inline(path):
    """The Content-Security-Policy would refuse it."""
    found = re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)[^>]*>", path.read_text(encoding="utf-8"))
    assert [hit for hit in found if "application/json" not in hit] == []


@every_template
def test_template_uses_known_classes(path):
    used = re.findall(r'(?<![\w-])class="([^"]*)"', TAG.sub(" ", path.read_text(encoding="utf-8")))
    unknown = {name for names in used for name in names.split() if name not in DEFINED and not name.endswith("-")}
    assert unknown == set()


@every_template
def test_template_uses_known_icons(path):
    assert set(re.findall(r'\{% icon "([^"]+)"', path.read_text(encoding="utf-8"))) <= {*ICONS, "mark"}


def test_stylesheets_define_no_class_that_nobody_uses():
    code = [*(ROOT / "static" / "js").glob("*.js"), *ROOT.glob("burden/**/*.py"), *ROOT.glob("reports/**/*.py")]
    words = set(re.findall(r"[a-zA-Z][\w-]*", "".join(path.read_text(encoding="utf-8") for path in TEMPLATES + code)))
    assert words >= DEFINED
