"""Routes of practices."""

from django.urls import path

from burden.demands.practices import views

urlpatterns = [
    path("", views.practices, name="practices"),
    path("new/", views.practice_new, name="practice_new"),
    path("<int:pk>/", views.practice, name="practice"),
    path("<int:pk>/decide/", views.practice_decide, name="practice_decide"),
    path("<int:pk>/adopt/", views.practice_adopt, name="practice_adopt"),
    path("<int:pk>/withdraw/", views.practice_withdraw, name="practice_withdraw"),
]
