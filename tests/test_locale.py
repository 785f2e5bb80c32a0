"""Every Chinese source string has its English text."""

from django.conf import settings

from burden.management.commands.messages import PO, problems


def test_english_is_complete():
    assert problems(settings.BASE_DIR / PO) == []
