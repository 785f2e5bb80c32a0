"""Routes of this room."""

from django.urls import path

from burden.demands import api

urlpatterns = [
    path("api/v1/demands/", api.DemandsApi.as_view(), name="api_demands"),
    path("api/v1/demands/<int:pk>/", api.DemandApi.as_view(), name="api_demand"),
    path("api/v1/demands/<int:pk>/review/", api.DemandReviewApi.as_view(), name="api_demand_review"),
    path("api/v1/demands/<int:pk>/issue/", api.DemandIssueApi.as_view(), name="api_demand_issue"),
    path("api/v1/demands/<int:pk>/withdraw/", api.DemandWithdrawApi.as_view(), name="api_demand_withdraw"),
]
