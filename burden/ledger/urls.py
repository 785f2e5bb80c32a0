"""Routes of the ledger."""

from django.urls import path

from burden.ledger import health, views

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("audit/", views.audit, name="audit"),
]
