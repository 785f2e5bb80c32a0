"""Routes of units."""

from django.urls import path

from burden.units import api, views

urlpatterns = [
    path("units/", views.units, name="units"),
    path("units/<str:code>/add/", views.unit_add, name="unit_add"),
    path("units/<str:code>/rename/", views.unit_rename, name="unit_rename"),
    path("units/events/", views.unit_events, name="unit_events"),
    path("units/events/<int:pk>/undo/", views.unit_event_undo, name="unit_event_undo"),
    path("units/<str:code>/move/", views.unit_move, name="unit_move"),
    path("units/<str:code>/merge/", views.unit_merge, name="unit_merge"),
    path("units/<str:code>/split/", views.unit_split, name="unit_split"),
    path("units/<str:code>/close/", views.unit_close, name="unit_close"),
    path("api/v1/units/", api.UnitsApi.as_view(), name="api_units"),
]
