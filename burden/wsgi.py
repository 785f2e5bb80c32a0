"""The web door: acts as the database role that owns nothing."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "burden.settings")
os.environ.setdefault("BURDEN_DB_ROLE", "web")

application = get_wsgi_application()

# what is loaded now stays: the collector need not walk it again in the middle of a request
gc.collect()
gc.freeze()
