"""A paper as a file that offices pass on: Word, and PDF with its fonts inside.

Word names the fonts of official papers and what to take where they are missing; PDF takes the best that is installed, and
is refused where there is no Chinese font at all: empty boxes would be worse than none.
"""

from __future__ import annotations

import io
import json
import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
import xlsxwriter
from django.conf import settings
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from burden.kit.errors import Refused
from burden.kit.templatetags.show import MINUS
from reports.papers import Chart, Heading, Paper, Paragraph, Part, Table, svg

SHEET = Path(__file__).parent / "typst" / "paper.typ"
# what an official paper is set in, and what stands for it, the best first; Latin letters and digits come from the last
SONG = ["FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "STZhongsong"]
FANGSONG = ["FangSong_GB2312", "仿宋_GB2312", "FangSong", "STFangsong", "FandolFang R"]
HEI = ["SimHei", "黑体", "STHeiti"]
SERIF = ["Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "SimSun", "AR PL UMing CN", "FandolSong"]
SANS = [
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
]
WANTED = {"title": SONG + SERIF + SANS, "body": FANGSONG + SERIF + SANS, "heading": HEI + SANS + SERIF}
NAMED = {"title": "方正小标宋简体", "body": "仿宋_GB2312", "heading": "黑体"}
FIGURE = re.compile(rf"[+{MINUS}]?[\d,]+(?:\.\d+)?(?P<percent>%)?")
RED = RGBColor(0xC0, 0x26, 0x1F)
LINE = Pt(28.8)
WIDTH = 156  # mm between the margins
PT, CELL = 25.4 / 72, 4.2  # mm of a point; of a cell's margins, with its lines
HEAD = "三个字"  # of a heading stand on one line
CHART = 74  # mm of a chart beside a table, its margins included


# --- fonts ---


@lru_cache(maxsize=1)
def fonts() -> dict[str, str]:
    """Return the installed font for title, body and heading; empty where none is Chinese."""
    installed = set(_book().families())
    found = {use: next((name for name in names if name in installed), "") for use, names in WANTED.items()}
    return found if all(found.values()) else {}


@lru_cache(maxsize=1)
def _book() -> typst.Fonts:
    """Read which fonts there are: looked for once a process."""
    return typst.Fonts(font_paths=[settings.FONT_DIR] if settings.FONT_DIR else [])


# --- PDF ---


def pdf(paper: Paper) -> bytes:
    """Set a paper as PDF. Refuses: paper.no_font."""
    return typst.compile(SHEET, format="pdf", font_paths=_book(), sys_inputs=_inputs(paper))


def _inputs(paper: Paper) -> dict[str, str]:
    """Return what the sheet reads: data, never markup."""
    found = fonts()
    if not found:
        raise Refused("paper.no_font", _(
            "这台服务器上没有能用的中文字体，PDF 里会是空框，所以不生成。请管理员安装 fonts-wqy-microhei 或 fonts-noto-cjk，"
            "或者把方正小标宋、仿宋放进 FONT_DIR 指的目录；Word 文件可以照常下载"
        ))  # fmt: skip
    return {"paper": json.dumps(paper.body | {"fonts": found}, ensure_ascii=False)}


# --- Excel ---


def xlsx(paper: Paper) -> bytes:
    """Write the tables of a paper one below the other, figures as numbers."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("摘要")
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 12, 12)
    sheet.write_string(0, 0, paper.title, bold)
    sheet.write_string(1, 0, f"{paper.organ}　{paper.day}")
    row = 3
    for table in paper.tables():
        sheet.write_string(row, 0, table.caption, bold)
        for n, cells in enumerate((table.columns, *table.rows), 1):
            for i, words in enumerate(cells):
                _cell(book, sheet, row + n, i, words)
        row += len(table.rows) + 3
    sheet.write_string(row, 0, f"注：{paper.note}")
    book.close()
    return buffer.getvalue()


def _cell(book: Any, sheet: Any, row: int, column: int, words: str) -> None:
    """Write a figure as a number that looks the same, everything else as words."""
    found = FIGURE.fullmatch(words)
    if not found:
        sheet.write_string(row, column, words)
        return
    value = float(words.replace(",", "").replace(MINUS, "-").rstrip("%"))
    decimals = ".0" if "." in words else ""
    if found["percent"]:
        sheet.write_number(row, column, round(value / 100, 6), book.add_format({"num_format": f"0{decimals}%"}))
    else:
        sheet.write_number(row, column, value, book.add_format({"num_format": f"#,##0{decimals}"}))


# --- Word ---


def docx(paper: Paper) -> bytes:
    """Set a paper as a Word file; it tells of nobody who wrote it."""
    document = Document()
    _page(document, paper)
    _head(document, paper)
    for part, beside in paper.laid:
        if beside:
            _pair(document, part, beside)
        else:
            _part(document, part)
    if paper.note:
        document.paragraphs[-1].paragraph_format.keep_with_next = True  # nor does the note
        _line(document, f"注：{paper.note}", size=12, spacing=Pt(18))
    for signed in (document.paragraphs[-1], _line(document, paper.organ, align=WD_ALIGN_PARAGRAPH.RIGHT)):
        signed.paragraph_format.keep_with_next = True  # the date never stands alone on a page
    _line(document, paper.day, align=WD_ALIGN_PARAGRAPH.RIGHT)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _page(document: Any, paper: Paper) -> None:
    """Set size, margins, page number, properties, and what stands for missing fonts."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)
    document.core_properties.author = document.core_properties.last_modified_by = ""
    document.core_properties.title, document.core_properties.comments = paper.title, ""
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(foot, "— ", size=14)
    _field(foot, "PAGE")
    _run(foot, " —", size=14)
    _name_fallbacks(document)


def _field(paragraph: Any, code: str) -> None:
    """Let Word write a number."""
    run = _run(paragraph, "", size=14)
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _name_fallbacks(document: Any) -> None:
    """Say in the table of fonts what to take where one is missing."""
    named = "".join(
        f'<w:font w:name="{NAMED[use]}"><w:altName w:val="{",".join(WANTED[use])}"/><w:charset w:val="86"/></w:font>'
        for use in NAMED
    )
    for part in document.part.package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            part._blob = re.sub(rb"</w:fonts>", f"{named}</w:fonts>".encode(), part.blob)


def _head(document: Any, paper: Paper) -> None:
    """Write the red head, number, organ and day over a red line, and the title."""
    centre = WD_ALIGN_PARAGRAPH.CENTER
    _line(document, paper.head, size=40, font="title", bold=True, colour=RED, align=centre, spacing=Pt(56))
    if paper.number:
        _line(document, paper.number, align=centre)
    under = _line(document, f"{paper.organ}\t{paper.day}", size=14, spacing=None)
    under.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH), alignment=2)
    _border_below(under)
    _line(
        document, paper.title, size=22, font="title", bold=True, align=centre, spacing=Pt(36)
    ).paragraph_format.space_before = Pt(18)


def _border_below(paragraph: Any) -> None:
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "6"), ("color", "C0261F")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def _pair(document: Any, table: Part, chart: Chart) -> None:
    """Set a table and a chart beside each other, each under its caption, as the page has them."""
    _space(document.add_paragraph(), Pt(1))  # or it would be one table with the one above
    frame = document.add_table(rows=1, cols=2)
    frame.autofit = False
    halves = zip(frame.columns, frame.rows[0].cells, (table, chart), (WIDTH - CHART, CHART), strict=True)
    for column, cell, part, width in halves:
        column.width = cell.width = Mm(width)
        cell._tc.remove(cell.paragraphs[0]._p)
        _part(cell, part, width - 4)  # less its margins
        if isinstance(part, Table):
            _space(cell.paragraphs[-1], Pt(1))  # a cell has to end with one: it stands there already
    _keep_whole(frame.rows[0], repeated=False)


def _part(document: Any, part: Part, width: float = WIDTH) -> None:
    if isinstance(part, Heading):
        _line(document, part.text, font="heading", indent=True).paragraph_format.keep_with_next = True
    elif isinstance(part, Paragraph):
        _line(document, part.text, indent=True, align=WD_ALIGN_PARAGRAPH.JUSTIFY)
    else:
        caption = _line(document, part.caption, size=12, font="heading", spacing=Pt(22))
        caption.paragraph_format.keep_with_next = True
        if isinstance(part, Table):
            _table(document, part, width)
        else:
            _chart(document, part, min(width, 110))


def _table(document: Any, part: Table, width: float) -> None:
    table = document.add_table(rows=0, cols=len(part.columns))
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER if width == WIDTH else None
    size = 9 if len(part.columns) > 7 else 11
    table.autofit = False
    widths = [Mm(each) for each in _widths(part, size, width)]
    for column, each in zip(table.columns, widths, strict=True):
        column.width = each
    for n, row in enumerate((part.columns, *part.rows)):
        made = table.add_row()
        _keep_whole(made, repeated=n == 0)
        for i, (cell, words) in enumerate(zip(made.cells, row, strict=True)):
            paragraph, cell.width = cell.paragraphs[0], widths[i]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if i else WD_ALIGN_PARAGRAPH.LEFT
            paragraph.paragraph_format.keep_with_next = n < len(part.rows)
            _space(paragraph, Pt(size + 6))
            cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
            _run(paragraph, words, size=size, font="body" if n else "heading")


def _widths(part: Table, size: int, width: float) -> list[float]:
    """Give each column the room its longest words need on one line; where there is less, headings wrap first, then the longest words.

    Units: mm.
    """
    heads = [_room(words, size) for words in part.columns]
    rows = [[_room(words, size) for words in row] for row in part.rows]
    body = [max(each) for each in zip([min(head, _room(HEAD, size)) for head in heads], *rows, strict=True)]
    whole = [max(pair) for pair in zip(heads, body, strict=True)]
    if sum(whole) <= width:
        return [each + (width - sum(whole)) / len(whole) for each in whole]
    if sum(body) <= width:
        wrapped = (width - sum(body)) / (sum(whole) - sum(body))
        return [least + (most - least) * wrapped for least, most in zip(body, whole, strict=True)]
    left, given = width, [0.0] * len(body)
    for n, at in enumerate(sorted(range(len(body)), key=lambda at: body[at])):
        given[at] = min(body[at], left / (len(body) - n))
        left -= given[at]
    return given


def _room(words: str, size: int) -> float:
    """Return how wide a cell is that holds words on one line. Units: points in, mm out."""
    return sum(1.02 if unicodedata.east_asian_width(each) in "WF" else 0.55 for each in words) * size * PT + CELL


def _keep_whole(row: Any, *, repeated: bool) -> None:
    """Let a row stay on one page, and the first stand again on the next."""
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if repeated:
        properties.append(OxmlElement("w:tblHeader"))


def _chart(document: Any, part: Chart, width: float) -> None:
    paragraph = document.add_paragraph()
    _space(paragraph, None)
    source = f'#set page(width: auto, height: auto, margin: 2pt)\n#image(bytes({json.dumps(svg(part))}), format: "svg")'
    picture = typst.compile(source.encode(), format="png", ppi=288.0)
    shape = paragraph.add_run().add_picture(io.BytesIO(picture), width=Mm(width))
    properties = shape._inline.docPr
    properties.set("descr", f"{part.caption}：{part.words}")


def _line(
    document: Any,
    words: str,
    *,
    size: int = 16,
    font: str = "body",
    bold: bool = False,
    colour: RGBColor | None = None,
    align: WD_ALIGN_PARAGRAPH | None = None,
    indent: bool = False,
    spacing: Pt | None = LINE,
) -> Any:
    """Add a paragraph: exact line height, two characters in where it is text."""
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(2 * size)
    _space(paragraph, spacing)
    run = _run(paragraph, words, size=size, font=font)
    run.bold = bold or None
    if colour is not None:
        run.font.color.rgb = colour
    return paragraph


def _space(paragraph: Any, spacing: Pt | None) -> None:
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    if spacing is not None:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, spacing


def _run(paragraph: Any, words: str, *, size: int, font: str = "body") -> Any:
    run = paragraph.add_run(words)
    run.font.size, run.font.name = Pt(size), "Times New Roman"
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), NAMED[font])
    return run
