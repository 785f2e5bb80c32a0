"""Channels by which a person hears once a week that something is new: how an address is written, sealed, and reached.

Nothing but a count leaves the portal. Robots are reached at the hosts of DingTalk, WeCom and Feishu alone: an address is a key,
never a web address of somebody's choice.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from burden.feedback.notices.models import Means
from burden.kit.crypto import own_key, seal, unseal
from burden.kit.errors import Refused

if TYPE_CHECKING:
    from apprise import Apprise

PURPOSE = "notice-channel"
MOST = 200
# one letter box at a host with a name: no quoted words that hold a second one, no bare number of a machine, no host nearby
MAIL = re.compile(r"[^\s\"'(),:;<>@\[\\\]%]+@[^\s@\[\]]+\.[^\s@\[\].]*[^\d\s@\[\].]")
HOOKS = {  # what a robot's whole address begins with, as its maker gives it out; the key is kept, and nothing else
    Means.DINGTALK: "https://oapi.dingtalk.com/robot/send?access_token=",
    Means.WECOM: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
    Means.FEISHU: "https://open.feishu.cn/open-apis/bot/v2/hook/",
}
KEYS = {  # how a robot's key looks; DingTalk signs with a secret before it, where the robot asks for one
    Means.DINGTALK: (re.compile(r"(?:SEC[0-9a-zA-Z]{10,120}@)?[0-9a-zA-Z]{20,128}", re.ASCII), "dingtalk://{}/"),
    Means.WECOM: (re.compile(r"[0-9a-zA-Z_-]{20,64}", re.ASCII), "wecombot://{}/"),
    Means.FEISHU: (re.compile(r"[0-9a-zA-Z_-]{20,64}", re.ASCII), "feishu://{}/"),
}


def offered() -> list[tuple[str, str]]:
    """Return the channels there are; mail where the portal has a server to send it."""
    return [(each.value, str(each.label)) for each in Means if each != Means.MAIL or settings.NOTICE_MAIL_URL]


def read_address(means: str, address: str) -> str:
    """Read where a channel leads. Refuses: channel.means, channel.address."""
    if means not in dict(offered()):
        raise Refused("channel.means", _("没有这种方式"), {"means": _("没有这种方式")})
    line = address.strip()
    if means == Means.MAIL:
        return _mail(line)
    key = line.removeprefix(HOOKS[Means(means)])
    if not KEYS[Means(means)][0].fullmatch(key):
        sentence = _("这不是%(means)s的地址。在群里打开机器人的设置，把它的地址整个复制过来") % {
            "means": Means(means).label
        }
        raise Refused("channel.address", sentence, {"address": sentence})
    return key


def _mail(line: str) -> str:
    if len(line) > MOST or not MAIL.fullmatch(line) or not _is_mail(line):
        sentence = _("邮箱写得不对，要像 name@example.cn 这样")
        raise Refused("channel.address", sentence, {"address": sentence})
    return line


def _is_mail(line: str) -> bool:
    try:
        validate_email(line)
    except ValidationError:
        return False
    return True


def sealed(person_id: int, address: str) -> bytes:
    """Seal an address; it opens for its person alone."""
    return seal(own_key(f"{PURPOSE}.{person_id}"), address.encode())


def opened(person_id: int, kept: bytes | memoryview) -> str:
    """Open an address. Refuses (Unreadable): it was sealed for another, or under another SECRET_KEY."""
    return unseal(own_key(f"{PURPOSE}.{person_id}"), bytes(kept)).decode()


def url_of(means: str, address: str) -> str:
    """Write an address as the library reads it."""
    if means == Means.MAIL:
        joint = "&" if "?" in settings.NOTICE_MAIL_URL else "?"
        return f"{settings.NOTICE_MAIL_URL}{joint}to={quote(address)}"
    return KEYS[Means(means)][1].format(address)


def deliver(means: str, address: str, words: str) -> bool:
    """Send one sentence; whether it was taken."""
    there = reached(means, address)
    return bool(there.notify(body=words)) if there else False


def reached(means: str, address: str) -> Apprise | None:
    """Return what sends to an address; None where the library knows no such address."""
    from apprise import Apprise, AppriseAsset  # loaded where something is sent, never by a page

    name = str(settings.PORTAL_NAME)
    there = Apprise(asset=AppriseAsset(app_id=name, app_desc=name, secure_logging=True, http_redirects=False))
    with warnings.catch_warnings():  # one of its hundred plugins tries a module that Python 3.13 leaves out
        warnings.simplefilter("ignore", DeprecationWarning)
        is_known = there.add(url_of(means, address))
    return there if is_known else None
