"""Routes of this room."""

from django.urls import path

from burden.kit import api, views

urlpatterns = [
    path("api/schema/", api.schema, name="schema"),
    path("display/", views.display, name="display"),
    path("language/", views.set_language, name="set_language"),
    path("sw.js", views.service_worker, name="service_worker"),
]
