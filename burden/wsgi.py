"""The web door: acts as the database role that owns nothing."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "burden.settings")
os.environ.setdefault("BURDEN_DB_ROLE", "web")

application = get_wsgi_application()
