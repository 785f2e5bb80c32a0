"""A sample that has not begun may be taken back by the office that set it."""

from django.db import migrations


class Migration(migrations.Migration):
    """Let the pages delete a sample."""

    dependencies = [("burden", "0031_unit_events")]

    operations = [
        migrations.RunSQL("GRANT DELETE ON sample TO burden_web", "REVOKE DELETE ON sample FROM burden_web"),
    ]
