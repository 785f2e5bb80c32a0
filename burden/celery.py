"""The Celery app: queues, limits and the schedule. A message is only a hint; the work is rows in PostgreSQL."""

import logging.config
import os
from pathlib import Path
from typing import Any

import structlog
from celery import Celery, Task
from celery.schedules import crontab
from celery.signals import beat_init, setup_logging, worker_ready
from django_structlog.celery.signals import bind_extra_task_metadata
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "burden.settings")
os.environ.setdefault("BURDEN_DB_ROLE", "worker")

TASK_LIMIT = 1800  # seconds
POLL_EVERY = 2.0  # seconds
POLLS = {
    "reports.sweep", "reports.sweep_demands", "reports.run_exports", "resources.read_files", "standards.read_lists",
}  # fmt: skip

app = Celery("burden")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    timezone="Asia/Shanghai",
    task_default_queue="celery",
    task_routes={
        "reports.run_exports": {"queue": "exports"},
        "reports.expire_exports": {"queue": "exports"},
        "reports.*": {"queue": "rollups"},
    },
    # a killed worker's task runs again, and no worker holds back what another could do
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_disable_prefetch=True,
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=10,
    task_time_limit=TASK_LIMIT,
    broker_transport_options={
        "visibility_timeout": 2 * TASK_LIMIT,  # above the limit, or a long task would be handed out twice
        # whoever publishes has rows in the database already and does not wait for a dead broker
        "socket_connect_timeout": 2,
        "socket_timeout": 4,
        "max_retries": 0,
    },
    task_publish_retry=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # workers do wait for it
    task_ignore_result=True,
    beat_schedule={
        # older polls are dropped: one poll takes all the work there is
        **{task: {"task": task, "schedule": POLL_EVERY, "options": {"expires": POLL_EVERY}} for task in sorted(POLLS)},
        "carry-out-events": {"task": "units.carry_out", "schedule": crontab(minute=2)},
        "open-week": {"task": "reports.open_week", "schedule": crontab(minute=5, hour=0, day_of_week="mon")},
        "count-people": {"task": "reports.count_people", "schedule": crontab(minute=30, hour=3)},
        "compare-peers": {"task": "reports.compare_peers", "schedule": crontab(minute=40, hour=3)},
        "verify": {"task": "reports.verify", "schedule": crontab(minute=0, hour=4)},
        "find-signals": {"task": "reports.find_signals", "schedule": crontab(minute=20, hour=3)},
        "deal-panels": {"task": "standards.deal_panels", "schedule": crontab(minute=15, hour=2)},
        "count-asked": {"task": "reports.count_asked", "schedule": crontab(minute=35, hour=2)},
        "spread-returns": {"task": "reports.spread_returns", "schedule": crontab(minute=50, hour=2)},
        "spread-newest": {"task": "reports.spread_returns", "schedule": crontab(minute=12), "kwargs": {"weeks": 1}},
        "meter-portal": {"task": "reports.meter_portal", "schedule": crontab(minute=7)},
        # on two days, and three times each: who has this week's is not told again
        "send-digests": {
            "task": "notices.send_digests",
            "schedule": crontab(minute=25, hour="9-11", day_of_week="mon,tue"),
        },
        "expire-exports": {"task": "reports.expire_exports", "schedule": crontab(minute=17)},
        "release-tickets": {"task": "feedback.release", "schedule": crontab(minute=23, hour="8-18")},
        "escalate-tickets": {"task": "feedback.escalate", "schedule": crontab(minute=50, hour=0)},
        "escalate-orders": {"task": "oversight.escalate", "schedule": crontab(minute=55, hour=0)},
        "clear-sessions": {"task": "accounts.clear_sessions", "schedule": crontab(minute=40, hour=3)},
    },
)
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks(
    [
        "burden.accounts",
        "burden.feedback",
        "burden.feedback.notices",
        "burden.oversight",
        "burden.resources",
        "burden.standards",
        "burden.units",
        "reports",
    ]
)


@setup_logging.connect
def use_portal_logging(**_signal: Any) -> None:
    """Write the same structured logs as the web, without a line for each poll that went well."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
    for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace"):  # each task has its lines already
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("django_structlog.celery.receivers").addFilter(is_news)


@bind_extra_task_metadata.connect
def name_task(task: Task[Any, Any], **_signal: Any) -> None:
    """Put the task's name on every line it logs."""
    structlog.contextvars.bind_contextvars(task=task.name)


def is_news(record: logging.LogRecord) -> bool:
    """Tell whether a line is worth keeping: the polls run every two seconds, and mostly all is well."""
    line = record.msg if isinstance(record.msg, dict) else {}
    return record.levelno > logging.INFO or not POLLS & {line.get("task"), line.get("child_task_name")}


@worker_ready.connect
@beat_init.connect
def tell_launcher(**_signal: Any) -> None:
    """Tell `manage.py up` that this process is ready."""
    if mark := os.environ.get("BURDEN_READY_FILE"):
        Path(mark).touch()
