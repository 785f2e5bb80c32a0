"""The register page's form: what is typed goes to demands.values as it is, whose sentences come back beside the fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.widgets import ChoiceWidget
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from burden.demands import facts as asking
from burden.demands.choices import Choices, codes_of, names_of
from burden.demands.facts import FACTS, Fact
from burden.demands.models import TITLE_LENGTH, Channel, Demand, Frequency, Origin
from burden.demands.values import NAMES
from burden.kit.errors import Refused
from burden.kit.forms import Plain, Spoken
from burden.kit.reading import SHOWN, shown
from burden.standards.measure import Cost
from burden.standards.models import SUBKINDS, Category
from burden.units.models import Unit

SEPARATORS = re.compile(r"[、，,；;\r\n\t]+")
NUMBERS = ("people", "minutes", "travel_minutes", "prep_minutes")
AS_TYPED = (
    "category", "title", "basis", "origin", "frequency", "first_on", "at", "until", "late_reason", "post_title",
    "channel", "lead", "duty_item",
)  # fmt: skip
BEGUN = ("title", "category", "origin", "frequency", "channel", "afterwards")  # what a new one says already
SEVERAL = ("levels", "kinds", "traits")
PLACES = {
    "fields": "columns",
    "receivers": "levels",
    "receivers.units": "units",
    "receivers.under": "under",
}  # where a sentence is shown
MOST_TYPED = 1_000_000  # characters of a pasted list: a browser cuts what is longer without a word, a refusal counts it
NOTHING = ("", "—")


def typed(label: Any, hint: Any = "", *, length: int = TITLE_LENGTH, **attrs: Any) -> forms.CharField:
    """Make a field of one line; what is wrong with it is said by demands.values."""
    attrs = {"maxlength": length, "autocomplete": "off"} | attrs
    return forms.CharField(label=label, help_text=hint, required=False, widget=forms.TextInput(attrs=attrs))


def whole(label: Any, hint: Any = "") -> forms.CharField:
    """Make a field of a whole number."""
    return typed(label, hint, length=8, inputmode="numeric", **{"class": "inp num"})


def moment(label: Any, kind: str, hint: Any = "") -> forms.CharField:
    """Make a field of a day or a time of day."""
    return typed(label, hint, length=10, type=kind, **{"class": "inp num"})


def one(label: Any, options: Any, widget: type[ChoiceWidget] = forms.Select, hint: Any = "") -> forms.CharField:
    """Make a field of one code."""
    return forms.CharField(label=label, help_text=hint, required=False, widget=widget(choices=options))


def several(label: Any) -> forms.Field:
    """Make a field of several codes, offered when the form is made."""
    return forms.Field(label=label, required=False, widget=forms.CheckboxSelectMultiple)


def lines(label: Any, rows: int, **attrs: Any) -> forms.CharField:
    """Make a field of several lines."""
    attrs = {"rows": rows, "maxlength": MOST_TYPED} | attrs
    return forms.CharField(label=label, required=False, widget=forms.Textarea(attrs=attrs))


def field_of(fact: Fact) -> forms.Field:
    """Make the field of one thing a category asks."""
    if fact.kind == "flag":
        return forms.BooleanField(label=fact.label, required=False)
    if fact.kind == "choice":
        return one(fact.label, [NOTHING, *fact.choices])
    return whole(fact.label) if fact.kind == "whole" else typed(fact.label, length=fact.high)


class RegisterForm(Spoken):
    """One demand, all of it optional: an empty number is the tariff's. A category's own fields are named `form.asks_photos`."""

    category = one(gettext_lazy("类型"), Category.choices, forms.RadioSelect)
    title = typed(NAMES["title"])
    basis = typed(
        NAMES["basis"], gettext_lazy("法律法规、上级文件或会议决定；没有依据的不得下发"),
        placeholder=gettext_lazy("例：农发〔2026〕12号"),
    )  # fmt: skip
    origin = one(
        NAMES["origin"], Origin.choices, forms.RadioSelect, gettext_lazy("最早是谁要求的；转办的不算在本单位头上")
    )
    frequency = one(NAMES["frequency"], Frequency.choices)
    first_on = moment(gettext_lazy("哪天开会、哪天要"), "date")
    at = moment(NAMES["at"], "time")
    until = moment(gettext_lazy("到哪天为止"), "date")
    afterwards = forms.BooleanField(required=False, widget=forms.HiddenInput)
    late_reason = typed(gettext_lazy("为什么事后才登记"), gettext_lazy("急事可以先办后补，会标“事后补登记”"))
    levels = several(gettext_lazy("发到哪里"))
    kinds = several(gettext_lazy("只要这几类"))
    traits = several(gettext_lazy("只要有这些特征的"))
    under = one(gettext_lazy("只要这里的"), ())
    units = lines(gettext_lazy("另加名单"), 2, placeholder=gettext_lazy("单位名称或代码，一行一个"))
    people = whole(gettext_lazy("每个单位几个人"), gettext_lazy("空着按工时标准算"))
    minutes = whole(gettext_lazy("每人大约多少分钟"), gettext_lazy("空着按工时标准算"))
    travel_minutes = whole(gettext_lazy("每人路上往返分钟"))
    prep_minutes = whole(gettext_lazy("每个单位准备分钟"))
    columns = lines(NAMES["fields"], 4, placeholder=gettext_lazy("一行一个；可从表格里整列粘贴"))
    post_title = typed(NAMES["post_title"], length=50, placeholder=gettext_lazy("例：党政综合办"))
    channel = one(NAMES["channel"], Channel.choices)
    lead = one(NAMES["lead"], ())
    supporting = typed(NAMES["supporting"], length=1_000, placeholder=gettext_lazy("部门名称，用顿号隔开"))
    duty_item = one(NAMES["duty_item"], ())
    plan_item = one(NAMES["plan_item"], ())

    def __init__(self, *args: Any, issuer: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        self.issuer = issuer
        for category, asked in FACTS.items():
            self.fields |= {f"{category}.{fact.name}": field_of(fact) for fact in asked}
        for category, kinds in SUBKINDS.items():
            self.fields[f"{category}.subkind"] = one(_("哪一种"), [(kind.value, kind.label) for kind in kinds])
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
                field.widget.attrs.setdefault("class", "inp")

    def offer(self, choices: Choices) -> None:
        """Put in what may be chosen, which a page shows and a kept draft does without."""
        offered: dict[str, Any] = {
            "levels": choices.levels, "kinds": choices.kinds, "traits": choices.traits, "lead": choices.departments,
            "under": [("", _("全部")), *choices.under], "duty_item": [NOTHING, *choices.duties],
            "plan_item": [NOTHING, *choices.plans],
        }  # fmt: skip
        for name, options in offered.items():
            self.fields[name].widget.choices = options

    def asked(self) -> dict[str, list[BoundField]]:
        """Return what each category asks, its subkind first: texts and numbers before the flags."""
        found: dict[str, list[BoundField]] = {}
        for category in Category.values:
            mine = [self[name] for name in self.fields if name.startswith(f"{category}.")]
            found[category] = sorted(mine, key=lambda each: isinstance(each.field, forms.BooleanField))
        return found

    def typed_values(self) -> dict[str, Any]:
        """Return what was typed, as demands.values.read takes it; names of units that are none are noted as errors."""
        said = self.cleaned_data
        category = said["category"] or Category.FORM
        found: dict[str, Any] = {name: said[name] for name in AS_TYPED} | {"category": category}
        found["facts"], found["afterwards"] = self._facts(category), said["afterwards"]
        found["fields"] = said["columns"] if category == Category.FORM else ""
        found["subkind"] = said.get(f"{category}.subkind", "")
        found["supporting"] = self._codes("supporting")
        found["receivers"] = {name: said[name] or [] for name in SEVERAL} | {
            "under": said["under"] or None,
            "units": self._codes("units"),
        }
        found["plan_item"] = number(said["plan_item"]) or None
        usual = vars(self.usual())
        return found | {name: number(said[name]) if said[name] else usual[name] for name in NUMBERS}

    def _facts(self, category: str) -> dict[str, Any]:
        asked = {fact.name: self.cleaned_data[f"{category}.{fact.name}"] for fact in FACTS[category]}
        kinds = {fact.name: fact.kind for fact in FACTS[category]}
        return {
            name: number(value) if kinds[name] == "whole" else value
            for name, value in asked.items()
            if value not in ("", False, None)
        }

    def _codes(self, name: str) -> list[str]:
        words = [word for each in SEPARATORS.split(self.cleaned_data[name]) if (word := each.strip())]
        known = codes_of(self.issuer, words) if words else {}
        for word in words:
            if word not in known:
                self.add_error(name, _("本单位能下达的范围里没有“%(name)s”，请写全名或代码") % {"name": shown(word)})
            elif len(known[word]) > 1:
                self.add_error(name, _("不止一个单位叫“%(name)s”，请在前面加上乡镇，或写代码") % {"name": shown(word)})
        return [known[word][0] for word in dict.fromkeys(words) if len(known.get(word, ())) == 1]

    def expect(self, usual: Cost) -> None:
        """Show in empty fields which numbers of the tariff stand for them."""
        for name in NUMBERS:
            self.fields[name].widget.attrs["placeholder"] = str(getattr(usual, name))

    def usual(self) -> Cost:
        """Return what the tariff says of what was typed. Units: whole minutes, each person."""
        category = self.cleaned_data["category"] or Category.FORM
        if category not in Category.values:
            return Cost(people=1, minutes=0)
        try:
            facts = asking.read(category, self._facts(category))
        except Refused:  # the fault is shown beside its field; the tariff does without it
            facts = {}
        return asking.defaults(category, self.cleaned_data.get(f"{category}.subkind", ""), facts)

    def show(self, errors: Mapping[str, str]) -> None:
        """Put sentences beside their fields; what has no field goes on top."""
        category = self.cleaned_data["category"] or Category.FORM
        for name, words in errors.items():
            place = PLACES.get(name, name.replace("facts.", f"{category}."))
            place = f"{category}.subkind" if place == "subkind" else place
            self.add_error(place if place in self.fields else None, words)


def number(text: str) -> int | str:
    """Read digits of either width; anything else stays as it was typed, to be repeated in the refusal."""
    plain = text.strip()
    return int(plain) if plain.isdecimal() and len(plain) <= SHOWN else plain


def typed_of(values: Mapping[str, Any], category: str, issuer: Unit) -> dict[str, Any]:
    """Return values of a demand as they stand in the form's fields.

    Shape: values as demands.values.read takes them, any of them absent.
    """
    said = {
        name: value for name, value in values.items() if name not in ("facts", "receivers", "supporting", "subkind")
    }
    said |= {f"{category}.{name}": value for name, value in values.get("facts", {}).items()}
    if "subkind" in values:
        said[f"{category}.subkind"] = values["subkind"]
    if "receivers" in values:
        chosen = values["receivers"]
        said |= {name: list(chosen.get(name, ())) for name in SEVERAL} | {"under": chosen.get("under") or ""}
        said["units"] = "\n".join(names_of(issuer, chosen.get("units", ())))
    if "supporting" in values:
        said["supporting"] = "、".join(names_of(issuer, values["supporting"]))
    if "fields" in values:
        said["columns"] = "\n".join(said.pop("fields"))
    return {name: _written(value) for name, value in said.items()}


def _written(value: Any) -> Any:
    """Write a value as a field holds it."""
    if hasattr(value, "strftime"):
        return value.isoformat()[:10] if hasattr(value, "year") else value.strftime("%H:%M")
    return "" if value is None else value


def values_of(demand: Demand) -> dict[str, Any]:
    """Return what is stored of a demand, as demands.values.read takes it."""
    plain = (*AS_TYPED, *NUMBERS, "afterwards", "subkind", "facts", "receivers", "fields")
    found = {name: getattr(demand, name) for name in plain if name not in ("lead", "duty_item")}
    return found | {
        "lead": demand.lead.code,
        "supporting": [unit.code for unit in demand.supporting.all()],
        "duty_item": demand.duty_item.code if demand.duty_item else "",
        "plan_item": demand.plan_item_id or "",
    }


def blank(demand: Demand) -> dict[str, Any]:
    """Return what the form of a new demand shows before anything is typed."""
    return {name: getattr(demand, name) for name in BEGUN} | {"lead": demand.issuer.code}


def stored(demand: Demand) -> dict[str, Any]:
    """Return a stored demand as its form shows it: a number that is the tariff's is left to the tariff."""
    said = typed_of(values_of(demand), demand.category, demand.issuer)
    usual = vars(usual_of(demand))
    return said | {name: "" for name in NUMBERS if said[name] == usual[name]}


def usual_of(demand: Demand) -> Cost:
    """Return what the tariff says of a demand. Units: whole minutes, each person."""
    return asking.defaults(demand.category, demand.subkind, demand.facts)


def posted(post: QueryDict) -> dict[str, Any]:
    """Return a posted form as a mapping that found values can be laid over."""
    return {name: post.getlist(name) if name in SEVERAL else post[name] for name in post}


class LedgerForm(Plain):
    """A department's own ledger."""

    file = forms.FileField(
        label=gettext_lazy("台账文件"), allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,text/csv"}),
        error_messages={"required": gettext_lazy("选一个 xlsx 或 CSV 文件")},
    )  # fmt: skip
