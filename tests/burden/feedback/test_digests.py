"""The weekly word: to whom, how often, what it says, by which channel; nothing but a count leaves the portal."""

from __future__ import annotations

import datetime as dt
import socketserver
import threading
from collections.abc import Iterator

import pytest
from django.test import Client

from burden.feedback.notices import channels, digests
from burden.feedback.notices.channels import deliver, opened, reached, read_address
from burden.feedback.notices.digests import MOST_ATTEMPTS, send_digests, words_of
from burden.feedback.notices.models import Means, NoticeChannel, NoticeDigest, Told
from burden.feedback.notices.services import choose_channel, drop_channel
from burden.feedback.notices.tasks import send as task
from burden.kit.crypto import Unreadable
from burden.kit.errors import Refused
from burden.ledger.models import AuditEvent
from burden.units.models import Unit
from tests.database import as_role, in_threads
from tests.factories import NOW, make_actor, make_notice, make_unit

KEY = "0123456789abcdef0123456789abcdef"
WEEK, DAY = dt.timedelta(7), dt.timedelta(1)
MONDAY = dt.datetime(2026, 11, 30, 1, 30, tzinfo=dt.UTC)  # 9:30 in Shanghai


@pytest.fixture
def county(db: None) -> Unit:
    return make_unit(make_unit(level="city"))


@pytest.fixture
def cadre(county: Unit):
    actor = make_actor(make_unit(county, "township"))
    choose_channel(by=actor, means="feishu", address=KEY, now=NOW)
    return actor


class Post:
    """What was sent, and whether it is taken."""

    def __init__(self, taken: bool = True) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.taken = taken

    def __call__(self, means: str, address: str, words: str) -> bool:
        self.sent.append((means, address, words))
        return self.taken


# whose, and how often


def test_those_who_chose_a_channel_are_told_once_a_week(county: Unit, cadre) -> None:
    make_actor(make_unit(county, "township"))  # chose nothing
    for title in ("停电", "修路"):
        make_notice(county, title=title)
    post = Post()
    with as_role("burden_worker"):
        assert [send_digests(now=MONDAY + DAY * n, send=post) for n in range(3)] == [1, 0, 0]
    assert [(means, address) for means, address, _words in post.sent] == [("feishu", KEY)]
    assert "2 条新通知" in post.sent[0][2]
    assert "停电" not in post.sent[0][2]
    assert NoticeDigest.objects.get().told == Told.SENT
    assert send_digests(now=MONDAY + WEEK, send=post) == 0  # nothing new in the week before
    assert list(NoticeDigest.objects.order_by("week").values_list("told", flat=True)) == [Told.SENT, Told.NOTHING]


def test_what_is_not_for_a_person_is_not_counted(county: Unit, cadre) -> None:
    make_notice(make_unit(level="city"))
    make_notice(county, roles=["lead"])
    make_notice(county, state="proposed")
    make_notice(county, until=dt.date(2026, 11, 29))  # over by Monday
    make_notice(county, published_at=NOW - WEEK)
    make_notice(county, published_at=MONDAY)
    assert send_digests(now=MONDAY, send=Post()) == 0
    assert NoticeDigest.objects.get().told == Told.NOTHING


def test_failure_is_tried_again_and_given_up(county: Unit, cadre) -> None:
    make_notice(county)
    failing = Post(taken=False)
    for _n in range(MOST_ATTEMPTS + 2):
        assert send_digests(now=MONDAY, send=failing) == 0
    assert len(failing.sent) == MOST_ATTEMPTS
    digest = NoticeDigest.objects.get()
    assert (digest.told, digest.attempts) == (Told.FAILED, MOST_ATTEMPTS)


def test_failure_that_mends_is_told_once(county: Unit, cadre) -> None:
    make_notice(county)
    send_digests(now=MONDAY, send=Post(taken=False))
    post = Post()
    assert [send_digests(now=MONDAY, send=post) for _n in range(2)] == [1, 0]
    assert NoticeDigest.objects.get().told == Told.SENT


def test_channel_that_breaks_keeps_nobody_from_being_told(
    county: Unit, cadre, caplog: pytest.LogCaptureFixture
) -> None:
    other = make_actor(make_unit(county, "township"))
    choose_channel(by=other, means="wecom", address=KEY[::-1], now=NOW)
    make_notice(county)

    def breaks(means: str, address: str, words: str) -> bool:
        if means == "feishu":
            raise ValueError(f"https://open.feishu.cn/{address}")
        return True

    assert send_digests(now=MONDAY, send=breaks) == 1
    told = dict(NoticeDigest.objects.values_list("person", "told"))
    assert told == {cadre.user_id: Told.FAILED, other.user_id: Told.SENT}
    assert KEY not in caplog.text


def test_two_workers_at_once_tell_once(transactional_db: None) -> None:
    county = make_unit(make_unit(level="city"))
    choose_channel(by=make_actor(make_unit(county, "township")), means="feishu", address=KEY, now=NOW)
    make_notice(county)
    post = Post()
    told = in_threads(3, lambda _number: send_digests(now=MONDAY, send=post), "burden_worker")
    assert sorted(map(str, told)) == ["0", "0", "1"]
    assert len(post.sent) == 1


def test_worker_killed_while_sending_sends_no_second_time(county: Unit, cadre) -> None:
    make_notice(county)

    def dies(means: str, address: str, words: str) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_digests(now=MONDAY, send=dies)
    post = Post()
    assert send_digests(now=MONDAY, send=post) == 0
    assert post.sent == []


def test_who_holds_no_post_or_is_stopped_is_not_told(county: Unit, cadre) -> None:
    make_notice(county)
    cadre.user.is_active = False
    cadre.user.save()
    post = Post()
    send_digests(now=MONDAY, send=post)
    assert post.sent == []


def test_task_asks_for_the_week_of_now(county: Unit, cadre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("burden.feedback.notices.tasks.now", lambda: MONDAY)
    with as_role("burden_worker"):
        task()  # nothing is new: nothing is sent
    assert NoticeDigest.objects.get().week == dt.date(2026, 11, 30)


def test_words_are_a_count_and_a_way_out() -> None:
    words = words_of(3)
    assert "3 条新通知" in words
    assert "关掉" in words


# the channel


def test_address_is_sealed_for_its_person_alone(cadre) -> None:
    kept = NoticeChannel.objects.get()
    assert KEY.encode() not in bytes(kept.sealed)
    assert opened(cadre.user_id, kept.sealed) == KEY
    with pytest.raises(Unreadable):
        opened(cadre.user_id + 1, kept.sealed)
    assert KEY not in str(AuditEvent.objects.values_list("detail", flat=True))


def test_channel_whose_secret_changed_fails_without_noise(county: Unit, cadre, settings) -> None:
    make_notice(county)
    settings.SECRET_KEY = "another" * 10
    post = Post()
    assert send_digests(now=MONDAY, send=post) == 0
    assert post.sent == []
    assert NoticeDigest.objects.get().told == Told.FAILED


@pytest.mark.parametrize(
    ("means", "address"),
    [
        ("feishu", "https://evil.example/hook"),
        ("feishu", "short"),
        ("wecom", KEY + "/../"),
        ("dingtalk", f"{KEY}?to=1"),
        ("dingtalk", "@" + KEY),
        ("mail", "a@b"),
        ("mail", "a@example.cn, b@example.cn"),
        ("mail", '"a@example.cn,b"@example.cn'),
        ("mail", "root@localhost"),
        ("mail", "root@[127.0.0.1]"),
        ("mail", "root@10.0.0.10"),
        ("mail", "a@example.cn\r\nbcc: b@example.cn"),
        ("mail", "a@example.cn?bcc=b@example.cn"),
        ("mail", "x" * 300 + "@example.cn"),
        ("fax", KEY),
        ("", ""),
    ],
)
def test_address_that_leads_elsewhere_is_refused(settings, means: str, address: str) -> None:
    settings.NOTICE_MAIL_URL = "mailto://localhost:1?from=p@example.cn"
    with pytest.raises(Refused) as refused:
        read_address(means, address)
    assert refused.value.code in {"channel.means", "channel.address"}


def test_mail_is_offered_where_there_is_a_server(settings) -> None:
    settings.NOTICE_MAIL_URL = ""
    with pytest.raises(Refused):
        read_address("mail", "a@example.cn")
    assert Means.MAIL not in dict(channels.offered())


@pytest.mark.parametrize(
    ("means", "address", "host"),
    [
        ("dingtalk", KEY, "oapi.dingtalk.com"),
        ("dingtalk", f"SEC{KEY}@{KEY}", "oapi.dingtalk.com"),
        ("wecom", KEY, "qyapi.weixin.qq.com"),
        ("feishu", KEY, "open.feishu.cn"),
    ],
)
def test_robot_is_reached_at_its_makers_host(means: str, address: str, host: str) -> None:
    there = reached(means, read_address(means, address))
    assert there is not None
    (robot,) = there
    assert host in getattr(robot, "api_url", robot.notify_url)
    assert KEY in robot.url()
    assert not robot.redirects, "an answer of theirs leads nowhere else"


@pytest.mark.parametrize(
    ("means", "begins"),
    [
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token="),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/"),
    ],
)
def test_whole_address_of_the_maker_is_its_key(means: str, begins: str) -> None:
    assert read_address(means, f" {begins}{KEY} ") == KEY
    for wrong in (f"{begins}{KEY}&to=1", begins.replace("https", "http") + KEY, f"https://evil.example/{begins}{KEY}"):
        with pytest.raises(Refused):
            read_address(means, wrong)


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it is given."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Line)
        self.letters: list[str] = []


class Line(socketserver.StreamRequestHandler):
    """Speaks as much SMTP as a client needs to hand over a letter."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while said := self.rfile.readline():
            word = said[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = []
                while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                    lines.append(line)
                self.server.letters.append(b"".join(lines).decode())  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    with Mailbox() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.NOTICE_MAIL_URL = f"mailto://localhost:{server.server_address[1]}?from=portal@example.cn&mode=insecure"
        yield server
        server.shutdown()


def test_mail_arrives_with_the_count_alone(county: Unit, mailbox: Mailbox, caplog: pytest.LogCaptureFixture) -> None:
    import base64
    import logging
    from email import message_from_string

    caplog.set_level(logging.INFO)
    actor = make_actor(make_unit(county, "township"))
    choose_channel(by=actor, means="mail", address="cadre@example.cn", now=NOW)
    make_notice(county, title="停电通知")
    assert send_digests(now=MONDAY) == 1
    letter = message_from_string(mailbox.letters[0])
    assert "cadre@example.cn" in letter["To"]
    parts = [part.get_payload(decode=True) for part in letter.walk() if not part.is_multipart()]
    words = b"".join(part for part in parts if isinstance(part, bytes)).decode()
    assert "1 条新通知" in words
    assert "停电" not in words
    assert base64.b64encode("停电".encode()).decode() not in mailbox.letters[0]
    assert "cadre@" not in caplog.text, "the library would say to whom"


def test_dead_server_is_a_failure_not_a_crash(settings) -> None:
    settings.NOTICE_MAIL_URL = "mailto://localhost:1?from=portal@example.cn&mode=insecure"
    assert deliver("mail", "a@example.cn", "x") is False


# the page


def test_channel_is_off_until_chosen_and_forgotten_when_dropped(county: Unit, client: Client) -> None:
    actor = make_actor(make_unit(county, "township"))
    client.force_login(actor.user)
    assert "没开，只在平台上看" in client.get("/notices/channel/").content.decode()
    assert client.post("/notices/channel/", {"means": "feishu", "address": "http://x"}).status_code == 422
    assert not NoticeChannel.objects.exists()
    page = client.post("/notices/channel/", {"means": "feishu", "address": KEY}, follow=True).content.decode()
    assert "开着：飞书机器人" in page
    assert KEY not in page
    client.post("/notices/channel/", {"means": "wecom", "address": KEY[::-1]})
    assert NoticeChannel.objects.get().means == "wecom"
    client.post("/notices/channel/drop/")
    assert not NoticeChannel.objects.exists()
    drop_channel(by=actor, now=NOW)  # twice is nothing
    whats = AuditEvent.objects.filter(what__startswith="channel.").values_list("what", flat=True)
    assert sorted(whats) == ["channel.chosen", "channel.chosen", "channel.dropped"]
    assert digests.MOST_ATTEMPTS == MOST_ATTEMPTS


def test_who_is_not_reached_is_told_on_the_page(county: Unit, cadre, client: Client) -> None:
    client.force_login(cadre.user)
    make_notice(county)
    send_digests(now=MONDAY, send=Post(taken=False))
    assert "上一次没发成" in client.get("/notices/channel/").content.decode()
    choose_channel(by=cadre, means="wecom", address=KEY, now=MONDAY + DAY)
    assert "上一次没发成" not in client.get("/notices/channel/").content.decode(), "another address may be right"


def test_wrong_address_gets_a_sentence_beside_its_field(county: Unit, cadre, client: Client) -> None:
    client.force_login(cadre.user)
    answer = client.post("/notices/channel/", {"means": "feishu", "address": "https://evil.example/hook/" + KEY})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_address"' in shown and 'aria-invalid="true"' in shown
    assert shown.count("这不是飞书机器人的地址") == 2
