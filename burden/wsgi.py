"""The web door: acts as the database role that owns nothing."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.template.loader import get_template

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "burden.settings")
os.environ.setdefault("BURDEN_DB_ROLE", "web")

application = get_wsgi_application()

# what requests need is loaded before the first: views, and pages as they are parsed
import_module(settings.ROOT_URLCONF)
PAGES = settings.BASE_DIR / "templates"
for page in PAGES.rglob("*.html"):
    get_template(str(page.relative_to(PAGES)))

# and stays: the collector need not walk it again in the middle of a request, nor look for little every few lines of a page
gc.collect()
gc.freeze()
gc.set_threshold(5_000)
