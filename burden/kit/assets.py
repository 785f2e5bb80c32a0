"""Static files as browsers get them: compressed, and named by their content down to the modules a module imports."""

from django.contrib.staticfiles.storage import staticfiles_storage
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

# import { one, two } from "./other.js";
IMPORT = r"""(?P<matched>import(?P<names>\s*\{[^}]*\})\s*from\s*["'](?P<url>\.[^"']+)["'];)"""


class HashedAssets(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Let our own modules import hashed names, so that every module is cached for good and none goes stale.

    Django's own switch for this would read third-party scripts too, and stumble over their comments.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((IMPORT, 'import%(names)s from "%(url)s";'),)),
    )


def release() -> str:
    """Return what names this release's assets: other content, another name; empty where nothing was collected."""
    return str(getattr(staticfiles_storage, "manifest_hash", ""))
