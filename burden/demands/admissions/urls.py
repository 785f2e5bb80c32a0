"""Routes of admissions."""

from django.urls import path

from burden.demands.admissions import views

urlpatterns = [
    path("", views.admissions, name="admissions"),
    path("new/", views.admission_new, name="admission_new"),
    path("<int:pk>/", views.admission, name="admission"),
    path("<int:pk>/decide/", views.admission_decide, name="admission_decide"),
    path("<int:pk>/withdraw/", views.admission_withdraw, name="admission_withdraw"),
]
