"""Routes of goals, samples and working days."""

from django.urls import include, path

from burden.standards import views

urlpatterns = [
    path("rules/", include("burden.standards.rules.urls")),
    path("duty/import/", include("burden.standards.lists.urls")),
    path("standards/", views.standards, name="standards"),
    path("standards/sample/start/", views.sample_start, name="sample_start"),
    path("standards/sample/stop/", views.sample_stop, name="sample_stop"),
    path("standards/sample/back/", views.sample_take_back, name="sample_take_back"),
    path("standards/goal/", views.goal_set, name="goal_set"),
    path("standards/goal/drop/", views.goal_drop, name="goal_drop"),
    path("standards/days/", views.days, name="days"),
    path("standards/days/drop/", views.day_drop, name="day_drop"),
]
