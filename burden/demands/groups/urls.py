"""Routes of groups."""

from django.urls import path

from burden.demands.groups import views

urlpatterns = [
    path("", views.groups, name="groups"),
    path("edit/", views.group_edit, name="group_edit"),
]
