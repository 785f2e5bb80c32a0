"""Routes of this room."""

from django.urls import path

from burden.entries import api

urlpatterns = [
    path("api/v1/weeks/<str:day>/", api.WeekView.as_view(), name="api_week"),
]
