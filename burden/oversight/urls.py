"""Routes of this room."""

from django.urls import include, path

from burden.oversight.api import orders as orders_api
from burden.oversight.api.recognition import OneRecognition, Recognitions
from burden.oversight.views import board, findings, orders, recognition

urlpatterns = [
    path("observing/", include("burden.oversight.observing.urls")),
    path("recognition/", recognition.recognitions, name="recognitions"),
    path("recognition/fairness/", recognition.fairness, name="fairness"),
    path("recognition/candidate/", recognition.candidate, name="recognition_candidate"),
    path("recognition/<int:pk>/", recognition.recognition, name="recognition"),
    path("recognition/<int:pk>/<slug:act>/", recognition.recognition_act, name="recognition_act"),
    path("api/v1/recognitions/", Recognitions.as_view(), name="api_recognitions"),
    path("api/v1/recognitions/<int:pk>/", OneRecognition.as_view(), name="api_recognition"),
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
    path("api/v1/orders/", orders_api.Orders.as_view(), name="api_orders"),
    path("api/v1/orders/<int:pk>/", orders_api.OneOrder.as_view(), name="api_order"),
    path("api/v1/findings/", orders_api.Findings.as_view(), name="api_findings"),
    path("api/v1/findings/<int:pk>/", orders_api.OneFinding.as_view(), name="api_finding"),
]
