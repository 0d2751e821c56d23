"""django-post-office, queue and `send_queued`, in an environment of its own (.venv-bench).

`python -m bench.post_office PORT MESSAGES BYTES`. Given every advantage its documentation names:
rendered when queued and not when sent, one batch for all, as many threads as the others have
sessions, only failures logged. Only `send_queued` is counted, not the queueing.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

SESSIONS = 16
TEXT = "Four in ten of the gauges that coastal towns rely on failed on the night. " * 6


def main() -> None:
    """Queue them all, send them all, and say how long the sending took."""
    port, messages = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="bench-django-") as name:
        print(json.dumps(measure(Path(name), port, messages)))


def measure(folder: Path, port: int, messages: int) -> dict[str, float]:
    """One run on a database of its own."""
    import django
    from django.conf import settings

    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(folder / "queue.sqlite3"),
                "OPTIONS": {"timeout": 60},
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
        EMAIL_BACKEND="post_office.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates"},
            {"BACKEND": "post_office.template.backends.post_office.PostOfficeTemplates"},
        ],
        POST_OFFICE={
            "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
            "BATCH_SIZE": messages,
            "THREADS_PER_PROCESS": SESSIONS,
            "LOG_LEVEL": 1,
        },
    )
    django.setup()
    from django.core.management import call_command
    from post_office import mail
    from post_office.models import EmailTemplate

    call_command("migrate", verbosity=0)
    page = "".join(f"<p>{TEXT}</p>" for _ in range(5))
    template = EmailTemplate.objects.create(
        name="release",
        subject="A message of ordinary length",
        content="Dear {{ name }} of {{ outlet }},\n\n" + f"{TEXT}\n\n" * 5,
        html_content="<p>Dear {{ name }} of <em>{{ outlet }}</em>,</p>" + page,
    )
    queueing = time.perf_counter()
    mail.send_many(
        [
            {
                "recipients": [f"n{n}@daily.example"],
                "sender": "Bench <press@bench.example>",
                "template": template,
                "context": {"name": f"Name {n}", "outlet": f"The Daily {n % 50}"},
            }
            for n in range(messages)
        ]
    )
    began = time.perf_counter()
    sent, failed, again = mail.send_queued(processes=1)
    ended = time.perf_counter()
    if (sent, failed, again) != (messages, 0, 0):
        raise SystemExit(f"django-post-office sent {sent}, failed {failed}, requeued {again}")
    return {"messages": messages, "seconds": ended - began, "queueing": began - queueing}


if __name__ == "__main__":
    main()
