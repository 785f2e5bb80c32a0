"""Routes of adaptations."""

from django.urls import path

from burden.demands.adaptations import views

urlpatterns = [
    path("", views.adaptations, name="adaptations"),
    path("new/", views.adaptation_new, name="adaptation_new"),
    path("<int:pk>/", views.adaptation, name="adaptation"),
    path("<int:pk>/ask/", views.adaptation_ask, name="adaptation_ask"),
    path("<int:pk>/opinion/", views.adaptation_opinion, name="adaptation_opinion"),
    path("<int:pk>/decide/", views.adaptation_decide, name="adaptation_decide"),
    path("<int:pk>/join/", views.adaptation_join, name="adaptation_join"),
    path("<int:pk>/withdraw/", views.adaptation_withdraw, name="adaptation_withdraw"),
]
