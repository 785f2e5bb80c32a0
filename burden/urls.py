"""All routes: each room's urls.py names its own from the root, pages and API alike."""

from django.urls import include, path

urlpatterns = [
    path("", include("burden.kit.urls")),
    path("", include("burden.ledger.urls")),
    path("", include("burden.units.urls")),
    path("", include("burden.accounts.urls")),
    path("", include("burden.standards.urls")),
    path("", include("burden.demands.urls")),
    path("", include("burden.entries.urls")),
    path("", include("burden.feedback.notices.urls")),
    path("", include("burden.feedback.urls")),
    path("", include("burden.home.urls")),
    path("", include("burden.oversight.urls")),
    path("", include("burden.resources.urls")),
    path("", include("reports.urls")),
]

handler400 = "burden.kit.views.bad_request"
handler403 = "burden.kit.views.forbidden"
handler404 = "burden.kit.views.not_found"
handler500 = "burden.kit.views.server_error"
