"""Checking each line against who and what there is; one sentence and one remedy for what is wrong."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Sequence

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from burden.accounts.actor import Actor
from burden.accounts.importing.reading import EXTRA, Effect, Line, Preview, read_file
from burden.accounts.models import Post, PostRequest, User
from burden.accounts.roles import TRIO, Role
from burden.accounts.services import rules
from burden.accounts.services.posts import check_last_day
from burden.kit import clock
from burden.kit.clock import Week
from burden.kit.errors import Refused
from burden.units.models import Unit

NEAR = 5_000  # more units than this are searched for a likeness only where the first two letters agree
BETWEEN_ROLES = re.compile(r"[、，,;；/ ]+")


class _Fault(Exception):
    """What is wrong with a line, and what to do; `mild` where the line may be right after all."""

    def __init__(self, problem: str, remedy: str, *, mild: bool = False) -> None:
        super().__init__(problem)
        self.problem, self.remedy, self.mild = problem, remedy, mild


def preview_people(*, by: Actor, data: bytes, now: dt.datetime) -> Preview:
    """Check a file and return what each line would do; stores nothing. Refuses: file.*, as read_file does."""
    rules.need(by, Role.SYSADMIN)
    encoding, lines = read_file(data)
    checker = _Checker(by, lines, now)
    for line in lines:
        if not line.problem:
            checker.check(line)
    return Preview(encoding, lines)


class _Checker:
    """The facts a whole file is checked against, fetched once: the number of queries does not grow with its lines."""

    def __init__(self, by: Actor, lines: Sequence[Line], now: dt.datetime) -> None:
        self.by, self.now = by, now
        held = Post.objects.filter(valid__overlap=DateRange(clock.day_of(now), None))
        self.units = {unit.code: unit for unit in by.managed_units.select_related("parent")}
        self.users = {
            user.username: user for user in User.objects.filter(username__in={line.username for line in lines})
        }
        self.posts: dict[int, list[Post]] = {}
        for post in held.filter(user__in=self.users.values()).select_related("unit", "user"):
            self.posts.setdefault(post.user_id, []).append(post)
        waiting = PostRequest.objects.filter(user__in=self.users.values(), decided_at=None)
        self.waiting = set(waiting.values_list("user_id", "role"))
        named = held.filter(unit__in=by.managed_units, user__name__in={line.cells.get("name", "") for line in lines})
        self.namesakes = set(named.values_list("user__name", "unit_id"))
        self.seen: dict[str, list[Line]] = {}

    def check(self, line: Line) -> None:
        """Say what the line would do, or what is wrong with it."""
        try:
            self._person(line)
            line.unit = self._unit(line.cells["unit_code"])
            line.role = self._role(line.cells["role"])
            line.since = self._since(line.cells["from"])
            self._post(line.role, line.unit, line.since)
            line.user = self._user(line, line.unit)
            self._repeats(line)
            line.replaces = self._replaced(line, line.unit, line.since)
        except _Fault as fault:
            line.fail(fault.problem, fault.remedy, mild=fault.mild)
            return
        self.seen.setdefault(line.username, []).append(line)
        same = line.replaces is not None and self._is_same(line, line.replaces)
        line.effect = Effect.SAME if same else Effect.MOVE if line.replaces else Effect.NEW

    def _person(self, line: Line) -> None:
        if not line.cells["name"]:
            raise _Fault(_("姓名为空"), _("补上，或删去这一行"))
        if not line.cells["username"]:
            raise _Fault(_("用户名为空"), _("补上手机号或工号，或删去这一行"))
        try:
            rules.read_username(line.cells["username"])
            rules.read_name(line.cells["name"])
            rules.read_title(line.cells.get(EXTRA, ""))
        except Refused as refused:
            raise _Fault(_("写法不对"), str(refused)) from refused

    def _unit(self, code: str) -> Unit:
        unit = self.units.get(code)
        if unit is None:
            near = self._nearest(code)
            remedy = _("是不是“%(name)s”（%(code)s）？") % {"name": near.place, "code": near.code} if near else ""
            raise _Fault(_("没有这个单位"), remedy or _("写单位代码；单位页上可以查"))
        return unit

    def _nearest(self, text: str) -> Unit | None:
        words = {word: unit for unit in self.units.values() for word in (unit.code, unit.name, unit.place)}
        if len(self.units) > NEAR:
            words = {word: unit for word, unit in words.items() if word[:2] == text[:2]}
        found = difflib.get_close_matches(text, words, n=1, cutoff=0.6)
        return words[found[0]] if found else None

    def _role(self, text: str) -> str:
        codes = {str(role.label): role.value for role in Role} | {role.value: role.value for role in Role}
        if text in codes:
            return codes[text]
        parts = {codes.get(part) for part in BETWEEN_ROLES.split(text)}
        if len(parts) > 1 and None not in parts:
            if parts & TRIO:
                raise _Fault(_("三员不能兼"), _("只留一个角色"))
            raise _Fault(_("一行有几个角色"), _("一个角色写一行"))
        raise _Fault(_("没有这个角色"), _("写 %(roles)s 里的一个") % {"roles": "、".join(Role.values)})

    def _since(self, text: str) -> dt.date:
        try:
            since = dt.date.fromisoformat(text)
        except ValueError as error:
            raise _Fault(_("日期看不懂"), _("写成 %(day)s 这样") % {"day": Week.at(self.now)}) from error
        if since.isoweekday() != 1:
            facts = {"month": since.month, "day": since.day, "weekday": rules.weekday(since)}
            problem = _("%(month)d月%(day)d日是%(weekday)s") % facts
            raise _Fault(problem, _("任职从周一起，改为 %(day)s") % {"day": Week.on(since)})
        return since

    def _post(self, role: str, unit: Unit, since: dt.date) -> None:
        try:
            rules.check_since(since, self.now)
            rules.check_unit(role, unit, since)
            rules.check_reach(self.by, role, unit)
        except Refused as refused:
            raise _Fault(_("这个任职不行"), str(refused)) from refused

    def _user(self, line: Line, unit: Unit) -> User | None:
        user = self.users.get(line.username)
        if user is None:
            if (line.cells["name"], unit.pk) in self.namesakes:
                raise _Fault(_("与在册同名同单位"), _("同一个人用名单里的用户名；不是的话单独加"), mild=True)
            return None
        if not all(self.by.keeps(post.role, post.unit) for post in self.posts.get(user.pk, [])):
            raise _Fault(_("这个用户名已有人用"), _("换一个用户名；同一个人请原单位先止任职"))
        if user.name != line.cells["name"]:
            raise _Fault(_("用户名已是别人的"), _("名单里是%(name)s，核对后改") % {"name": user.name})
        if not user.is_active:
            raise _Fault(_("这个账号停用了"), _("先在名单里恢复"))
        if (user.pk, line.role) in self.waiting:
            raise _Fault(_("已经提过，在等批"), _("删去这一行"), mild=True)
        return user

    def _repeats(self, line: Line) -> None:
        for other in self.seen.get(line.username, []):
            number = {"n": other.number}
            if other.cells["name"] != line.cells["name"]:
                raise _Fault(_("与第 %(n)d 行用户名相同，姓名不同") % number, _("一人一个用户名"))
            if other.role == line.role:
                raise _Fault(_("与第 %(n)d 行重复") % number, _("只留一行"))
            if {other.role, line.role} & TRIO:
                raise _Fault(_("三员不能兼"), _("与第 %(n)d 行只留一个角色") % number)

    def _replaced(self, line: Line, unit: Unit, since: dt.date) -> Post | None:
        """Return the post of the same role that the line ends or repeats."""
        held = self.posts.get(line.user.pk, []) if line.user else []
        others = {post.role for post in held if post.role != line.role}
        if others and (line.role in TRIO or others & TRIO):
            raise _Fault(_("三员不能兼"), _("先止现任职"))
        same = [post for post in held if post.role == line.role]
        if not same:
            return None
        post = same[-1]
        if len(same) > 1 or post.valid.upper is not None:
            raise _Fault(_("这个角色已有变动在后面"), _("在名单里单独改"))
        if not self._is_same(line, post):
            try:
                check_last_day(post, since - clock.DAY, self.now)
            except Refused as refused:
                raise _Fault(_("改任职太早"), str(refused)) from refused
        return post

    @staticmethod
    def _is_same(line: Line, post: Post) -> bool:
        """Whether the line says what is so already; a title left empty says nothing."""
        return line.unit == post.unit and (line.cells.get(EXTRA) or post.title) == post.title
