"""Routes of observers."""

from django.urls import path

from burden.oversight.observing import views

urlpatterns = [
    path("", views.observing, name="observing"),
    path("<int:pk>/", views.observation, name="observation"),
    path("<int:pk>/settle/", views.observation_settle, name="observation_settle"),
    path("<int:pk>/withdraw/", views.observation_withdraw, name="observation_withdraw"),
]
