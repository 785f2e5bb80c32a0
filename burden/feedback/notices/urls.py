"""Routes of notices."""

from django.urls import path

from burden.feedback.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/new/", views.notice_new, name="notice_new"),
    path("notices/channel/", views.notice_channel, name="notice_channel"),
    path("notices/channel/drop/", views.notice_channel_drop, name="notice_channel_drop"),
    path("notices/<int:pk>/", views.notice, name="notice"),
    path("notices/<int:pk>/publish/", views.notice_publish, name="notice_publish"),
    path("notices/<int:pk>/return/", views.notice_return, name="notice_return"),
    path("notices/<int:pk>/withdraw/", views.notice_withdraw, name="notice_withdraw"),
]
