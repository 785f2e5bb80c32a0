"""Routes of the read side: pages and API, named from the root."""

from django.urls import path

from reports import (
    api,
    bulletin_views,
    calendar_views,
    demand_views,
    export_views,
    issued_views,
    league_views,
    measure_views,
    paper_views,
    parts_views,
    signals_views,
    views,
)
from reports.api.exports import Export, Exports
from reports.api.goals import Goals, People
from reports.api.indicators import Indicators
from reports.api.papers import Bulletins, Extract, OneBulletin
from reports.api.parts import Parts

urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/method/", measure_views.method, name="method"),
    path("reports/method/tariffs/", measure_views.method_tariffs, name="method_tariffs"),
    path("reports/<str:code>/", views.report, name="report"),
    path("reports/<str:code>/calendar/", calendar_views.calendar_of, name="calendar_of"),
    path("reports/<str:code>/parts/", parts_views.parts_of, name="parts"),
    path("reports/demands/<int:pk>/", demand_views.demand_sums, name="demand_sums"),
    path("reports/<str:code>/calendar/file/", calendar_views.calendar_file, name="calendar_file"),
    path("calendar/", calendar_views.calendar_own, name="calendar"),
    path("calendar/file/", calendar_views.calendar_file_own, name="calendar_file_own"),
    path("reports/<str:code>/issuers/", league_views.issuers, name="issuers"),
    path("reports/<str:code>/relief/", league_views.relief_of, name="relief"),
    path("reports/<str:code>/signals/", signals_views.signals, name="signals"),
    path("reports/<str:code>/indicators/", measure_views.indicators, name="indicators"),
    path("reports/<str:code>/indicators/file/", measure_views.indicators_file, name="indicators_file"),
    path("issued/", issued_views.issued_own, name="issued"),
    path("issued/<str:code>/", issued_views.issued_by, name="issued_by"),
    path("exports/", export_views.exports_page, name="exports"),
    path("exports/estimate/", export_views.estimate, name="export_estimate"),
    path("exports/progress/", export_views.progress, name="export_progress"),
    path("exports/<int:pk>/cancel/", export_views.cancel, name="export_cancel"),
    path("exports/<int:pk>/retry/", export_views.retry, name="export_retry"),
    path("exports/<int:pk>/file/", export_views.download, name="export_download"),
    path("bulletins/", bulletin_views.bulletins_page, name="bulletins"),
    path("bulletins/new/", bulletin_views.bulletin_new, name="bulletin_new"),
    path("bulletins/extract/<str:code>/", paper_views.extract, name="bulletin_extract"),
    path("bulletins/<int:pk>/", bulletin_views.bulletin_page, name="bulletin"),
    path("bulletins/<int:pk>/file/", bulletin_views.bulletin_file, name="bulletin_file"),
    path("bulletins/<int:pk>/edit/", bulletin_views.bulletin_edit, name="bulletin_edit"),
    path("bulletins/<int:pk>/refresh/", bulletin_views.bulletin_refresh, name="bulletin_refresh"),
    path("bulletins/<int:pk>/delete/", bulletin_views.bulletin_delete, name="bulletin_delete"),
    path("bulletins/<int:pk>/check/", bulletin_views.bulletin_check, name="bulletin_check"),
    path("bulletins/<int:pk>/return/", bulletin_views.bulletin_return, name="bulletin_return"),
    path("bulletins/<int:pk>/publish/", bulletin_views.bulletin_publish, name="bulletin_publish"),
    path("bulletins/<int:pk>/correct/", bulletin_views.bulletin_correct, name="bulletin_correct"),
    path("api/v1/summaries/", api.Summaries.as_view(), name="api_summaries"),
    path("api/v1/tables/", api.Tables.as_view(), name="api_tables"),
    path("api/v1/tables/<str:key>/", api.TableLines.as_view(), name="api_table"),
    path("api/v1/signals/", api.Signals.as_view(), name="api_signals"),
    path("api/v1/indicators/", Indicators.as_view(), name="api_indicators"),
    path("api/v1/parts/", Parts.as_view(), name="api_parts"),
    path("api/v1/goals/", Goals.as_view(), name="api_goals"),
    path("api/v1/people/", People.as_view(), name="api_people"),
    path("api/v1/bulletins/", Bulletins.as_view(), name="api_bulletins"),
    path("api/v1/bulletins/<int:pk>/", OneBulletin.as_view(), name="api_bulletin"),
    path("api/v1/extracts/", Extract.as_view(), name="api_extracts"),
    path("api/v1/exports/", Exports.as_view(), name="api_exports"),
    path("api/v1/exports/<int:pk>/", Export.as_view(), name="api_export"),
]
