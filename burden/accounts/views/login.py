"""Login, logout, passwords, one-time links, and the way home."""

from __future__ import annotations

from allauth.account.internal.flows.logout import logout as allauth_logout
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from burden.accounts import services
from burden.accounts.actor import Actor
from burden.accounts.demo import demo_accounts
from burden.accounts.forms import ChangePasswordForm, LoginForm, NewPasswordForm
from burden.accounts.roles import PRECEDENCE, Role
from burden.kit import clock
from burden.kit.access import ActedRequest, access, public
from burden.kit.errors import Refused
from burden.kit.forms import show_refusal

HOMES = {Role.CADRE: "week", Role.AUDITOR: "audit"}  # everybody else begins with what waits


@public()
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Lead each role to its own page; without login to the login page."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        return redirect("login")
    if actor.main is None:
        return render(request, "accounts/no_post.html")
    return redirect(HOMES.get(Role(actor.main.role), "todo"))


@public(methods=("GET", "POST"))
@never_cache
@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponse:
    """Log in by user name and password. The answer to a wrong name and to a wrong password is the same."""
    target = _next(request)
    if request.actor is not None:  # type: ignore[attr-defined]
        return redirect(target)
    form = LoginForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        return form.login(request, redirect_url=target)
    status = 429 if request.method == "POST" and form.locked else 200
    demo = demo_accounts() if settings.DEMO else []
    context = {"form": form, "next": target, "demo": demo, "organiser": settings.PORTAL_ORGANISER}
    return render(request, "accounts/login.html", context, status=status)


def _next(request: HttpRequest) -> str:
    """Return where to go after login; an address outside the portal becomes the way home."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"


@public(methods=("POST",))
def logout(request: HttpRequest) -> HttpResponse:
    """Log out on this device."""
    services.record_logout(by=request.actor, now=clock.now())  # type: ignore[attr-defined]
    allauth_logout(request)
    return redirect("login")


@access(*PRECEDENCE, methods=("GET", "POST"))
@never_cache
@sensitive_post_parameters("old", "password", "again")
def password_change(request: ActedRequest) -> HttpResponse:
    """Change one's own password; this device stays logged in, the others do not."""
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _change_password(request, form):
        messages.success(request, _("密码改好了；别的设备要重新登录"))
        return redirect("home")
    return render(request, "accounts/password_change.html", {"form": form})


def _change_password(request: ActedRequest, form: ChangePasswordForm) -> bool:
    actor = request.actor
    if not ratelimit.consume(request, action="change_password", user=actor.user):
        form.add_error(None, _("试得太快了，过一分钟再试"))
        return False
    old, new = form.cleaned_data["old"], form.cleaned_data["password"]
    try:
        services.change_password(by=actor, old=old, password=new, now=clock.now())
    except Refused as refused:
        show_refusal(form, refused)
        return False
    update_session_auth_hash(request, actor.user)
    return True


@public(methods=("GET", "POST"))
@never_cache
@sensitive_post_parameters("password", "again")
def login_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Set a password with a one-time link. Opening the page spends nothing: mail scanners and previews open links too."""
    holder = services.link_holder(secret=secret, now=clock.now())
    if holder is None:
        return render(request, "accounts/login_link.html", {"holder": None}, status=410)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_password_by_link(secret=secret, password=form.cleaned_data["password"], now=clock.now())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("密码设好了，用它登录"))
            return redirect("login")
    return render(request, "accounts/login_link.html", {"form": form, "holder": holder})
