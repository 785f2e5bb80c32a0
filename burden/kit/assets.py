"""Static files as browsers get them: compressed, and named by their content down to the modules a module imports."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile, File
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

# import { one, two } from "./other.js";
IMPORT = r"""(?P<matched>import(?P<names>\s*\{[^}]*\})\s*from\s*["'](?P<url>\.[^"']+)["'];)"""
COMMENT = re.compile(rb"/\*.*?\*/\s*", re.DOTALL)


class HashedAssets(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Let our own modules import hashed names, so that every module is cached for good and none goes stale.

    Django's own switch for this would read third-party scripts too, and stumble over their comments.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((IMPORT, 'import%(names)s from "%(url)s";'),)),
    )

    def _save(self, name: str, content: File[Any]) -> str:
        """Keep a stylesheet without its comments: they are for who reads the source, and an eighth of what is sent."""
        if name.startswith("css/") and name.endswith(".css"):
            content.seek(0)  # it was read already where its name tells its content
            content = ContentFile(plain(content.read()))
        return str(super()._save(name, content))


def plain(css: bytes) -> bytes:
    """Take the comments out of a stylesheet."""
    return COMMENT.sub(b"", css)


def release() -> str:
    """Return what names this release's assets: other content, another name; empty where nothing was collected."""
    return str(getattr(staticfiles_storage, "manifest_hash", ""))
