"""Forwarding what a person answered to the press officer; never what no person wrote."""

from __future__ import annotations

import asyncio
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr

from mailer.compose.slots import Filled, dot_stuffed
from mailer.core.embargo import Clearance, Refusal, clear_answer
from mailer.core.errors import MailerError
from mailer.delivery import trial
from mailer.delivery.bounces import mime, quoted
from mailer.desk.bounces import Bounces

LONGEST_SHOWN = 20_000
"""Characters of an answer that are shown above the message itself."""


class Forwarding(Bounces):
    """Answers that wait, handed to the relay for the officer that `[bounces] forward_to` names."""

    def forward(self, *, now: datetime) -> int:
        """Forward what waits; how many the relay took. It blocks: call it outside the event loop.

        MailerError with what the relay said, if it did not take one; that one is tried again.
        """
        done = 0
        for number, content in self.to_forward(now):
            answer = asyncio.run(self._hand_over(number, content, now))
            self.forwarded(number, taken=answer.taken, said=answer.said, now=now)
            if not answer.taken:
                raise MailerError(f"an answer waits to be forwarded: {answer.said}")
            done += 1
        return done

    async def _hand_over(self, number: int, content: bytes, now: datetime) -> trial.Answer:
        office, bounces = self._config.office, self._config.bounces
        to = parseaddr(bounces.forward_to)[1]
        sender = bounces.address or to
        left = self.left_by(number)
        message = forward_of(
            content, sender=sender, to=to, domain=office.domain, now=now, left=left
        )
        octets = message.as_bytes()
        envelope = Filled(sender, to, dot_stuffed(octets), len(octets), False, f"answer.{number}")

        def gate() -> Clearance | Refusal:
            return clear_answer(envelope.rcpt_to, own=to, now=now)

        return await trial.hand_over(self._config.relay, envelope, gate)


def forward_of(
    content: bytes, *, sender: str, to: str, domain: str, now: datetime, left: str = ""
) -> EmailMessage:
    """A message that shows an answer and has it whole; to answer it is to answer the journalist.

    It says that no person sent it (RFC 3834), so that it is forwarded by nobody again. `left` is
    the address that gets nothing any more because of it, or "".
    """
    answer = mime.read(content)
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"] = f"Answers <{sender}>"
    message["To"] = to
    message["Subject"] = f"Fwd: {_line(answer.first('subject')) or '(no subject)'}"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=domain)
    message["Auto-Submitted"] = "auto-forwarded"
    back = quoted.mailboxes(answer, "reply-to") or quoted.mailboxes(answer, "from")
    if back and back[0].isascii():
        message["Reply-To"] = back[0]
    whither = "to leave by" if left else "that bounces go\nto"
    done = (
        f"\n{_line(left)} is unsubscribed already; nothing is left to do for that." if left else ""
    )
    words = "\n".join(quoted.read(answer).lines)[:LONGEST_SHOWN]
    message.set_content(
        f"{_line(answer.first('from')) or 'Somebody'} has written to the address {whither}. "
        f"This is it; your answer goes to them. The whole message is attached.{done}\n\n"
        f"{words}\n"
    )
    message.add_attachment(
        content, maintype="application", subtype="octet-stream", filename="answer.eml"
    )
    return message


def _line(value: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in mime.words(value)).split())[:300]
