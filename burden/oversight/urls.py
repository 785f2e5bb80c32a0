"""Routes of this room."""

from django.urls import include, path

from burden.oversight.views import board, findings, orders

urlpatterns = [
    path("observing/", include("burden.oversight.observing.urls")),
    path("oversight/", board.oversight, name="oversight"),
    path("oversight/ledger/", board.oversight_ledger, name="oversight_ledger"),
    path("oversight/new/", findings.finding_new, name="finding_new"),
    path("oversight/findings/", findings.findings, name="findings"),
    path("oversight/findings/<int:pk>/", findings.finding, name="finding"),
    path("oversight/findings/<int:pk>/dismiss/", findings.finding_dismiss, name="finding_dismiss"),
    path("oversight/findings/<int:pk>/order/", findings.finding_order, name="finding_order"),
    path("oversight/orders/<int:pk>/", orders.order, name="order"),
    path("oversight/orders/<int:pk>/relief/", orders.order_relief, name="order_relief"),
    path("oversight/orders/<int:pk>/<slug:act>/", orders.order_act, name="order_act"),
]
