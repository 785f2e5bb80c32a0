"""Rules as shipped, and files of rules, duty lists, plans and budgets: line by line, all or nothing, safe to repeat."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, transaction

from burden.kit.errors import Refused
from burden.ledger.models import AuditEvent
from burden.standards.importing import METRICS, RULES, SHEETS, Imported, import_standards
from burden.standards.models import BurdenBudget, DutyItem, PlanItem, Rule
from tests.database import as_role
from tests.factories import NOW, make_unit

pytestmark = pytest.mark.django_db
RULE = {
    "code": "LOCAL-1", "regulation": "临溪县报表管理办法", "article": "3", "category": "form", "title_zh": "目录外报表须先备案",
    "title_en": "Forms outside the catalogue are registered first", "check": "in_plan", "metric": "plan_item",
    "operator": "exists", "threshold": "", "unit": "", "period": "each", "applies_to": "issuer", "strength": "hard",
    "text_verified": "true", "note": "",
}  # fmt: skip


def written(*rows, kind="rules"):
    out = io.StringIO()
    lines = csv.DictWriter(out, list(SHEETS[kind].columns))
    lines.writeheader()
    lines.writerows(rows)
    return out.getvalue().encode()


def take(*rows, kind="rules"):
    return import_standards(by=None, kind=kind, data=written(*rows, kind=kind), now=NOW)


def shipped():
    """The rules there are, as a file would state them."""
    return [
        {name: str(getattr(rule, column.attribute)) for name, column in RULES.columns.items()}
        for rule in Rule.objects.all()
    ]


def test_shipped_rules_that_nobody_read_are_off():
    assert Rule.objects.count() == 29
    assert set(Rule.objects.filter(active=False)) == set(Rule.objects.filter(text_verified=False))
    assert Rule.objects.filter(active=True).count() == 22


def test_shipped_rules_are_what_a_file_may_state():
    assert take(*shipped()) == Imported(unchanged=29)


def test_rule_is_created_and_the_same_file_changes_nothing():
    assert take(RULE) == Imported(created=1)
    assert Rule.objects.get(code="LOCAL-1").active
    assert take(RULE) == Imported(unchanged=1)
    assert AuditEvent.objects.filter(what="standards.imported").count() == 1


def test_unread_rule_comes_switched_off():
    take(RULE | {"text_verified": "false"})
    assert not Rule.objects.get(code="LOCAL-1").active


def test_switch_of_the_office_stays_when_a_rule_changes():
    take(RULE)
    Rule.objects.filter(code="LOCAL-1").update(active=False)
    assert take(RULE | {"article": "4"}) == Imported(changed=1)
    rule = Rule.objects.filter(code="LOCAL-1").latest("version")
    assert (rule.version, rule.article, rule.active) == (2, "4", False)
    assert take(RULE | {"article": "4"}) == Imported(unchanged=1)


def test_rule_whose_text_was_not_read_after_all_is_switched_off():
    take(RULE)
    take(RULE | {"text_verified": "false"})
    assert not Rule.objects.filter(code="LOCAL-1").latest("version").active


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"code": ""}, "还没填规则代码"),
        ({"check": "guess"}, "没有“guess”这种检查方式"),
        ({"check": "length"}, "“length”只能度量：characters"),
        ({"check": "length", "metric": "characters", "operator": "<=", "threshold": "很长"}, "界限“很长”不是数字"),
        ({"strength": "iron"}, "强度"),
        ({"text_verified": "maybe"}, "只能是 true 或 false"),
        ({"title_zh": "长" * 201}, "最多 200 个字"),
        ({"category": "party"}, "类别"),
    ],
)
def test_wrong_rule_is_refused_with_its_line(cells, words):
    with pytest.raises(Refused, match="有 1 行不对") as refused:
        take(RULE, RULE | {"code": "LOCAL-2"} | cells)
    assert list(refused.value.errors) == ["line.3"]
    assert words in refused.value.errors["line.3"]
    assert Rule.objects.count() == 29


def test_rule_that_comes_twice_in_a_file_is_refused():
    with pytest.raises(Refused, match="有 1 行不对"):
        take(RULE, RULE)


def test_every_metric_belongs_to_one_check():
    metrics = [metric for known in METRICS.values() for metric in known]
    assert len(metrics) == len(set(metrics))


def test_duty_list_plan_and_budget_are_imported_and_repeated():
    county = make_unit()
    office = make_unit(county, "department")
    duty = {
        "county_code": county.code, "code": "S-01", "title": "森林防火巡查", "kind": "recalled", "owner_code": office.code,
        "citation": "临溪县履职事项清单 收回类第 1 项",
    }  # fmt: skip
    plan = {"issuer_code": office.code, "year": "2026", "category": "inspection", "title": "秋季防火检查", "times": "1"}
    budget = {"issuer_code": office.code, "year": "2026", "person_hours": "21000"}
    for kind, row in (("duties", duty), ("plans", plan), ("budgets", budget)):
        assert take(row, kind=kind) == Imported(created=1)
        assert take(row, kind=kind) == Imported(unchanged=1)
    assert take(plan | {"times": "2"}, kind="plans") == Imported(changed=1)
    assert take(duty | {"owner_code": ""}, kind="duties") == Imported(changed=1)
    assert DutyItem.objects.get(county=county).owner is None
    assert PlanItem.objects.get(issuer=office).times == 2
    assert BurdenBudget.objects.get(issuer=office).person_min == 21_000 * 60


def test_unknown_unit_is_refused_with_its_line():
    plan = {"issuer_code": "nowhere", "year": "1999", "category": "form", "title": "月报", "times": "0"}
    with pytest.raises(Refused) as refused:
        take(plan, kind="plans")
    assert {fault.line for fault in refused.value.faults} == {2}
    assert len(refused.value.faults) == 3


def test_web_role_changes_nothing_that_a_version_says():
    with as_role("burden_web"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Rule.objects.update(threshold="1")
        assert Rule.objects.count() == 29


def test_command_says_what_came_of_the_file(tmp_path, capsys):
    file = tmp_path / "rules.csv"
    file.write_bytes(written(*shipped(), RULE))
    call_command("import_rules", str(file))
    assert capsys.readouterr().out.strip() == "新建 1，有变化 0，没有变化 29"


@pytest.mark.parametrize("name", ["import_rules", "import_duties", "import_plans", "import_budgets"])
def test_command_refuses_a_wrong_file_in_one_sentence(tmp_path, name):
    file = tmp_path / "wrong.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CommandError, match="第 1 行要是列名"):
        call_command(name, str(file))


def test_command_lists_wrong_lines(tmp_path):
    file = tmp_path / "rules.csv"
    file.write_bytes(written(*(RULE | {"code": f"L-{number}", "strength": "iron"} for number in range(25))))
    with pytest.raises(CommandError, match=r"(?s)第 2 行：.*另有 5 行") as refused:
        call_command("import_rules", str(file))
    assert str(refused.value).count("第") == 20
