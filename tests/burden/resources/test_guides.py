"""Short answers and training: who writes, who reads where they meet the demand, who rates, and that few ratings are not told."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.urls import reverse

from burden.kit import clock
from burden.kit.errors import Conflict, Refused
from burden.kit.threads import links
from burden.ledger.models import AuditEvent
from burden.resources import queries, services
from burden.resources.models import Guide, GuideRated, Training
from tests.factories import NOW, THIS_WEEK, make_actor, make_demand, make_target, make_unit


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county(db):
    return make_unit(make_unit(level="city"), "county", name="临溪县")


@pytest.fixture
def town(county):
    return make_unit(county, "township", name="白塔镇")


@pytest.fixture
def issuer(county):
    return make_actor(make_unit(county, "department", name="县农业农村局"), "issuer")


@pytest.fixture
def demand(issuer):
    return make_demand(issuer.unit)


def write(issuer, demand, question="收入按哪个月算", answer="按上个月。", guide=None):
    return services.write_guide(by=issuer, demand=demand, guide=guide, question=question, answer=answer, now=NOW)


def rate(unit, target, guide, useful=True, count=1):
    for _each in range(count):
        say(make_actor(unit), target, guide, useful)


def say(by, target, guide, useful):
    services.rate_guide(by=by, target=target, guide=guide, useful=useful, version=guide.version, now=NOW)


def test_issuer_writes_about_its_own_demand_alone(county, issuer, demand):
    assert write(issuer, demand).version == 1
    with pytest.raises(Refused, match="由下达的单位做"):
        write(make_actor(make_unit(county, "department"), "issuer"), demand)
    with pytest.raises(Refused, match="这个问题已经有一条"):
        write(issuer, demand)
    with pytest.raises(Refused, match="没有下达，或已经撤回"):
        write(issuer, make_demand(issuer.unit, state="withdrawn", withdrawn_at=NOW))


@pytest.mark.parametrize(
    ("field", "bad"), [("question", ""), ("question", "x" * 101), ("answer", ""), ("answer", "x" * 2_001)]
)
def test_answer_of_nothing_is_refused(issuer, demand, field, bad):
    with pytest.raises(Refused) as refused:
        write(issuer, demand, **{field: bad})
    assert field in refused.value.errors


def test_demand_has_no_more_than_twelve(issuer, demand):
    for n in range(12):
        write(issuer, demand, f"问题{n}")
    with pytest.raises(Refused, match="最多 12 条"):
        write(issuer, demand, "第十三个")


def test_receiver_finds_the_guide_where_the_demand_is_met(client, issuer, demand, town):
    guide, cadre = write(issuer, demand), make_actor(town)
    target = make_target(demand, town, handler=cadre.user)
    client.force_login(cadre.user)
    url = reverse("target_guides", args=[target.pk])
    assert url in client.get(f"/week/{THIS_WEEK}/").content.decode()
    assert url in client.get(reverse("target", args=[target.pk])).content.decode()
    assert "按上个月。" in client.get(url).content.decode()
    said = {"guide": str(guide.pk), "version": "1"}
    done = client.post(url, said | {"useful": "no"}, follow=True)
    assert done.content.decode().count('aria-pressed="true"') == 1
    client.post(url, said | {"useful": "yes"})
    odd = (
        {"guide": "0", "useful": "yes"},
        {"guide": str(guide.pk), "useful": "也许"},
        {},
        said | {"useful": "no", "version": "x"},
    )
    for each in odd:
        client.post(url, each)
    guide.refresh_from_db()
    assert (guide.useful, guide.rated) == (1, 1)
    client.force_login(make_actor(make_unit(town.parent, "township")).user)
    assert client.get(url).status_code == 404


def test_guide_holds_for_the_same_form_next_month_and_for_what_was_passed_on(issuer, demand, town):
    guide = write(issuer, demand)
    later = make_target(make_demand(issuer.unit), town)
    village = make_unit(town, "village")
    passed = make_target(make_demand(town, parent=demand, title=demand.title), village)
    other = make_target(make_demand(issuer.unit, title="别的表"), town)
    cadre, villager = make_actor(town), make_actor(village)
    found = queries.guides_for(cadre, [later.demand_id, other.demand_id])
    assert found == {later.demand_id: [guide]}
    assert queries.guides_for(villager, [passed.demand_id]) == {passed.demand_id: [guide]}
    assert queries.guides_for(villager, [later.demand_id]) == {}  # it is not asked that


def test_guides_of_a_week_take_two_queries(issuer, town, django_assert_num_queries):
    cadre, demands = make_actor(town), []
    for n in range(3):
        demand = make_demand(issuer.unit, title=f"表{n}")
        write(issuer, demand)
        demands.append(make_target(demand, town).demand_id)
        with django_assert_num_queries(2):
            assert len(queries.guides_for(cadre, demands)) == n + 1


def test_few_ratings_are_not_told_and_nobody_is_named(issuer, demand, town):
    guide, target = write(issuer, demand), make_target(demand, town)
    rate(town, target, guide, count=4)
    guide.refresh_from_db()
    assert vars(queries.told(issuer, [guide])[0]) | {"guide": None} == {"guide": None, "useful": None, "rated": None}
    rate(town, target, guide, useful=False)
    guide.refresh_from_db()
    assert (queries.told(issuer, [guide])[0].useful, queries.told(issuer, [guide])[0].rated) == (4, 5)
    assert GuideRated.objects.visible_to(issuer).count() == 0  # what somebody said is that person's
    said = AuditEvent.objects.filter(what="guide.rated")
    assert {(each.actor_id, each.actor_name) for each in said} == {(None, "system")}


def test_guide_of_no_use_waits_for_its_issuer_until_it_is_written_anew(issuer, demand, town):
    guide, target = write(issuer, demand), make_target(demand, town)
    rate(town, target, guide, count=3)
    rate(town, target, guide, useful=False, count=2)
    guide.refresh_from_db()
    assert [each.act for each in queries.waiting(issuer, NOW)] == ["改写"]
    assert queries.told(issuer, [guide])[0].is_poor
    guide = write(issuer, demand, answer="按上个月，例如 10 月填 9 月的。", guide=guide)
    assert (guide.version, guide.useful, guide.rated) == (2, 0, 0)
    assert queries.waiting(issuer, NOW) == []


def test_new_words_may_be_rated_again(issuer, demand, town):
    guide, target, cadre = write(issuer, demand), make_target(demand, town), make_actor(town)
    say(cadre, target, guide, useful=False)
    read = Guide.every.get()
    guide = write(issuer, demand, answer="新的话", guide=guide)
    with pytest.raises(Conflict, match="刚才改写了"):
        say(cadre, target, read, useful=True)  # of words that are gone
    say(cadre, target, guide, useful=True)
    guide.refresh_from_db()
    assert (guide.useful, guide.rated) == (1, 1)
    other = write(issuer, make_demand(issuer.unit, title="别的表"))
    with pytest.raises(Refused, match="别的事"):
        say(cadre, target, other, useful=True)


def test_person_counts_once_and_may_say_otherwise(issuer, demand, town):
    guide, target, cadre = write(issuer, demand), make_target(demand, town), make_actor(town)
    rate(town, target, guide, count=2)
    for useful, counts in ((True, (3, 3)), (True, (3, 3)), (False, (2, 3)), (True, (3, 3))):
        say(cadre, target, guide, useful)
        guide.refresh_from_db()
        assert (guide.useful, guide.rated) == counts
        assert queries.rated_already(cadre, [guide]) == {guide.pk: useful}
    assert GuideRated.every.filter(user=cadre.user).count() == 1


def test_same_words_written_again_do_not_wipe_ratings(issuer, demand, town):
    guide, target = write(issuer, demand), make_target(demand, town)
    rate(town, target, guide, useful=False, count=5)
    guide.refresh_from_db()
    with pytest.raises(Refused, match="和原来一样"):
        write(issuer, demand, guide=guide)
    guide.refresh_from_db()
    assert (guide.version, guide.rated) == (1, 5)


def test_issuer_finds_what_it_wrote_of_the_same_form_last_month(client, issuer, demand):
    write(issuer, demand)
    later = make_demand(issuer.unit, title=demand.title)
    client.force_login(issuer.user)
    assert "收入按哪个月算" in client.get(reverse("demand", args=[later.pk])).content.decode()
    with pytest.raises(Refused, match="这个问题已经有一条"):
        write(issuer, later)


def test_meeting_is_marked_as_training_once_and_unmarked(issuer, demand, county):
    meeting = make_demand(issuer.unit, category="meeting", title="防返贫系统培训")
    services.mark_training(by=issuer, demand=meeting, now=NOW)
    for wrong, words in ((meeting, "已经标为培训了"), (demand, "只有会议")):
        with pytest.raises(Refused, match=words):
            services.mark_training(by=issuer, demand=wrong, now=NOW)
    with pytest.raises(Refused, match="由下达的单位做"):
        services.mark_training(by=make_actor(county, "office"), demand=meeting, now=NOW)
    office = make_actor(county, "office")
    assert [each.demand for each in queries.trainings(office, county, meeting.first_on, meeting.first_on)] == [meeting]
    services.unmark_training(by=issuer, demand=meeting, now=NOW)
    assert Training.every.count() == 0
    with pytest.raises(Conflict, match="没有标为培训"):
        services.unmark_training(by=issuer, demand=meeting, now=NOW)


def test_thread_of_a_demand_names_its_guides(issuer, demand):
    write(issuer, demand)
    assert [each.label for each in links(issuer, "demand", demand.pk) if each.kind == "填法"] == ["收入按哪个月算"]


def test_pages_of_guides(client, county, issuer, demand, town):
    client.force_login(issuer.user)
    page = client.get(reverse("demand", args=[demand.pk])).content.decode()
    assert "写一条" in page
    url = reverse("guide_new", args=[demand.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"question": "", "answer": "x"}).status_code == 422
    client.post(url, {"question": "按哪个月", "answer": "上个月"})
    guide = Guide.every.get()
    assert "按哪个月" in client.get(reverse("demand", args=[demand.pk])).content.decode()
    assert (
        client.post(reverse("guide", args=[guide.pk]), {"question": "按哪个月", "answer": "上上个月"}).status_code
        == 302
    )
    client.force_login(make_actor(county, "reviewer").user)
    assert "按哪个月" in client.get(reverse("guides"), {"q": "月"}).content.decode()
    assert "没有找到" in client.get(reverse("guides"), {"q": "没有"}).content.decode()
    refused = client.post(reverse("guide", args=[guide.pk]), {"question": "我改", "answer": "x"})
    assert refused.status_code == 422
    client.force_login(make_actor(make_unit(level="county"), "reviewer").user)
    assert client.get(reverse("guide", args=[guide.pk])).status_code == 404


def test_training_button_of_a_foreign_demand_is_404(client, issuer, county):
    meeting = make_demand(issuer.unit, category="meeting")
    client.force_login(make_actor(make_unit(county, "department"), "issuer").user)
    assert client.post(reverse("training_mark", args=[meeting.pk])).status_code == 404
    client.force_login(issuer.user)
    assert "改好了" in client.post(reverse("training_mark", args=[meeting.pk]), follow=True).content.decode()
    assert "已经标为培训了" in client.post(reverse("training_mark", args=[meeting.pk]), follow=True).content.decode()
    with pytest.raises(Http404):
        queries.guide(issuer, 0)


def test_whoever_fills_the_form_finds_how_to(client, county, issuer, demand, town):
    passed = make_demand(town, parent=demand)
    villager = make_actor(make_unit(town, "village"))
    make_target(demand, town)
    make_target(passed, villager.unit)
    guide, other = write(issuer, demand), write(issuer, make_demand(issuer.unit, title="别的表"), question="别的")
    for actor in (make_actor(town, "lead"), make_actor(town), villager):
        client.force_login(actor.user)
        page = client.get(reverse("guides")).text
        assert guide.question in page and other.question not in page
        assert client.get(reverse("guide", args=[guide.pk])).status_code == 200
        assert client.get(reverse("guide", args=[other.pk])).status_code == 404
        assert client.post(reverse("guide", args=[guide.pk]), {"question": "我改", "answer": "x"}).status_code == 422
    office = make_actor(county, "office")
    assert list(queries.guides(office, "", town)) == [guide]
    assert {*queries.guides(office, "", county)} == {guide, other}
