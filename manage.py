#!/usr/bin/env python
"""The command door: `manage.py help` lists the commands, `manage.py up` runs the portal."""

import os
import sys

OFFLINE = {"messages"}  # commands that need no database


def main() -> None:
    """Run one command."""
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "burden.settings")
    os.environ.setdefault("BURDEN_DB_ROLE", "web" if command == "runserver" else "owner")
    if command == "up":  # before the settings are read: it starts the very servers they ask for
        from burden.embedded.portal import up

        sys.exit(up())
    if command in OFFLINE:
        os.environ.setdefault("BURDEN_NO_DATABASE", "1")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
