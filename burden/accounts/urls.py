"""Routes of accounts."""

from django.urls import path

from burden.accounts import api
from burden.accounts.views import importing, login, people

urlpatterns = [
    path("", login.home, name="home"),
    path("login/", login.login, name="login"),
    path("logout/", login.logout, name="logout"),
    path("password/", login.password_change, name="password_change"),
    path("in/<str:secret>/", login.login_link, name="login_link"),
    path("people/", people.people, name="people"),
    path("people/add/", people.person_add, name="person_add"),
    path("people/import/", importing.people_import, name="people_import"),
    path("people/import/store/", importing.people_import_store, name="people_import_store"),
    path("people/import/faults.csv", importing.people_import_faults, name="people_import_faults"),
    path("people/requests/", people.requests_decide, name="requests_decide"),
    path("people/requests/withdraw/", people.requests_withdraw, name="requests_withdraw"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/post/", people.post_add, name="post_add"),
    path("people/<int:pk>/switch/", people.person_switch, name="person_switch"),
    path("people/<int:pk>/link/", people.person_link, name="person_link"),
    path("people/<int:pk>/unlock/", people.person_unlock, name="person_unlock"),
    path("people/<int:pk>/tokens/", people.person_tokens, name="person_tokens"),
    path("people/posts/<int:pk>/", people.post_edit, name="post_edit"),
    path("people/posts/<int:pk>/end/", people.post_end, name="post_end"),
    path("people/units/<str:code>/end/", people.posts_end, name="posts_end"),
    path("api/v1/me/", api.Me.as_view(), name="api_me"),
]
