"""`manage.py messages`: keep the English texts in step with the Chinese source strings, without gettext's programs."""

import io
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import templatize

SOURCES = (("burden", "*.py"), ("reports", "*.py"), ("templates", "*.html"))
PO = "burden/locale/en/LC_MESSAGES/django.po"
KEYWORDS = DEFAULT_KEYWORDS | {
    f"{name}_{kind}": DEFAULT_KEYWORDS[name]
    for name in ("gettext", "ngettext", "pgettext", "npgettext")
    for kind in ("lazy", "noop")
    if (name, kind) != ("npgettext", "noop")
}
CHURN = re.compile(
    r'^"(?:POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team|Report-Msgid).*\n', re.M
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


class Found(NamedTuple):
    """A source string. Shape: a plural pair is a tuple."""

    place: str
    text: str | tuple[str, ...]
    context: str | None


class Command(BaseCommand):
    """Extract, and on request check or compile."""

    help = "Merge the source strings into the English catalogue; --check reports, --compile writes the .mo file."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take one of the two other jobs."""
        jobs = parser.add_mutually_exclusive_group()
        jobs.add_argument("--check", action="store_true", help="exit 1 where an English text is missing or wrong")
        jobs.add_argument("--compile", action="store_true", help="write the .mo file")

    def handle(self, *, check: bool, compile: bool, **_options: Any) -> None:  # noqa: A002 – the option's name
        """Do one job."""
        path = settings.BASE_DIR / PO
        if compile:
            path.with_suffix(".mo").write_bytes(compiled(path))
        elif check:
            if found := problems(path):
                raise CommandError("\n".join(found))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written(merged(path)), encoding="utf-8")


def sources() -> Iterator[Found]:
    """Read every translatable string of the code and the templates, in a stable order."""
    for folder, pattern in SOURCES:
        for path in sorted((settings.BASE_DIR / folder).rglob(pattern)):
            text = path.read_text(encoding="utf-8")
            place = path.relative_to(settings.BASE_DIR).as_posix()
            yield from strings(place, template_calls(text, place) if path.suffix == ".html" else text)


def template_calls(text: str, place: str) -> str:
    """Turn a template into the gettext calls it makes; its indentation means nothing."""
    return "\n".join(line.strip() for line in templatize(text, origin=place).splitlines())


def strings(place: str, code: str) -> Iterator[Found]:
    """Read the strings of one file's gettext calls."""
    for _line, text, _comments, context in extract("python", io.BytesIO(code.encode()), KEYWORDS):
        yield Found(place, text, context)


def empty() -> Catalog:
    """Begin a catalogue."""
    head = "# English texts of the portal. `make messages` keeps the entries in step with the code."
    return Catalog(locale="en", charset="utf-8", fuzzy=False, project="burden-portal", version="1", header_comment=head)


def source_catalog() -> Catalog:
    """Collect the source strings."""
    catalog = empty()
    for found in sources():
        catalog.add(found.text, locations=[(found.place, 0)], context=found.context)
    return catalog


def english(path: Path) -> Catalog:
    """Read the English catalogue. Shape: empty where there is none yet."""
    if not path.exists():
        return empty()
    with path.open("rb") as file:
        return read_po(file, locale="en", charset="utf-8")


def merged(path: Path) -> Catalog:
    """Give the source strings their English texts; what no source has is dropped."""
    catalog, known = source_catalog(), english(path)
    for message in catalog:
        if message.id and (old := known.get(message.id, message.context)):
            message.string = old.string
    return catalog


def written(catalog: Catalog) -> str:
    """Write the catalogue without dates and line numbers, which would change at each run."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, omit_header=False, include_lineno=False, ignore_obsolete=True)
    return CHURN.sub("", buffer.getvalue().decode())


def compiled(path: Path) -> bytes:
    """Compile the English catalogue for gettext."""
    buffer = io.BytesIO()
    write_mo(buffer, english(path))
    return buffer.getvalue()


def problems(path: Path) -> list[str]:
    """List what is wrong with the English texts, one sentence each."""
    wanted, known = source_catalog(), english(path)
    found = [sentence for message in wanted if message.id for sentence in faults(message, known)]
    obsolete = (message for message in known if message.id and not wanted.get(message.id, message.context))
    return found + [f"no source has {message.id!r} any more: run `make messages`" for message in obsolete]


def faults(message: Message, known: Catalog) -> Iterator[str]:
    """Compare one source string with its English text."""
    where = message.locations[0][0]
    have = known.get(message.id, message.context)
    if have is None:
        yield f"{where}: {message.id!r} is not in the catalogue: run `make messages`"
        return
    for text in forms(have.string or ""):
        if not text:
            yield f"{where}: {message.id!r} has no English text"
        elif placeholders(text) != placeholders(forms(message.id)[-1]):
            yield f"{where}: {message.id!r} and its English text have different placeholders"
        elif not can_be_filled_in(text):
            yield f"{where}: the English text of {message.id!r} cannot be filled in: a per cent sign is written %%"


def can_be_filled_in(text: str) -> bool:
    """Say whether a text with names to fill in takes them. Shape: one without any is shown as it is."""
    names = re.findall(r"%\((\w+)\)", text)
    try:
        return not names or bool(text % dict.fromkeys(names, 0))
    except (TypeError, ValueError):
        return False


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    """List singular and plural of a text alike."""
    return [text] if isinstance(text, str) else list(text)


def placeholders(text: str) -> list[str]:
    """List what is filled in, in any order."""
    return sorted(PLACEHOLDER.findall(text))
