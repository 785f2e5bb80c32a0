"""House rules that linters cannot state: reads source with ast, needs no database.

Source: docs/adr/0001-the-house.md.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FLOORS = {"models", "queries", "services", "forms", "views", "api", "tasks", "urls", "__init__"}
EXTRA = {  # file names a room has beyond the floors, each with one subject
    "kit": {
        "access",
        "addresses",
        "api",
        "assets",
        "clock",
        "crypto",
        "db",
        "display",
        "errors",
        "figures",
        "http",
        "icons",
        "logs",
        "reading",
        "sheets",
        "threads",
        "news",
        "urls",
        "views",
        "waiting",
    },
    "ledger": {"health"},
    "units": {"events", "importing"},
    "accounts": {"actor", "demo", "importing", "middleware", "navigation", "passwords", "remedies", "roles"},
    "standards": {"importing", "lists", "measure", "sampling", "tariffs", "workdays"},
    "demands": {
        "catalogue",
        "checkers",
        "checks",
        "choices",
        "duplicates",
        "duty",
        "facts",
        "hits",
        "ledgers",
        "lighter",
        "notices",
        "price",
        "receivers",
        "review",
        "seen",
        "values",
        "waits",
    },
    "entries": {"history", "lines", "offers", "year"},
    "oversight": {"clocks", "levels", "merits", "saved", "seen", "stages", "steps", "texts"},
    "feedback": {
        "board",
        "choices",
        "codes",
        "flow",
        "hints",
        "telling",
        "notices",
        "pages",
        "photos",
        "replies",
        "routing",
        "sealing",
        "subjects",
        "waits",
    },
    "home": set(),
    "demo": {
        "adapted",
        "asked",
        "asked_sql",
        "duties",
        "helped",
        "ordered",
        "places",
        "plan",
        "planted",
        "recognised",
        "reported",
        "said",
        "seed",
        "sql",
        "story",
        "titles",
    },
    "resources": {"importing"},
}
RAW_SQL = ("cursor", "raw", "RawSQL", "Statements")  # how SQL by hand begins
RAW_SQL_IN = {  # the only modules that write SQL by hand: set-based work the ORM cannot say
    "burden/kit/db.py",
    "burden/ledger/services.py",
    "burden/units/services.py",
    "burden/units/importing.py",
    "burden/demands/adaptations/excusing.py",
    "burden/demands/catalogue.py",
    "burden/demands/duplicates.py",
    "burden/demands/queries.py",
    "burden/demands/review.py",
    "burden/demands/services/handling.py",
    "burden/demands/services/reestimating.py",
    "burden/demands/services/refusing.py",
    "burden/demands/admissions/services.py",
    "burden/demands/services/targets.py",
    "burden/entries/history.py",
    "burden/entries/offers.py",
    "burden/demo/duties.py",
    "burden/demo/seed.py",
    "reports/capacity.py",
    "reports/league.py",
    "reports/relief.py",
    "reports/listed.py",
    "reports/peers.py",
    "reports/peer_stats.py",
    "reports/restated.py",
    "reports/asked.py",
    "reports/demand_sums.py",
    "reports/estimates.py",
    "reports/hidden_weeks.py",
    "reports/rollup.py",
    "reports/source_periods.py",
    "reports/stale_weeks.py",
    "reports/signals/declared.py",
    "reports/signals/recount.py",
    "reports/kinds.py",
    "reports/unregistered.py",
    "reports/meter.py",
    "reports/people.py",
    "reports/summaries.py",
    "reports/extracts.py",
    "reports/exports.py",
    "reports/sizes.py",
    "reports/writers.py",
    "reports/workbooks.py",
    "reports/table_kinds.py",
    "reports/statements.py",
}
UNSCOPED_IN = {  # the only modules that waive the first wall
    "reports/queries.py",  # names of issuers
}

EVERY_IN = {  # where the manager without a scope reads or changes rows; a new row may be made wherever services write
    "Unit": {  # names and places of units are no secret; what is summed in them is
        "burden/accounts/actor.py",
        "burden/demands/adaptations/reading.py",
        "burden/demands/admissions/services.py",
        "burden/demands/practices/reading.py",
        "burden/demands/groups/queries.py",
        "burden/demands/duty.py",
        "burden/demands/receivers.py",
        "burden/demands/services/handling.py",
        "burden/demands/values.py",
        "burden/demo/adapted.py",
        "burden/demo/said.py",
        "burden/demo/ordered.py",
        "burden/demo/helped.py",
        "burden/demo/reported.py",
        "burden/demo/story.py",
        "burden/demo/seed.py",
        "burden/entries/offers.py",
        "burden/entries/services.py",
        "burden/feedback/codes.py",
        "burden/feedback/routing.py",
        "burden/feedback/notices/forms.py",
        "burden/feedback/notices/queries.py",
        "burden/management/commands/create_user.py",
        "burden/management/commands/prepare.py",
        "burden/oversight/observing/forms.py",
        "burden/standards/forms.py",
        "burden/standards/importing.py",
        "burden/standards/lists/checking.py",
        "burden/units/events.py",
        "burden/units/importing.py",
        "burden/units/queries.py",
        "burden/units/services.py",
        "burden/units/views.py",
        "burden/oversight/services/relief.py",
        "burden/oversight/merits/issuers.py",
        "reports/capacity.py",
        "reports/forms.py",
        "reports/league.py",
        "reports/provided.py",
        "reports/signals/meetings.py",
    },
    "UnitEvent": {"burden/units/events.py"},  # what is planned for others comes before
    "Entry": {"burden/demo/adapted.py"},
    "Demand": {
        "burden/demands/adaptations/queries.py",  # what one is asked one may read, wherever its issuer stands
        "burden/demands/adaptations/excusing.py",  # and asked again, where one was excused
        "burden/demo/adapted.py",
        "burden/demo/helped.py",
        "burden/demands/services/reestimating.py",  # a change of method concerns everybody's
        "burden/feedback/queries.py",  # of a target in scope
        "reports/provided.py",  # takes plain ids
        "burden/oversight/services/relief.py",  # of an order in scope
    },
    "Adaptation": {
        "burden/demands/adaptations/reading.py",  # what was approved holds whoever registers
        "burden/oversight/merits/lasting.py",
        "burden/oversight/merits/practices.py",
    },
    "Recognition": {"burden/oversight/merits/lasting.py"},
    "Order": {
        "burden/oversight/merits/issuers.py",  # who may be recognised is the same for whoever asks
        "burden/oversight/services/overdue.py",  # the worker tells the level above of all
    },
    "Practice": {"burden/oversight/merits/practices.py"},
    "Target": {
        "burden/demo/helped.py",
        "burden/demands/services/reestimating.py",
        "burden/oversight/services/relief.py",  # whom it went to, whoever asks them
    },
    "ListFile": {"burden/standards/lists/storing.py"},  # the worker reads everybody's
    "Ticket": {"burden/feedback/services/batches.py"},  # the worker opens, raises and counts all
    "Capacity": {
        "burden/resources/services/files.py",  # rows that the preview found in scope, changed together
        "reports/capacity.py",  # of units that one is set among: their middle half is told
    },
    "CapacityFile": {"burden/resources/services/files.py"},  # the worker reads everybody's
    "SentUp": {"burden/feedback/services/handling.py"},  # of a ticket in scope
    "TicketForward": {
        "burden/feedback/queries.py",
        "burden/feedback/services/answering.py",
        "burden/feedback/services/handling.py",
    },  # of a ticket in scope
    "ExportJob": {"reports/exports.py"},  # the worker runs everybody's
    "UnregisteredDemand": {
        "reports/unregistered.py",
        "reports/signals/unregistered.py",
        "reports/provided.py",
    },  # the worker counts them anew
    "ReliefAsked": {
        "burden/oversight/services/relief.py",
        "burden/demo/ordered.py",
    },  # begun anew by those who may not read who was asked
    "RollupDemand": {"reports/provided.py"},  # what the write side asks for takes plain ids, and hides as pages do
    "Reestimate": {"reports/provided.py"},
    "Signal": {"reports/signals/recount.py"},
    "KindAnswers": {  # the worker counts them anew; an issuer reads its own beside the form
        "reports/kinds.py",
        "reports/provided.py",
        "reports/signals/uniform.py",
    },
    "PeerStat": {"reports/peer_stats.py"},  # the worker counts them anew
    "PortalTime": {"reports/meter.py"},  # the footer says the county's median to whoever works there
    "RollupOwn": {"reports/capacity.py"},  # the middle half of those around a unit
    "RollupSub": {
        "reports/capacity.py",  # as well
        "reports/listed.py",  # whether a closed unit has sums of some weeks
        "reports/issued.py",  # whether there is data of some weeks, without a figure
        "reports/provided.py",
    },
    "RollupSource": {  # what is asked of all below an issuer's parent, for those who read the issuer's sums
        "reports/issued.py",
        "reports/league.py",
    },
}


def sources() -> list[tuple[str, ast.Module]]:
    """Every product module as (path, tree); migrations are written once and kept."""
    files = [
        p for room in ("burden", "reports") for p in sorted((ROOT / room).rglob("*.py")) if "migrations" not in p.parts
    ]
    return [(str(p.relative_to(ROOT)), ast.parse(p.read_text(encoding="utf-8"))) for p in files]


MODULES = sources()


def every_module(check: Callable[[str, ast.Module], None]) -> Callable[[], None]:
    """Let one test hold every module against a rule, and say all that break it: a test for each would be thousands."""

    def test() -> None:
        broken = []
        for path, tree in MODULES:
            try:
                check(path, tree)
            except AssertionError as error:
                broken.append(f"{path}: {error}")
        assert broken == []

    test.__name__, test.__doc__ = check.__name__, check.__doc__
    return test


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def public(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Functions of the module itself whose names do not begin with an underscore."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


@every_module
def test_file_is_short(path: str, tree: ast.Module) -> None:
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= 400


@every_module
def test_functions_are_short(path: str, tree: ast.Module) -> None:
    long = [f.name for f in functions(tree) if (f.end_lineno or 0) - f.lineno >= 60]
    assert long == []


def test_functions_median_is_ten_lines() -> None:
    sizes = sorted((f.end_lineno or 0) - f.lineno + 1 for _, tree in MODULES for f in functions(tree))
    assert sizes[len(sizes) // 2] <= 10


@every_module
def test_module_says_what_it_is(path: str, tree: ast.Module) -> None:
    if (ROOT / path).read_text(encoding="utf-8").strip():
        assert ast.get_docstring(tree), "a module begins with a docstring"


@every_module
def test_public_function_has_docstring(path: str, tree: ast.Module) -> None:
    silent = [f.name for f in public(tree) if not ast.get_docstring(f)]
    assert silent == []


@every_module
def test_room_has_known_files(path: str, tree: ast.Module) -> None:
    parts = Path(path).parts
    if parts[0] == "burden" and len(parts) == 3 and parts[1] in EXTRA:
        assert Path(path).stem in FLOORS | EXTRA[parts[1]], "a file name the room does not have"


@every_module
def test_query_takes_actor_first(path: str, tree: ast.Module) -> None:
    if Path(path).name == "queries.py" and path.startswith("burden/"):
        strangers = [f.name for f in public(tree) if not f.args.args or f.args.args[0].arg != "actor"]
        assert strangers == []


@every_module
def test_service_takes_keywords_only(path: str, tree: ast.Module) -> None:
    if Path(path).name == "services.py":
        positional = [f.name for f in public(tree) if f.args.args and f.name != "mark_weeks"]
        assert positional == []


@every_module
def test_measuring_function_says_units(path: str, tree: ast.Module) -> None:
    if Path(path).name in {"measure.py", "indicators.py", "rollup.py", "peers.py"}:
        silent = [f.name for f in public(tree) if "Units:" not in (ast.get_docstring(f) or "")]
        assert silent == []


@every_module
def test_raw_sql_is_in_its_place(path: str, tree: ast.Module) -> None:
    names = {getattr(node, "attr", None) or getattr(node, "id", None) for node in ast.walk(tree)}
    used = names & set(RAW_SQL)
    assert not used or path in RAW_SQL_IN, f"{used}: SQL by hand outside its place"


@every_module
def test_unscoped_is_in_its_place(path: str, tree: ast.Module) -> None:
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "attr", "") == "unscoped"]
    assert not calls or path in UNSCOPED_IN, "unscoped() waives the first wall"


@every_module
def test_manager_without_scope_is_in_its_place(path: str, tree: ast.Module) -> None:
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    making = {id(node.value) for node in attributes if node.attr in {"create", "bulk_create"}}
    models = {ast.unparse(node.value) for node in attributes if node.attr == "every" and id(node) not in making}
    assert not {model for model in models if path not in EVERY_IN.get(model, ())}, "`every` waives the first wall"


@every_module
def test_writes_are_in_services(path: str, tree: ast.Module) -> None:
    """`.save()`, `.create()` and bulk writes happen in services, importers and the ledger."""
    if Path(path).stem in {"queries", "views", "api", "forms", "urls", "indicators", "peers", "periods", "tables"}:
        names = {"save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create"}
        calls = [
            node.func.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names
        ]
        assert calls == []


@every_module
def test_nothing_catches_everything(path: str, tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            name = getattr(node.type, "id", None)
            assert node.type is not None and name not in {"Exception", "BaseException"}, f"line {node.lineno}"


@every_module
def test_no_marks_of_unfinished_work(path: str, tree: ast.Module) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not [word for word in ("TODO", "FIXME", "XXX", "NotImplementedError)") if word in text]


def test_no_inline_script_or_style_in_templates() -> None:
    """The content security policy forbids both; a browser test sees it only on pages it opens."""
    found = []
    for template in (ROOT / "templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        if " style=" in text or "<style" in text or " onclick=" in text or "javascript:" in text:
            found.append(template.name)
        if "<script>" in text:
            found.append(template.name)
    assert found == []


def test_static_files_exist() -> None:
    """A page that names a file nobody has is a 500 with hashed names, and only there."""
    from django.contrib.staticfiles import finders

    named = {
        path
        for template in (ROOT / "templates").rglob("*.html")
        for path in re.findall(r"{% static ['\"]([^'\"]+)['\"]", template.read_text(encoding="utf-8"))
    }
    assert len(named) > 5
    assert [path for path in sorted(named) if finders.find(path) is None] == []


def test_source_strings_are_translated() -> None:
    """Chinese text stands in {% trans %} or gettext, so that the English page has none: checked by `messages --check`."""
    from django.core.management import call_command

    call_command("messages", check=True)


def test_english_text_that_cannot_be_filled_in_is_named() -> None:
    from babel.messages.catalog import Catalog, Message

    from burden.management.commands.messages import faults

    message = Message("少 %(n)d%% 以上", locations=[("x.html", 0)])
    for text, wrong in (("%(n)d%% or more", 0), ("%(n)d% or more", 1)):
        known = Catalog(locale="en")
        known.add(message.id, text)
        assert len(list(faults(message, known))) == wrong
