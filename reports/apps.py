"""The read side as a Django app."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
