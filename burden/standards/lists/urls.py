"""Routes of files of duty lists and plans."""

from django.urls import path

from burden.standards.lists import views

urlpatterns = [
    path("", views.list_import, name="list_import"),
    path("<int:pk>/", views.list_file, name="list_file"),
    path("<int:pk>/store/", views.list_file_store, name="list_file_store"),
    path("<int:pk>/faults/", views.list_file_faults, name="list_file_faults"),
]
