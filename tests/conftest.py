"""Fixtures of every test: real servers, real migrations, requests as the web role."""

import os

import pytest

from tests import servers

pytest_plugins = ["tests.portal", "tests.chromium"]
os.environ["BURDEN_DB_ROLE"] = "owner"
os.environ["DEMO"] = "0"
# Playwright's event loop stays in the thread; Django would take every later query for one made inside it
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the servers before the settings ask for them: hence no DJANGO_SETTINGS_MODULE in pyproject.toml."""
    if config.getoption("version") or config.getoption("help"):
        return
    servers.start(config)
    os.environ["DJANGO_SETTINGS_MODULE"] = "burden.settings"
    from django.conf import settings

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of a folder that is not there
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # the portal's own takes 0.2 s a login


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Give every test to whichever process is free, but the browser tests of one folder to one: they share a portal.

    xdist's own --dist=loadgroup does nothing under pytest 9.2, which renamed the attribute it writes to.
    """
    from xdist.scheduler import LoadScopeScheduling

    class BrowserTogether(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            folder = nodeid.partition("::")[0].rpartition("/")[0]
            return folder if folder.startswith("tests/browser") else nodeid

    return BrowserTogether(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the walks, each a portal's whole life: at the end one process would wait for the other."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/walks"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Copy the migrated database instead of migrating one for each process."""
    from django.db import connection

    if name := servers.template():
        connection.settings_dict["TEST"]["TEMPLATE"] = name


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let transactional tests end without touching what the migrations filled in."""
    from django.test import TransactionTestCase

    from tests.database import erase, keep_reference_rows

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        keep_reference_rows()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: erase())
        yield


@pytest.fixture
def client():
    """A browser without JavaScript, whose requests reach the database as the web role."""
    from django.test import Client

    from tests.database import as_role

    class WebClient(Client):
        def request(self, **request):
            with as_role("burden_web"):
                return super().request(**request)

    return WebClient()
