"""The same paper on the page, in Word and in PDF: every figure, in order; nothing of who wrote it; no boxes for letters."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from dataclasses import replace

import pytest
import typst
from django.template.loader import render_to_string
from docx import Document

from burden.kit.errors import Refused
from reports import paper_files
from reports.papers import Chart, Heading, Paper, Paragraph, Table

PAPER = Paper(
    head="基层减负工作通报",
    number="第 10 期",
    organ="临溪县机制办",
    day="2026年11月10日",
    title="关于2026年10月基层负担情况的<通报>#1",
    parts=[
        Paragraph([("每人每周", False), ("12.5", True), ("小时，比9月减少0.8小时。", False)]),
        Heading("一、负担从哪里来"),
        Table("表1　下达单位（人时）", ["下达单位", "会议", "合计"], [["县#局", "1,296.0", "3,449.0"], ["县_局_", "0.0", "−9.8%"]]),
        Chart("图1　每人每周小时", [[40, 750], [41, None], [42, 780]]),
        Paragraph([("$x$ *与* @谁 \\ 2 件", False)]),
    ],
    note="在册674人",
)  # fmt: skip


def said_on_page() -> list[str]:
    page = render_to_string("reports/_paper.html", {"paper": PAPER})
    page = re.sub(r"<svg.*?</svg>", "", page, flags=re.S)
    blocks = re.split(
        r"</?(?:p|span|h1|h2|th|td|caption|figcaption|div|table|thead|tbody|tr|figure|article|section)\b[^>]*>", page
    )
    words = (html.unescape(re.sub(r"<[^>]*>", "", block)).strip() for block in blocks)
    return [each for each in words if each]


def said_in_word(file: bytes) -> list[str]:
    found = []
    for paragraph in Document(io.BytesIO(file)).element.body.iter():
        if paragraph.tag.endswith("}p"):
            parts = (each for each in paragraph.iter() if each.tag.endswith(("}t", "}tab")))
            found += "".join(each.text if each.tag.endswith("}t") else "\t" for each in parts).split("\t")
    return [each.strip() for each in found if each.strip()]


@pytest.fixture
def made() -> bytes:
    return paper_files.docx(PAPER)


def said_in_pdf(paper) -> list[str]:
    """Read all words that the PDF's setting says, in order."""
    source, fonts, data = str(paper_files.SHEET), paper_files._book(), paper_files._inputs(paper)
    return json.loads(typst.query(source, "<said>", field="value", font_paths=fonts, sys_inputs=data))


def test_page_word_and_pdf_say_the_same(made):
    page = said_on_page()
    assert "12.5" in "".join(page) and "3,449.0" in page and "−9.8%" in page
    assert said_in_word(made) == [*page, PAPER.day]
    assert said_in_pdf(PAPER) == [*page, PAPER.day]


def test_word_has_the_margins_of_official_papers(made):
    document = Document(io.BytesIO(made))
    section = document.sections[0]
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides] == [37, 35, 28, 26]
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]
    body = next(paragraph for paragraph in document.paragraphs if "12.5" in paragraph.text)
    assert (body.runs[0].font.size.pt, body.paragraph_format.line_spacing.pt) == (16, 28.8)


def test_last_words_of_the_text_go_with_note_and_date(made):
    """A note, or a date, that stands alone on a page looks as if something were missing, or added."""
    *_before, text, note, organ, day = Document(io.BytesIO(made)).paragraphs
    assert [each.text for each in (note, organ, day)] == [f"注：{PAPER.note}", PAPER.organ, PAPER.day]
    assert [each.paragraph_format.keep_with_next for each in (text, note, organ, day)] == [True, True, True, None]
    text = Paragraph([("满" * 27, False)])
    papers = [replace(PAPER, parts=[*[text] * n, text], note="注" * 90) for n in range(1, 9)]
    pages = [pages_of(paper) for paper in papers]
    assert [each for each in pages if each[-4] != each[-1]] == []
    assert {each[-1] for each in pages} == {1, 2}  # somewhere among these the first page is full


def pages_of(paper: Paper) -> list[int]:
    """Return on which page of the PDF each of its words begins."""
    asked = "#context [#metadata(query(<said>).map(each => each.location().page()))<pages>]"
    source = f"{paper_files.SHEET.read_text()}{asked}".encode()
    said = {"font_paths": paper_files._book(), "sys_inputs": paper_files._inputs(paper)}
    return json.loads(typst.query(source, "<pages>", field="value", **said))[0]


@pytest.mark.parametrize(("width", "size"), [(156, 9), (78, 11)])
def test_columns_have_the_room_their_words_need(width, size):
    """Figures stay on one line; headings wrap where there is less room, then the longest words."""
    rows = [["县农业农村局", "1,776.8", "−20.9%"], ["县委组织部", "1,974.2", "−15.5%"]]
    needs = [paper_files._room(max(column, key=len), size) for column in zip(*rows, strict=True)]
    roomy, tight = (
        paper_files._widths(Table("表", heads, rows), size, width)
        for heads in (["单位", "会议", "合计"], ["单位", "每人每周比第 2 季度和上年同期", "转办上级要求的占多少"])
    )
    for widths in (roomy, tight):
        assert sum(widths) == pytest.approx(width)
        assert all(given >= need for given, need in zip(widths, needs, strict=True))
    long = paper_files._widths(Table("表", ["什么事", "谁"], [["很" * 90, "县农业农村局"]]), size, width)
    assert long[1] >= paper_files._room("县农业农村局", size) and sum(long) == pytest.approx(width)


def test_word_names_fonts_and_what_stands_for_them(made):
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        body, named = (file.read(f"word/{name}.xml").decode() for name in ("document", "fontTable"))
    for font in ("方正小标宋简体", "仿宋_GB2312", "黑体"):
        assert f'w:eastAsia="{font}"' in body
        assert f'<w:font w:name="{font}"><w:altName' in named


def test_word_tells_of_nobody(made):
    properties = Document(io.BytesIO(made)).core_properties
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")


def test_word_says_the_chart_aloud(made):
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        body = file.read("word/document.xml").decode()
        pictures = [name for name in file.namelist() if name.startswith("word/media/")]
    assert len(pictures) == 1
    assert "第40周 12.5，第41周 没有数据，第42周 13.0" in body


def test_pdf_holds_its_fonts():
    file = paper_files.pdf(PAPER)
    assert file.startswith(b"%PDF-")
    assert b"/FontFile" in file or b"/ObjStm" in file
    assert len(file) > 5_000


def test_without_a_chinese_font_pdf_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(paper_files, "WANTED", {use: ["no such font"] for use in paper_files.WANTED})
    paper_files.fonts.cache_clear()
    try:
        with pytest.raises(Refused, match="没有能用的中文字体") as refused:
            paper_files.pdf(PAPER)
        assert refused.value.code == "paper.no_font"
    finally:
        monkeypatch.undo()
        paper_files.fonts.cache_clear()


def test_every_chart_has_its_place() -> None:
    table, first, second = Table("表1", ["单位"], [["甲"]]), Chart("图1", [[40, 750]]), Chart("图2", [[41, 780]])
    paper = Paper("", "", "", "", "", [table, first, second])
    assert paper.laid == [(table, first), (second, None)]
    assert [part["caption"] for part in paper.body["parts"]] == ["表1", "图1", "图2"]
