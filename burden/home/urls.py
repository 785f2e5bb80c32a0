"""Routes of where a person begins."""

from django.urls import path

from burden.home import views

urlpatterns = [
    path("todo/", views.todo, name="todo"),
    path("remedies/", views.remedies, name="remedies"),
]
