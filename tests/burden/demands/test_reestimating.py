"""Claims by tariff follow a new version of it, from this week on; the difference is kept apart, and nothing else moves."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from burden.demands.models import Demand, Reestimate, Target
from burden.demands.services import reestimate
from burden.demands.services.targets import put_targets
from burden.kit import clock
from burden.standards.models import Evidence, Tariff, TariffVersion
from tests.factories import LAST_WEEK, NOW, THIS_WEEK, make_demand, make_entry, make_return, make_unit, make_user

HEAD = "category,subkind,people,minutes,travel_minutes,prep_minutes,source,source_on,proposed"
DAYS = [LAST_WEEK.sunday, THIS_WEEK.sunday, THIS_WEEK.plus(1).sunday]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def towns(db):
    county = make_unit()
    return [make_unit(county, "township") for _ in range(2)]


def ask(towns, minutes: int = 27, **facts) -> Demand:
    """A medium form of two people, asked in three weeks."""
    demand = make_demand(make_unit(towns[0].parent, "department"), minutes=minutes, people=2, **facts)
    put_targets(demand=demand, unit_ids=[town.pk for town in towns], days=DAYS)
    return demand


def new_version(minutes: int = 40) -> TariffVersion:
    version = TariffVersion.objects.create(number=2, from_week=THIS_WEEK.monday)
    source = {"source": "实测", "source_on": dt.date(2026, 11, 1)}
    Tariff.objects.create(version=version, category="form", subkind="medium", people=1, minutes=minutes, **source)
    return version


def minutes_of(demand: Demand) -> list[int]:
    return list(Target.every.filter(demand=demand).order_by("week", "unit").values_list("minutes", flat=True))


def test_target_knows_whether_a_tariff_stands_behind_it(towns):
    by_tariff, by_issuer = ask(towns), ask(towns, 30)
    assert set(Target.every.filter(demand=by_tariff).values_list("evidence", "tariff__number")) == {
        (Evidence.TARIFF, 1)
    }
    assert set(Target.every.filter(demand=by_issuer).values_list("evidence", "tariff")) == {(Evidence.CLAIM, None)}


def test_claims_by_tariff_follow_from_this_week_and_the_difference_is_kept(towns):
    demand = ask(towns)
    version = new_version()
    assert reestimate(now=NOW) == 2
    assert minutes_of(demand) == [27, 27, 40, 40, 40, 40]
    demand.refresh_from_db()
    assert demand.minutes == 40
    kept = Reestimate.every.filter(demand=demand).order_by("week")
    assert list(kept.values_list("week", "tariff", "before_min", "after_min")) == [
        (week.monday, version.pk, 2 * 2 * 27, 2 * 2 * 40) for week in (THIS_WEEK, THIS_WEEK.plus(1))
    ]


def test_what_an_issuer_claimed_or_somebody_answered_stays(towns):
    claimed, answered = ask(towns, 30), ask(towns)
    target = Target.every.get(demand=answered, unit=towns[0], week=THIS_WEEK.monday)
    make_entry(make_return(make_user(), towns[0], THIS_WEEK), target=target, minutes=27, issuer=answered.issuer)
    new_version()
    reestimate(now=NOW)
    assert minutes_of(claimed) == [30] * 6
    assert sorted(minutes_of(answered)) == [27, 27, 27, 40, 40, 40]
    assert not Reestimate.every.filter(demand=claimed).exists()


def test_second_run_and_withdrawn_demands_change_nothing(towns):
    demand, gone = ask(towns), ask(towns, state="withdrawn", withdrawn_at=NOW)
    new_version()
    assert reestimate(now=NOW) == 2
    assert reestimate(now=NOW) == 0
    assert minutes_of(gone) == [27] * 6
    assert Reestimate.every.filter(demand=demand).count() == 2


def test_imported_file_is_a_version_from_this_week_and_reestimates(towns, tmp_path, capsys):
    demand, file = ask(towns), tmp_path / "tariffs.csv"
    file.write_text(f"{HEAD}\nform,medium,1,33,0,0,实测,2026-11-01,false\nform,simple,1,7,0,0,原样,2026-11-01,false\n")
    call_command("import_tariffs", str(file))
    assert "重估 2 项·周" in capsys.readouterr().out
    newest = TariffVersion.objects.latest("from_week")
    assert (newest.number, newest.from_week) == (2, THIS_WEEK.monday)
    assert minutes_of(demand)[2:] == [33] * 4
    call_command("import_tariffs", str(file))
    assert TariffVersion.objects.count() == 2
    file.write_text(f"{HEAD}\nform,medium,1,34,0,0,实测,2026-11-01,false\n")
    with pytest.raises(CommandError, match="一周只能换一版"):
        call_command("import_tariffs", str(file))


def test_faulty_file_names_its_lines_and_leaves_the_tariffs(towns, tmp_path):
    file = tmp_path / "tariffs.csv"
    file.write_text(f"{HEAD}\nform,medium,1,半天,0,0,实测,2026-11-01,false\nform,huge,1,3,0,0,实测,昨天,false\n")
    with pytest.raises(CommandError) as refused:
        call_command("import_tariffs", str(file))
    assert "每人分钟填了“半天”" in str(refused.value) and "依据日期填了“昨天”" in str(refused.value)
    assert TariffVersion.objects.count() == 1
