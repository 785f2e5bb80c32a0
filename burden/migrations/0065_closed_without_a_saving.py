"""An order may be closed without a saving: where too few weeks were filed for, none can be told."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("burden", "0064_finding_from_observers"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="order",
            name="order_closed",
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("after_weeks__isnull", False),
                        ("closed_at__isnull", False),
                        ("state__in", ("closed", "looked")),
                    ),
                    models.Q(("state__in", ("closed", "looked")), _negated=True),
                    _connector="OR",
                ),
                name="order_closed",
            ),
        ),
    ]
