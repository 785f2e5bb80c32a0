"""Imported files of the past; and an entry's return, unit and cadre checked once, by the composite foreign key alone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RIGHTS = "REVOKE INSERT, UPDATE, DELETE ON history_file FROM burden_web"


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0007_mark_since"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoryFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=255)),
                ("rows", models.IntegerField()),
                ("imported_at", models.DateTimeField()),
            ],
            options={
                "db_table": "history_file",
            },
        ),
        migrations.AlterField(
            model_name="entry",
            name="cadre",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="unit",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="burden.unit",
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="weekly_return",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="burden.weeklyreturn",
            ),
        ),
        migrations.AlterField(
            model_name="weeklyreturn",
            name="cadre",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="weeklyreturn",
            name="unit",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"
            ),
        ),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
