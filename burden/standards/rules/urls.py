"""Routes of rules."""

from django.urls import path

from burden.standards.rules import views

urlpatterns = [
    path("", views.rules, name="rules"),
    path("new/", views.rule_new, name="rule_new"),
    path("<slug:code>/", views.rule, name="rule"),
    path("<slug:code>/edit/", views.rule_edit, name="rule_edit"),
    path("<slug:code>/confirm/", views.rule_confirm, name="rule_confirm"),
    path("<slug:code>/switch/", views.rule_switch, name="rule_switch"),
]
