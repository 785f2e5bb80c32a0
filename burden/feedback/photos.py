"""Photos of tickets: opened as pictures, drawn anew as JPEG, so that no place, device or hour stays in them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from burden.kit.errors import Refused

MOST = 3  # photos of a ticket
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
EDGE = 2_000  # pixels of the longer side, as kept
FORMATS = ("JPEG", "PNG", "WEBP")


class InMemory(MemoryFileUploadHandler):
    """Keep uploads out of the disk's temporary files, whatever their size: the whole body is limited beforehand."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True


def redraw_all(files: Sequence[UploadedFile[Any]]) -> list[bytes]:
    """Return photos drawn anew. Refuses: photo.many, and what redraw refuses."""
    if len(files) > MOST:
        raise _refused("many", _("照片最多 %(most)d 张") % {"most": MOST})
    return [redraw(file) for file in files]


def redraw(file: UploadedFile[Any]) -> bytes:
    """Return one photo as a JPEG of at most 2,000 pixels a side, with nothing beside the picture.

    Refuses: photo.large, photo.kind (no JPEG, PNG or WebP; SVG and HTML are none), photo.broken.
    """
    if (file.size or 0) > MOST_BYTES:
        raise _refused("large", _("一张照片最多 10 MB，请压小一点再传"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(file.read()), formats=FORMATS) as opened:
                return _drawn(opened)
    except UnidentifiedImageError as error:
        raise _refused("kind", _("只收照片（JPEG、PNG、WebP），这个文件不是")) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _refused("broken", _("这张照片打不开，可能坏了或者太大")) from error


def _drawn(opened: Image.Image) -> bytes:
    if opened.width * opened.height > MOST_PIXELS:
        raise ValueError("pixels")
    upright = ImageOps.exif_transpose(opened)
    upright.thumbnail((EDGE, EDGE))
    plain = Image.new("RGB", upright.size, "white")
    plain.paste(upright.convert("RGBA"), mask=upright.convert("RGBA").getchannel("A"))
    written = io.BytesIO()
    plain.save(written, "JPEG", quality=82)
    return written.getvalue()


def _refused(code: str, words: str) -> Refused:
    return Refused(f"photo.{code}", words, {"photos": words})
