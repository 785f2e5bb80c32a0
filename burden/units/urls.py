"""Routes of units."""

from django.urls import path

from burden.units import api, views

urlpatterns = [
    path("units/", views.units, name="units"),
    path("units/<str:code>/add/", views.unit_add, name="unit_add"),
    path("units/<str:code>/rename/", views.unit_rename, name="unit_rename"),
    path("units/<str:code>/close/", views.unit_close, name="unit_close"),
    path("api/v1/units/", api.UnitsApi.as_view(), name="api_units"),
]
