"""Routes of what units have, ask for, and are helped with."""

from django.urls import path

from burden.resources.views import capacity, guides, support

urlpatterns = [
    path("resources/", capacity.resources, name="resources"),
    path("resources/import/", capacity.capacity_import, name="capacity_import"),
    path("resources/import/store/", capacity.capacity_store, name="capacity_store"),
    path("resources/import/drop/", capacity.capacity_drop, name="capacity_drop"),
    path("support/", support.support, name="support"),
    path("support/ask/", support.support_ask, name="support_ask"),
    path("support/offer/", support.support_offer, name="support_offer"),
    path("support/<int:pk>/", support.support_request, name="support_request"),
    path("support/<int:pk>/answer/", support.support_answer, name="support_answer"),
    path("guides/", guides.guides, name="guides"),
    path("guides/<int:pk>/", guides.guide, name="guide"),
    path("demands/<int:pk>/guides/", guides.guide_new, name="guide_new"),
    path("demands/<int:pk>/training/", guides.training_mark, name="training_mark"),
    path("demands/targets/<int:pk>/guides/", guides.target_guides, name="target_guides"),
]
