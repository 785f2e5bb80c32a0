"""Routes of this room."""

from django.urls import path

from burden.entries import api, views

urlpatterns = [
    path("week/", views.week, name="week"),
    path("week/suggestions/", views.week_suggestions, name="week_suggestions"),
    path("week/<str:day>/", views.week_of, name="week_of"),
    path("year/", views.year, name="year"),
    path("year/file/", views.year_file, name="year_file"),
    path("api/v1/weeks/<str:day>/", api.WeekView.as_view(), name="api_week"),
]
