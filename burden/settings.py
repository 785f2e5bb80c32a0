"""Settings: one file, from the environment only, failing loudly.

Without DATABASE_URL the portal uses the embedded servers of `make run` (burden.embedded).
docs/operate.md lists every variable.
"""

import sys
from pathlib import Path
from typing import Any

import environ

from burden import embedded
from burden.kit.logs import logging_config

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DB_ROLES = ("owner", "web", "worker")


def refuse(sentence: str) -> None:
    """End the process with one line: a portal with half its settings must not start."""
    print(f"burden: {sentence}", file=sys.stderr)
    raise SystemExit(1)


local = None if env.str("DATABASE_URL", default="") else embedded.running()
if local is None and not env.str("DATABASE_URL", default="") and not env.bool("BURDEN_NO_DATABASE", default=False):
    refuse("没有数据库：先用 `make run` 启动平台，或设 DATABASE_URL")
DB_ROLE = env.str("BURDEN_DB_ROLE", default="owner")
if DB_ROLE not in DB_ROLES:
    refuse(f"BURDEN_DB_ROLE 要是 {'、'.join(DB_ROLES)} 之一，现在是 {DB_ROLE!r}")

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default=local.secret_key if local else "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if local else [])
if not SECRET_KEY and not env.bool("BURDEN_NO_DATABASE", default=False):
    refuse("没有设 SECRET_KEY：请设成 50 个随机字符")
if not ALLOWED_HOSTS and not env.bool("BURDEN_NO_DATABASE", default=False):
    refuse("没有设 ALLOWED_HOSTS：请写平台的域名，用逗号隔开")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=not local)
DEMO = env.bool("DEMO", default=False)


def database() -> dict[str, Any]:
    """One connection for this process's database role."""
    options: dict[str, Any] = {"pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=8), "timeout": 5}}
    if local:
        place: dict[str, Any] = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "burden",
            "USER": f"burden_{DB_ROLE}",
            "HOST": str(local.pg_host),
        }
    else:
        place = dict(env.db("DATABASE_URL", default="postgres:///burden"))
        options |= place.pop("OPTIONS", {})  # sslmode, or the host of a socket
        if DB_ROLE != "owner":
            options["options"] = f"-c role=burden_{DB_ROLE}"
    # a pool would hold connections open across the commands of an owner
    if DB_ROLE == "owner":
        options.pop("pool")
    return place | {"OPTIONS": options, "ATOMIC_REQUESTS": True, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}


DATABASES = {"default": database()}
DATABASE_ROLES = env.bool("DATABASE_ROLES", default=True)
DATABASE_PREPARED = env.bool("DATABASE_PREPARED", default=True)
REDIS_URL = env.str("REDIS_URL", default=local.redis_url if local else "redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=local.broker_url if local else REDIS_URL)
STATE_DIR = local.state if local else Path(env.str("BURDEN_STATE_DIR", default=str(BASE_DIR / ".var")))
FONT_DIR = env.str("FONT_DIR", default="")  # fonts for PDF that are not installed in the system
EXPORT_DIR = Path(env.str("EXPORT_DIR", default=str(STATE_DIR / "exports")))

INSTALLED_APPS = [
    "burden.apps.BurdenConfig",
    "reports.apps.ReportsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "django_htmx",
    "django_structlog",
]

MIDDLEWARE = [
    "burden.kit.http.FacelessMiddleware",  # before anybody looks at a request of the anonymous channel
    "burden.kit.http.HeadMiddleware",  # around all others: whoever answers, no body leaves
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "burden.kit.http.LanguageMiddleware",
    "burden.kit.http.UploadLimitMiddleware",
    "burden.kit.http.MethodMiddleware",
    "burden.kit.http.NulMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "burden.kit.http.RequestLogMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "burden.accounts.actor.ActorMiddleware",
    "burden.accounts.middleware.SessionMiddleware",
]

ROOT_URLCONF = "burden.urls"
WSGI_APPLICATION = "burden.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "burden.kit.display.display",
                "burden.accounts.navigation.navigation",
                "reports.footer.own_burden",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "burden.kit.templatetags.show",
                "burden.kit.templatetags.draw",
                "burden.kit.templatetags.threads",
                "burden.resources.templatetags.guides",
            ],
        },
    }
]

PORTAL_NAME = env.str("PORTAL_NAME", default="临溪县基层减负平台" if DEMO else "基层减负平台")
PORTAL_NAME_ABOVE = env.str("PORTAL_NAME_ABOVE", default="基层减负平台" if DEMO else "")
PORTAL_ORGANISER = env.str("PORTAL_ORGANISER", default="临溪县整治形式主义为基层减负专项工作机制办公室" if DEMO else "")

# who says what waits for a person (kit.waiting), and what belongs to a thing (kit.threads)
WAITING = (
    "burden.accounts.queries.waiting",
    "burden.demands.waits.waiting",
    "burden.demands.adaptations.queries.waiting",
    "burden.demands.practices.queries.waiting",
    "burden.feedback.notices.queries.waiting",
    "burden.demands.admissions.queries.waiting",
    "burden.demands.duty.waiting",
    "burden.feedback.waits.waiting",
    "burden.oversight.queries.waiting",
    "burden.oversight.observing.queries.waiting",
    "burden.resources.queries.waiting",
    "reports.panels.waits.waiting",
)
THREADS = (
    "burden.demands.waits.thread",
    "burden.demands.adaptations.queries.thread",
    "burden.demands.practices.queries.thread",
    "burden.feedback.waits.thread",
    "burden.oversight.queries.thread",
    "burden.oversight.observing.queries.thread",
    "burden.demands.admissions.queries.thread",
    "burden.resources.queries.thread",
    "reports.panels.waits.thread",
)
# route name of an entry of the top bar -> who counts what it says beside it: (actor) -> int, one query
COUNTS: dict[str, str] = {
    "feedback": "burden.feedback.waits.owed",
    "oversight": "burden.oversight.queries.owed",
}
FIGURES = "reports.provided"  # who has the figures that the write side asks for (kit.figures)
NEWS = "burden.feedback.notices.queries.news"  # what is new for a person (kit.news)
# the portal's own mail server as apprise writes it (mailtos://user:secret@smtp.example.cn?from=…); without one, no mail
NOTICE_MAIL_URL = env.str("NOTICE_MAIL_URL", default="")

# accounts
AUTH_USER_MODEL = "burden.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {
        "NAME": "burden.accounts.passwords.LengthValidator",
        "OPTIONS": {"min_length": 10, "max_length": 128},
    }
]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # no mail is needed anywhere
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "burden.accounts.passwords.LoginAdapter"
ACCOUNT_PRESERVE_USERNAME_CASING = False
# by account, never by address: a county sits behind one
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "5/15m/key", "change_password": "5/m/user"}
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"

# sessions, cache: in PostgreSQL, so that a dead broker stops neither login nor limits
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 24 * 60 * 60  # the longest; accounts.middleware ends most of them earlier
CSRF_FAILURE_VIEW = "burden.kit.views.csrf_failure"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # a small cache would let a stranger push an account's failures out by trying other names
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# language and time
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "burden" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# static files
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(STATE_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "burden.kit.assets.HashedAssets"},
}

# security headers
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 7_000  # my week without script: 200 rows filed and 200 offered, 15 fields each
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
MAX_BODY = 12 * 1024 * 1024  # the largest file is 10 MB, and a form has other fields
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "burden.kit.api.problem",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "基层减负平台 API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    # names for choices of fields called alike
    "ENUM_NAME_OVERRIDES": {
        "AdaptationKindEnum": "burden.demands.adaptations.models.Kind",
        "AdaptationStateEnum": "burden.demands.adaptations.models.State",
        "AdmissionStateEnum": "burden.demands.admissions.models.State",
        "BulletinKindEnum": "burden.oversight.models.Kind",
        "BulletinStateEnum": "burden.oversight.models.State",
        "DemandStateEnum": "burden.demands.models.State",
        "DutyKindEnum": "burden.standards.models.Duty",
        "PracticeStateEnum": "burden.demands.practices.models.State",
        "RecognitionKindEnum": "burden.oversight.models.RecognitionKind",
        "RecognitionStateEnum": "burden.oversight.models.RecognitionState",
        "TicketStateEnum": "burden.feedback.choices.State",
        "FindingStateEnum": "burden.oversight.models.FindingState",
        "OrderStateEnum": "burden.oversight.models.OrderState",
        "UnitKindEnum": "burden.units.models.Kind",
    },
}

DJANGO_STRUCTLOG_CELERY_ENABLED = True  # a request's id travels with the tasks it asks for
# from where somebody was online is kept nowhere; acts stand in the ledger, with the id of their request
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = ""
LOGGING = logging_config(env.str("LOG_LEVEL", default="INFO"))
