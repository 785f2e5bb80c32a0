"""The people page over HTTP: what each of the 三员 sees and does there."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from burden.accounts import services
from burden.accounts.models import Post, PostRequest, User
from burden.kit import clock
from burden.kit.clock import DAY, Week
from tests.factories import make_actor, make_post, make_unit, make_user

HEADER = "username,name,unit_code,role,from\n"


@pytest.fixture
def sysadmin(client, place):
    client.force_login(place.sysadmin.user)
    return client


@pytest.fixture
def secadmin(client, place):
    other = type(client)()
    other.force_login(place.secadmin.user)
    return other


def monday():
    return Week.at(clock.now()).monday


def text(response) -> str:
    return response.content.decode()


def person_form(place, **more):
    usual = {
        "name": "吴晓梅",
        "username": "wuxiaomei",
        "unit": "柳河镇",
        "title": "",
        "role": "cadre",
        "since": monday(),
    }
    return usual | more


@pytest.mark.parametrize("role", ["cadre", "lead", "issuer", "reviewer", "office", "observer", "auditor"])
def test_people_are_for_sysadmin_and_secadmin_alone(client, place, role):
    client.force_login(make_actor(place.county, role).user)
    assert client.get("/people/").status_code == 403


def test_list_shows_own_range_alone(sysadmin, place):
    make_post(place.village, user=make_user("田野"))
    make_post(make_unit(place.city), user=make_user("外人"))
    make_post(place.city, "lead", user=make_user("上级"))
    page = text(sysadmin.get("/people/"))
    assert "田野" in page
    assert "柳河镇红星村" in page
    assert "外人" not in page
    assert "上级" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=田", {"田野"}), ("q=柳河", {"田野", "刘建平"}), ("q=红星", {"田野"}), ("role=lead", {"刘建平"}),
     ("role=ended", {"老张"}), ("q=没有", set()), ("role=king", {"田野", "刘建平"}), ("page=99", {"田野", "刘建平"})],
)  # fmt: skip
def test_list_is_searched_and_filtered(sysadmin, place, query, found):
    make_post(place.village, user=make_user("田野"))
    make_post(place.township, "lead", user=make_user("刘建平"))
    make_post(place.township, user=make_user("老张"), until=monday())
    page = text(sysadmin.get(f"/people/?{query}"))
    assert {name for name in ("田野", "刘建平", "老张") if name in page} == found


def test_list_pages_keep_the_search(sysadmin, place):
    for _ in range(21):
        make_post(place.village, user=make_user("王某"))
    assert "q=%E7%8E%8B&amp;page=2" in text(sysadmin.get("/people/?q=王"))
    assert "第 2 页，共 2 页" in text(sysadmin.get("/people/?q=王&page=2"))


def test_query_count_does_not_grow_with_rows(sysadmin, place):
    def count() -> int:
        sysadmin.get("/people/")
        with CaptureQueriesContext(connection) as queries:
            assert sysadmin.get("/people/").status_code == 200
        return len(queries)

    propose(place)
    one = count()
    propose(place)
    propose(place)
    assert count() == one


def test_states_of_login_are_told(client, sysadmin, place):
    locked = make_post(place.village, user=make_user("锁定者")).user
    locked.set_password("x")
    locked.save()
    make_post(place.village, user=make_user("停用者", is_active=False))
    make_post(place.village, user=make_user("新来者"))
    stranger = type(client)()
    for _ in range(5):
        stranger.post("/login/", {"login": locked.username, "password": "wrong"})
    page = text(sysadmin.get("/people/?q=红星"))
    assert {state for state in ("锁定", "停用", "待首次登录") if f">{state}<" in page} == {"锁定", "停用", "待首次登录"}


def test_person_is_added_by_two(sysadmin, secadmin, place):
    assert sysadmin.get("/people/add/").status_code == 200
    assert sysadmin.post("/people/add/", person_form(place))["Location"] == "/people/"
    assert not Post.objects.filter(user__username="wuxiaomei").exists()
    request = PostRequest.objects.get()
    assert "吴晓梅" in text(secadmin.get("/people/"))
    answer = secadmin.post("/people/requests/", {"batch": request.pk, "count": 1, "granted": "1"}, follow=True)
    assert "批准了 1 项" in text(answer)
    assert Post.objects.get(user__username="wuxiaomei").unit == place.township


def test_sysadmin_cannot_decide(sysadmin, place):
    sysadmin.post("/people/add/", person_form(place))
    request = PostRequest.objects.get()
    assert sysadmin.post("/people/requests/", {"batch": request.pk, "count": 1, "granted": "1"}).status_code == 403


def test_batch_that_changed_is_not_decided(sysadmin, secadmin, place):
    sysadmin.post("/people/add/", person_form(place))
    request = PostRequest.objects.get()
    answer = secadmin.post("/people/requests/", {"batch": request.pk, "count": 2, "granted": "1"}, follow=True)
    assert "刚才变了" in text(answer)
    assert not Post.objects.filter(user=request.user).exists()
    assert secadmin.post("/people/requests/", {"batch": request.pk, "count": 1, "granted": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"unit": "柳河真"}, "没有这个单位，是不是“柳河镇”？"),
        ({"unit": "沅州市"}, "没有这个单位"),
        ({"name": ""}, "姓名"),
        ({"username": "a"}, "用户名写 2 到 60 位"),
        ({"since": "2026-12-01"}, "任职从周一起，改为 2026-11-30"),
        ({"role": "king"}, "角色"),
    ],
)
def test_bad_person_is_said_beside_the_field(sysadmin, place, more, words):
    page = text(sysadmin.post("/people/add/", person_form(place, **more)))
    assert 'class="errmsg"' in page
    assert words in page
    assert not User.objects.filter(username="wuxiaomei").exists()


def test_two_units_of_one_name_need_the_code(sysadmin, place):
    for township in (place.township, make_unit(place.county, "township", name="石桥镇")):
        make_unit(township, "village", name="东坝村")
    assert "不止一个单位叫" in text(sysadmin.post("/people/add/", person_form(place, unit="东坝村")))
    sysadmin.post("/people/add/", person_form(place, unit="石桥镇东坝村"))
    assert PostRequest.objects.get().unit.parent.name == "石桥镇"


def test_post_ends_and_goes_on_elsewhere(sysadmin, secadmin, place):
    post = make_post(place.township, user=make_user("彭立新"))
    url = f"/people/posts/{post.pk}/end/"
    assert "止任职" in text(sysadmin.get(url))
    form = {"last_day": Week.at(clock.now()).sunday, "unit": "柳河镇红星村", "title": "驻村"}
    assert sysadmin.post(f"{url}?q=彭", form)["Location"] == "/people/?q=%E5%BD%AD"
    first = PostRequest.objects.filter(change="end").get()
    secadmin.post("/people/requests/", {"batch": first.pk, "count": 2, "granted": "1"})
    assert Post.objects.filter(user=post.user, unit=place.village, title="驻村").exists()


def test_unit_closes_after_all_its_posts_ended_in_one_go(sysadmin, secadmin, place):
    for name, role in (("彭立新", "cadre"), ("吴晓梅", "lead")):
        make_post(place.village, role, user=make_user(name))
    coming = monday() + 14 * DAY
    form = {"from_": coming, "reason": "批复"}
    url = f"/people/units/{place.village.code}/end/"
    close = f"/units/{place.village.code}/close/"
    assert f'href="{url}?from={monday()}">结束红星村的全部任职（2 人）' in text(sysadmin.get(close))
    assert f'href="{url}?from={coming}">结束红星村的全部任职（2 人）' in text(sysadmin.post(close, form))
    page = text(sysadmin.get(f"{url}?from={coming}"))
    assert f'value="{coming - DAY}"' in page
    assert "彭立新" in page and "吴晓梅" in page
    assert f'value="{monday() - DAY}"' in text(sysadmin.get(f"{url}?from=2026-02-30"))
    Post.objects.filter(user__name="吴晓梅").update(valid=DateRange(monday() - 70 * DAY, coming))
    held = sysadmin.get(f"{url}?from={coming}").context["held"]
    assert [post.user.name for post in held] == ["彭立新"]  # the other ends by then already
    Post.objects.filter(user__name="吴晓梅").update(valid=DateRange(monday() - 70 * DAY, None))
    assert sysadmin.post(url, {"last_day": coming - DAY})["Location"] == "/people/"
    assert sysadmin.get(f"{url}?from={coming}").context["count"] == 0  # asked for already
    first = PostRequest.objects.first()
    assert "共 2 项，一起批" in text(secadmin.get("/people/"))
    secadmin.post("/people/requests/", {"batch": first.pk, "count": 2, "granted": "1"})
    page = text(sysadmin.post(close, form))
    assert "确定办理" in page and url not in page


def test_merge_offers_to_end_the_posts_of_the_units_that_end(sysadmin, place):
    other = make_unit(place.township, "village", name="东坝村")
    for unit in (place.village, other):
        make_post(unit)
    merge = f"/units/{place.village.code}/merge/"
    assert "全部任职" not in text(sysadmin.get(merge))
    page = text(sysadmin.post(merge, {"merged": other.pk, "from_": monday(), "reason": "批复"}))
    assert "结束东坝村的全部任职（1 人）" in page and "结束红星村" not in page
    split = {f"share_{place.village.pk}": 40, f"share_{other.pk}": 60, "from_": monday(), "reason": "批复"}
    for own in (40, "四十"):
        split[f"share_{place.village.pk}"] = own
        assert "全部任职" not in text(sysadmin.post(f"/units/{place.village.code}/split/", split)), "it goes on"


def test_name_is_corrected(sysadmin, place):
    post = make_post(place.township, user=make_user("吴小梅"))
    sysadmin.post(f"/people/posts/{post.pk}/", {"name": "吴晓梅", "title": "办事员"})
    post.refresh_from_db()
    assert (post.user.name, post.title) == ("吴晓梅", "办事员")


def test_account_is_stopped_and_let_go_on_after_a_question(sysadmin, place):
    post = make_post(place.township)
    user, url = post.user, f"/people/{post.user_id}/switch/"
    for active, words in ((False, "马上不能登录"), (True, "可以用原来的密码登录")):
        assert f'href="{url}"' in text(sysadmin.get(f"/people/posts/{post.pk}/"))
        assert words in text(sysadmin.get(url))
        user.refresh_from_db()
        assert user.is_active != active
        sysadmin.post(url)
        user.refresh_from_db()
        assert user.is_active == active


def test_person_kept_elsewhere_is_not_offered_a_post(sysadmin, place):
    """Who came here once stays in the list of those who left; another county keeps the person now."""
    over = make_post(place.village, user=make_user("走的人"), until=monday())
    assert sysadmin.get(f"/people/{over.user_id}/post/").status_code == 200
    assert f"/people/{over.user_id}/post/" in text(sysadmin.get("/people/?role=ended"))
    make_post(make_unit(place.city), user=over.user, since=monday())
    assert sysadmin.get(f"/people/{over.user_id}/post/").status_code == 404
    assert f"/people/{over.user_id}/post/" not in text(sysadmin.get("/people/?role=ended"))
    assert f"/people/{over.user_id}/post/" not in text(sysadmin.get(f"/people/posts/{over.pk}/"))


def test_waiting_request_is_withdrawn(sysadmin, client, place):
    sysadmin.post("/people/add/", person_form(place))
    request = PostRequest.objects.get()
    form = {"batch": request.pk, "count": 1}
    other = type(client)()
    other.force_login(make_actor(place.county, "sysadmin").user)
    assert "撤回" not in text(other.get("/people/"))
    assert "只有提的人能撤回" in text(other.post("/people/requests/withdraw/", form, follow=True))
    assert "撤回" in text(sysadmin.get("/people/"))
    assert "撤回了 1 项" in text(sysadmin.post("/people/requests/withdraw/", form, follow=True))
    assert "没有在等的" in text(sysadmin.get("/people/"))
    for nonsense in ({}, {"batch": "x"}, {"batch": "9" * 30, "count": 1}):
        assert "刚才变了" in text(sysadmin.post("/people/requests/withdraw/", nonsense, follow=True))


def test_refusal_is_told_to_who_proposed(sysadmin, secadmin, place):
    sysadmin.post("/people/add/", person_form(place))
    request = PostRequest.objects.get()
    assert "没批的" not in text(sysadmin.get("/people/"))
    secadmin.post("/people/requests/", {"batch": request.pk, "count": 1, "granted": "0"})
    page = text(sysadmin.get("/people/"))
    assert "没批的" in page
    assert f"{place.secadmin.name} 没批；改好可以再提" in page


def test_what_waits_is_paged(sysadmin, place):
    for _ in range(11):
        propose(place)
    first, second = text(sysadmin.get("/people/")), text(sysadmin.get("/people/?waiting=2"))
    assert (first.count('name="batch"'), second.count('name="batch"')) == (10, 1)
    assert "?waiting=2" in first
    assert '<span class="tag s-warn num">11</span>' in first


def test_what_waits_of_a_file_is_not_loaded_whole(sysadmin, place):
    """A go of thousands shows its first twenty, and is decided as one."""
    rows = "".join(f"u{n}0,人{n},{place.township.code},cadre,{monday()}\n" for n in range(25))
    page = text(upload(sysadmin, (HEADER + rows).encode()))
    sysadmin.post("/people/import/store/", confirmation(page))
    answer = sysadmin.get("/people/")
    (batch,) = answer.context["batches"]
    assert (len(batch.shown), batch.rest, batch.count) == (20, 5, 25)
    assert "共 25 项，一起批" in text(answer)


def propose(place) -> PostRequest:
    user = make_post(place.village).user
    now = clock.now()
    return services.propose_post(by=place.sysadmin, user=user, unit=place.village, role="lead", since=monday(), now=now)


@pytest.mark.parametrize("path", ["posts/{post}/", "posts/{post}/end/", "{user}/post/"])
def test_foreign_person_is_as_absent_as_a_missing_one(sysadmin, place, path):
    foreign = make_post(make_unit(place.city))
    there = sysadmin.get("/people/" + path.format(post=foreign.pk, user=foreign.user_id))
    missing = sysadmin.get("/people/" + path.format(post=999_999, user=999_999))
    assert there.status_code == missing.status_code == 404
    assert there.content == missing.content


def test_link_is_shown_once_and_works(client, secadmin, place):
    user = make_post(place.township, user=make_user("吴晓梅")).user
    assert "发一次性链接" in text(secadmin.get(f"/people/{user.pk}/"))
    answer = secadmin.post(f"/people/{user.pk}/link/")
    page = text(answer)
    url = page.split('id="secret">')[1].split("<")[0]
    assert url.startswith("http://testserver/in/")
    assert "no-store" in answer["Cache-Control"]
    assert client.get(url).status_code == 200
    assert url not in text(secadmin.get(f"/people/{user.pk}/"))


def test_link_for_the_other_two_is_refused(secadmin, place):
    answer = secadmin.post(f"/people/{place.sysadmin.user_id}/link/", follow=True)
    assert "三员的账号由上一级管" in text(answer)


def test_secadmin_unlocks_and_revokes(secadmin, place):
    user = make_post(place.township).user
    services.make_token(by=None, user=user, now=clock.now())
    assert "作废 1 个接口令牌" in text(secadmin.get(f"/people/{user.pk}/"))
    assert "可以登录了" in text(secadmin.post(f"/people/{user.pk}/unlock/", follow=True))
    assert "都作废了" in text(secadmin.post(f"/people/{user.pk}/tokens/", follow=True))


# --- in bulk ---


def upload(client, content: bytes, name: str = "people.csv"):
    return client.post("/people/import/", {"file": SimpleUploadedFile(name, content, "text/csv")})


def confirmation(page: str) -> dict[str, str]:
    """What the button below a preview sends."""
    return {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("digest", "expected")}


def test_file_is_previewed_then_confirmed(sysadmin, place):
    assert sysadmin.get("/people/import/").status_code == 200
    rows = f"u01,王芳,{place.township.code},cadre,{monday()}\nu02,,{place.township.code},cadre,{monday()}\n"
    page = text(upload(sysadmin, (HEADER + rows).encode("gb18030")))
    assert all(words in page for words in ("GB18030，读到 2 行", "姓名为空", "提交 1 行", "还没有写入"))
    assert not User.objects.filter(username="u01").exists()
    faults = text(sysadmin.get("/people/import/faults.csv"))
    assert faults.startswith("\ufeff行,username")
    assert "3,u02" in faults
    answer = sysadmin.post("/people/import/store/", confirmation(page), follow=True)
    assert "提交了 1 行" in text(answer)
    assert PostRequest.objects.get().user.username == "u01"


def test_confirmed_file_is_the_one_that_was_shown(sysadmin, place):
    first = text(upload(sysadmin, f"{HEADER}u01,王芳,{place.township.code},cadre,{monday()}".encode()))
    upload(sysadmin, f"{HEADER}u02,李军,{place.township.code},cadre,{monday()}".encode())
    answer = sysadmin.post("/people/import/store/", confirmation(first), follow=True)
    assert "预览过期了" in text(answer)
    assert not PostRequest.objects.exists()


def test_register_that_changed_is_shown_anew(sysadmin, place):
    page = text(upload(sysadmin, f"{HEADER}u01,王芳,{place.township.code},cadre,{monday()}".encode()))
    make_post(place.township, user=make_user("王芳"))
    answer = text(sysadmin.post("/people/import/store/", confirmation(page)))
    assert "名单刚才变了" in answer
    assert "与在册同名同单位" in answer


def test_confirmed_lines_do_what_was_shown(sysadmin, place):
    """As many lines as before, but one of them would move somebody who was not in post when the preview was shown."""
    user = make_post(place.village, user=make_user("王芳"), until=monday() - dt.timedelta(days=70)).user
    page = text(upload(sysadmin, f"{HEADER}{user.username},王芳,{place.township.code},cadre,{monday()}".encode()))
    assert "提交 1 行" in page
    make_post(place.village, user=user, since=monday() - dt.timedelta(days=70))
    answer = text(sysadmin.post("/people/import/store/", confirmation(page)))
    assert "名单刚才变了" in answer
    assert not PostRequest.objects.exists()


def test_xlsx_named_csv_is_refused_beside_the_field(sysadmin):
    assert "另存为 CSV" in text(upload(sysadmin, b"PK\x03\x04zip"))


def test_nothing_chosen_is_said(sysadmin):
    assert "选一个 CSV 文件" in text(sysadmin.post("/people/import/", {"csrfmiddlewaretoken": "x"}))
    assert "文件是空的" in text(upload(sysadmin, b""))


def test_formulas_are_harmless_in_the_faults(sysadmin, place):
    upload(sysadmin, f"{HEADER}u01,=1+1,x,cadre,{monday()}".encode())
    assert ",'=1+1," in text(sysadmin.get("/people/import/faults.csv"))
