"""What the portal itself took: person-minutes of a period, the median of a single week."""

from reports.models import PortalTime
from reports.panels.portal import Portal, portal


def test_week_has_its_median():
    assert portal([PortalTime(n=12, median_s=41, total_s=510)]) == Portal(12, 9, 41)


def test_several_weeks_are_added_and_have_no_median():
    assert portal([PortalTime(n=12, median_s=41, total_s=500), PortalTime(n=8, median_s=35, total_s=129)]) == Portal(
        20, 10, None
    )


def test_period_without_enough_filings_shows_nothing():
    assert portal([]) is None
