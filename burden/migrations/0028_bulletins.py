"""Bulletins: what was published stays as it is, words and figures."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

# published means frozen: a correction is an edition of its own
FROZEN = """
CREATE FUNCTION bulletin_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'bulletin % is published', OLD.id;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE ON bulletin FOR EACH ROW WHEN (OLD.state = 'published')
    EXECUTE FUNCTION bulletin_frozen();
"""
THAWED = "DROP TRIGGER frozen ON bulletin; DROP FUNCTION bulletin_frozen()"
RIGHTS = "GRANT INSERT, UPDATE ON bulletin TO burden_web"


def set_rights(apps, schema_editor):
    """Skipped where a managed server forbids roles (DATABASE_ROLES=0)."""
    if settings.DATABASE_ROLES:
        schema_editor.execute(RIGHTS, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0027_paths_of_moved_units"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bulletin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form", models.CharField(choices=[("notice", "通报"), ("brief", "简报")], max_length=10)),
                ("kind", models.CharField(choices=[("month", "月"), ("quarter", "季"), ("year", "年")], max_length=10)),
                ("first_week", models.DateField()),
                ("last_week", models.DateField()),
                ("year", models.SmallIntegerField()),
                ("number", models.SmallIntegerField()),
                ("edition", models.SmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "草稿，待核稿"), ("checked", "已核稿，待签发"), ("published", "已发布")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("version", models.IntegerField(default=1)),
                ("title", models.CharField(max_length=100)),
                ("organ", models.CharField(max_length=100)),
                ("blocks", models.JSONField()),
                ("figures", models.JSONField()),
                ("figures_at", models.DateTimeField()),
                ("drafted_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField(null=True)),
                ("published_at", models.DateTimeField(null=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.bulletin"
                    ),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="burden.unit"),
                ),
            ],
            options={
                "db_table": "bulletin",
                "base_manager_name": "every",
                "default_manager_name": "every",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("unit", "form", "kind", "first_week", "edition"), name="bulletin_once"
                    ),
                    models.UniqueConstraint(
                        fields=("unit", "form", "year", "number", "edition"), name="bulletin_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_week__iso_week_day", 1),
                            ("first_week__lte", models.F("last_week")),
                            ("last_week__iso_week_day", 1),
                        ),
                        name="bulletin_weeks",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("corrects", None), ("edition", 0), ("number__gte", 1)),
                            models.Q(("corrects__isnull", False), ("edition__gte", 1), ("number__gte", 1)),
                            _connector="OR",
                        ),
                        name="bulletin_edition",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checked_at", None), ("checked_by", None), ("state", "draft")),
                            models.Q(
                                ("checked_at__isnull", False),
                                ("checked_by__isnull", False),
                                models.Q(("state", "draft"), _negated=True),
                                models.Q(("checked_by", models.F("changed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="bulletin_checked_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("published_at__isnull", False), ("published_by__isnull", False), ("state", "published")
                            ),
                            models.Q(
                                ("published_at", None),
                                ("published_by", None),
                                models.Q(("state", "published"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="bulletin_published_by",
                    ),
                ],
            },
            managers=[
                ("every", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RunSQL(FROZEN, THAWED),
        migrations.RunPython(set_rights, migrations.RunPython.noop),
    ]
