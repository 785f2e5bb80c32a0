"""Routes of this room."""

from django.urls import include, path

from burden.demands import api
from burden.demands.adaptations import api as adaptations
from burden.demands.admissions import api as admissions
from burden.demands.views import asking, catalogue, duty, handling, importing, listing, register

urlpatterns = [
    path("practices/", include("burden.demands.practices.urls")),
    path("adaptations/groups/", include("burden.demands.groups.urls")),
    path("adaptations/", include("burden.demands.adaptations.urls")),
    path("demands/", listing.demands, name="demands"),
    path("demands/new/", register.demand_new, name="demand_new"),
    path("demands/catalogue/", catalogue.catalogue, name="catalogue"),
    path("demands/catalogue/file/", catalogue.catalogue_file, name="catalogue_file"),
    path("demands/ledger/", importing.demand_ledger, name="demand_ledger"),
    path("demands/ledger/store/", importing.demand_ledger_store, name="demand_ledger_store"),
    path("demands/asked/", asking.asked, name="asked"),
    path("demands/asked/<int:pk>/", asking.asked_answer, name="asked_answer"),
    path("demands/quotes/<int:pk>/", asking.quote_answer, name="quote_answer"),
    path("demands/<int:pk>/", listing.demand, name="demand"),
    path("demands/<int:pk>/edit/", register.demand_edit, name="demand_edit"),
    path("demands/<int:pk>/change/", register.demand_change, name="demand_change"),
    path("demands/<int:pk>/copy/", register.demand_copy, name="demand_copy"),
    path("demands/<int:pk>/withdraw/", listing.demand_withdraw, name="demand_withdraw"),
    path("demands/<int:pk>/return/", listing.demand_return, name="demand_return"),
    path("duty/admissions/", include("burden.demands.admissions.urls")),
    path("duty/", duty.duty, name="duty"),
    path("duty/unlisted/", duty.unlisted, name="unlisted"),
    path("duty/plans/", duty.plans, name="plans"),
    path("duty/plans/<int:pk>/", duty.plan_item, name="plan_item"),
    path("duty/items/<int:pk>/", duty.duty_item, name="duty_item"),
    path("duty/items/<int:pk>/retire/", duty.duty_retire, name="duty_retire"),
    path("duty/items/<int:pk>/restore/", duty.duty_restore, name="duty_restore"),
    path("targets/<int:pk>/", handling.target, name="target"),
    path("targets/<int:pk>/take/", handling.target_take, name="target_take"),
    path("targets/<int:pk>/assign/", handling.target_assign, name="target_assign"),
    path("targets/<int:pk>/refuse/", handling.target_refuse, name="target_refuse"),
    path("targets/<int:pk>/pass/", handling.target_pass_on, name="target_pass_on"),
    path("api/v1/adaptations/", adaptations.Adaptations.as_view(), name="api_adaptations"),
    path("api/v1/practices/", adaptations.Practices.as_view(), name="api_practices"),
    path("api/v1/duty/", admissions.DutyList.as_view(), name="api_duty"),
    path("api/v1/unlisted/", admissions.Unlisted.as_view(), name="api_unlisted"),
    path("api/v1/admissions/", admissions.Admissions.as_view(), name="api_admissions"),
    path("api/v1/demands/", api.DemandsApi.as_view(), name="api_demands"),
    path("api/v1/demands/<int:pk>/", api.DemandApi.as_view(), name="api_demand"),
    path("api/v1/demands/<int:pk>/review/", api.DemandReviewApi.as_view(), name="api_demand_review"),
    path("api/v1/demands/<int:pk>/issue/", api.DemandIssueApi.as_view(), name="api_demand_issue"),
    path("api/v1/demands/<int:pk>/withdraw/", api.DemandWithdrawApi.as_view(), name="api_demand_withdraw"),
]
