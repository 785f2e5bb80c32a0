"""Routes of this room."""

from django.urls import path

from burden.units import api

urlpatterns = [path("api/v1/units/", api.UnitsApi.as_view(), name="api_units")]
