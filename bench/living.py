"""The whole portal at work: web server, workers and clock of its own; how soon a filed week is seen, and how much memory each takes."""

from __future__ import annotations

import http.client
import time
from pathlib import Path

from bench.report import Line, percentile
from burden import embedded

FILINGS = 20
VISIBLE, RSS = 10_000, 300  # ms, MB


def lines(running: embedded.Running) -> list[Line]:
    """File weeks over HTTP, watch the county's sum, read the large pages, and weigh every process."""
    from bench.filing import free_port, make_tokens
    from burden.embedded.children import Stop, together
    from burden.embedded.portal import parts

    port, tokens = free_port(), make_tokens(FILINGS)
    with together(parts(running.state, "127.0.0.1", port), running.state / "log", 60, Stop()) as children:
        watcher = Watcher(port)
        seen = [watcher.filed(token) for token in tokens]
        watcher.read_all()
        weights = {child.name: memory(child.process.pid) for child in children}
    return [
        Line("filed over HTTP until the county's page counts it, p95, ms", VISIBLE, percentile(0.95, seen)),
        *(Line(f"memory of {name}, its heaviest process, MB", RSS, held) for name, held in weights.items()),
    ]


class Watcher:
    """Somebody who reads the dashboard of a county while its cadres file."""

    def __init__(self, port: int) -> None:
        from django.test import Client

        from bench.reading import reader
        from burden.units.models import Unit

        client = Client()
        client.force_login(reader(Unit.every.get(level="nation")))
        self.port, self.cookie = port, f"sessionid={client.cookies['sessionid'].value}"

    def get(self, address: str) -> str:
        """Return a page. Refuses: an answer but 200."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        link.request("GET", address, headers={"Cookie": self.cookie})
        answer = link.getresponse()
        said = answer.read().decode()
        link.close()
        if answer.status != http.HTTPStatus.OK:
            raise SystemExit(f"{address}: {answer.status}")
        return said

    def filed(self, token: str) -> float:
        """File a week and ask for its county's page until the number of returns changes. Units: seconds."""
        from bench.filing import put
        from burden.accounts.actor import digest_of
        from burden.accounts.models import ApiToken, Post
        from burden.kit import clock
        from burden.kit.clock import Week
        from burden.units.models import Unit

        user = ApiToken.objects.get(digest=digest_of(token)).user_id
        unit = Post.objects.get(user=user, role="cadre").unit
        county = Unit.every.get(level="county", pk__in=unit.path.rstrip(".").split("."))
        page = f"/reports/{county.code}/?week={Week.at(clock.now())}"
        before = self.returns(page)
        begun = time.perf_counter()
        put(self.port, token, begun)
        while self.returns(page) == before and time.perf_counter() - begun < 60:
            time.sleep(0.1)
        return time.perf_counter() - begun

    def returns(self, page: str) -> str:
        """Read the number of returns off the page; empty where too few filed to say."""
        return self.get(page).partition('id="returns">')[2].partition("<")[0] or self.summary(page)

    def summary(self, page: str) -> str:
        """Read the same sum as stored, where the page does not show it yet."""
        from burden.units.models import Unit
        from reports.models import RollupSub

        code, _, week = page.removeprefix("/reports/").partition("/?week=")
        return str(
            RollupSub.every.filter(unit=Unit.every.get(code=code), week=week).values_list("returns", flat=True).first()
        )

    def read_all(self) -> None:
        """Ask for every page of the dashboard, so that the server has met the largest."""
        from bench.reading import addresses

        for address in addresses().values():
            self.get(address)


def memory(pid: int) -> float:
    """Return the most that any of a process and those below it ever held. Units: MB."""
    names = [entry.name for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    return max([_resident(pid), *(memory(int(name)) for name in names if _parent(int(name)) == pid)])


def _resident(pid: int) -> float:
    return _said(pid, "VmHWM:") / 1024


def _parent(pid: int) -> int:
    return _said(pid, "PPid:")


def _said(pid: int, name: str) -> int:
    try:
        lines_of = (Path("/proc") / str(pid) / "status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines_of if line.startswith(name)), 0)
