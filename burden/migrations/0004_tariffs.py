"""The first version of the tariffs, with source and date in every row."""

import datetime as dt

from django.db import migrations

TABLE = "Statistisches Bundesamt, Leitfaden zur Ermittlung des Erfüllungsaufwands: 收到、填写、核算、报送"
READING = "朗读速度研究 255±29 字／分，默读取 300；收文登记 5 分取自同一工时表"
OWN = "本平台建议值，待实测"
STUDIED_ON = dt.date(2024, 1, 1)
OURS_ON = dt.date(2026, 11, 1)
ROWS = [  # category, subkind, people, minutes, travel, prep, source, date, proposed
    ("meeting", "", 1, 60, 0, 0, OWN, OURS_ON, True),
    ("document", "", 1, 14, 0, 5, READING, STUDIED_ON, False),
    ("form", "simple", 1, 7, 0, 0, TABLE, STUDIED_ON, False),
    ("form", "medium", 1, 27, 0, 0, TABLE, STUDIED_ON, False),
    ("form", "high", 1, 215, 0, 0, TABLE, STUDIED_ON, False),
    ("inspection", "", 2, 120, 0, 120, OWN, OURS_ON, True),
    ("other", "secondment", 1, 480, 0, 0, OWN, OURS_ON, True),
]


def add_tariffs(apps, schema_editor):
    version = apps.get_model("burden", "TariffVersion").objects.create(
        number=1, from_week=dt.date(2020, 1, 6), note="初版"
    )
    tariff = apps.get_model("burden", "Tariff")
    names = (
        "category",
        "subkind",
        "people",
        "minutes",
        "travel_minutes",
        "prep_minutes",
        "source",
        "source_on",
        "proposed",
    )
    tariff.objects.bulk_create(tariff(version=version, **dict(zip(names, row, strict=True))) for row in ROWS)


class Migration(migrations.Migration):
    dependencies = [("burden", "0003_guards")]
    operations = [migrations.RunPython(add_tariffs, migrations.RunPython.noop)]
