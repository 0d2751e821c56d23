"""Notices in a server's own words: who did not get the copy, and why.

No server is known by name. A notice names an address in one of few ways (at the start of a line
after it said that something failed; after RCPT TO or "recipient:"; alone on a line; in a sentence
that says it failed), and the surest way that it uses counts. The sender's own addresses, the
notice's own and those one may turn to for help are never taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from mailer.core.notification import Action, Permanence, Recipient
from mailer.delivery.bounces import codes, outcome, phrases
from mailer.delivery.bounces.autoreply import is_answer, is_forwarded
from mailer.delivery.bounces.mime import Part, words
from mailer.delivery.bounces.quoted import Notice, addresses, mailboxes

_OURS = ("to", "delivered-to", "envelope-to", "x-envelope-to", "cc")
_SENDERS = (
    "from",
    "sender",
    "reply-to",
    "return-path",
    "errors-to",
    "x-envelope-from",
    "bounces-to",
)
_LISTS = ("list-post", "list-unsubscribe", "list-help", "list-owner", "x-beenthere")
_RETURNED_TO = ("to", "cc", "bcc", "x-original-to", "delivered-to", "envelope-to", "resent-to")

_NOT_THIS_RE = re.compile(
    r"(?:\b(?:mail ?from|from|sender|return-path|reply-to|message-?id|in-reply-to|references"
    r"|originator|author"
    r"|contact(?:ing)?(?: [\w-]{1,20}){0,4}"
    r"|(?:write|reach|ask)(?:ing)? (?:to|us|me|them)(?: at| on)?"
    r"|contact \S{1,60}@\S{1,60},?(?: or| and)"
    r"|(?:please )?(?:send|e-?mail)(?:ing)? (?:us|me|them|(?:an? )?e?-?mail to)(?: at)?|e-?mail at"
    r"|via|abuse|help|try(?:ing)?"
    r"|or (?:e-?)?mail(?:ing)? to|e\.?g\.?,?|such as|like|example|if|instead"
    r"|questions?|assistance|support|administrator"
    r"|postmaster|by|id|cc"
    r"|hello|hi|dear|greetings|hallo|guten tag|bonjour|hola|ciao|ol[áa]|здравствуйте|уважаемый"
    r"|from address|sent by|expéditeur|absender|remitente|mittente|remetente|afzender"
    r"|contacte[rz]?|kontaktieren(?: sie)?|wenden sie sich(?: bitte)? an|contatt\w{1,20}"
    r"|contact[ao]r?"
    r"|отправитель|发件人|寄件者|寄件人|送信者|差出人|المرسل"
    r"|(?:message|courriel|nachricht|mail|mensaje|correo|messaggio|mensagem|bericht|письмо|رسالة)"
    r" (?:de|von|da|van|от|من)|(?:de|von|da|van|от|من)(?=\s?[:：]))\b"
    r"|请联系|連絡|お問い合わせ)[\s:：=<\"'(\[]*$",
    re.I,
)
_ELSEWHERE_RE = re.compile(
    r"(?:new|current|correct|updated|alternat\w{1,20}|forwarding|nouvelle|neue|nueva|nuovo)"
    r"[^.:]{0,20}(?:address|adresse|direcci[óo]n|indirizzo)[^.:]{0,20}[\s:<\"'(]*$"
    r"|(?:please|instead,?|now) (?:use|write|try|contact)[\s:<\"'(]*$|moved to[\s:<\"'(]*$",
    re.I,
)
_OF_AN_ALIAS_RE = re.compile(
    r"\(?(?:ultimately )?(?:generated|expanded|forwarded) from:?\s*<?$", re.I
)
_NAMED_RE = re.compile(
    r"(?:rcpt to|final[- ]recipient|original[- ]recipient|recipients?|addressee"
    r"|undeliverable address"
    r"|(?:failed|invalid|bad|unknown|error|wrong)[- ](?:address(?:es)?|recipients?|for|user)"
    r"|error-for|addressed to"
    r"|(?:user|mailbox|account|address|user's mailbox is full)|destinataires?|empf[äa]nger"
    r"|destinatari[oi]s?"
    r"|ontvangers?|geadresseerde|получател\w{1,20}|кому|收件人|收信人|收件者|宛先|受信者|수신자|المستلم)"
    r"(?: (?:address|is|was|name|e-?mail))?[\s:：=;<\"'(\[]*(?:rfc822;\s*|smtp:\s*)?<?$",
    re.I,
)
_SENDER_LINE_RE = re.compile(
    r"^[\s>*•-]{0,60}(?:from|sender|reply-to|return-path|errors-to|mail from|von|absender|de"
    r"|expéditeur|remitente|remetente|da|mittente|van|afzender|от|отправитель|من|المرسل|发件人|寄件者|差出人|送信者)"
    r"\s*[:：]",
    re.I,
)
_SUMMARY_RE = re.compile(r"^[\s*•-]{0,40}(?:to|an|à|a|para|aan|кому|إلى)\s{0,9}[:：]", re.I)
_AT_START_RE = re.compile(
    r"^[\s>*•·\-–\[(<\"'=]{0,60}(?:\d{1,3}[.)]\s{0,9})?(?:smtp:)?[<\"']{0,3}(?:mailto:)?$", re.I
)
_TRANSCRIPT_RE = re.compile(r"[45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3} )?<$")
"""What sendmail says last of each recipient; what the other server said begins with "<<<"."""
_HEADING_RE = re.compile(r"recipient|address|following|destination|to these", re.I)
_SENT_RE = re.compile(r"did receive|have received|(?:was|were|been) sent\b(?! for)", re.I)
_LATE_RE = re.compile(r"transient|non-fatal|not yet|delayed|deferred|temporar", re.I)
_LOST_RE = re.compile(r"permanent|fatal|fail|\bnot\b|undeliver|unable|aborted", re.I)
_RESULT_RE = re.compile(
    r"[\s:;,>\])|=–—-]{1,8}(?:(fail|bounced|undeliver|rejected|refused)|(delayed|deferred)"
    r"|(delivered|relayed|sent\b|accepted))",
    re.I,
)
_TAKEN_RE = re.compile(
    r"(?<![\w.])(?:2\.[0-7]\.\d{1,3}|25\d[ -].{0,40}(?:ok|deliver|accept|sent|queued))", re.I
)
_HELP_RE = re.compile(
    r"(?:[\w.-]{0,20}(?:support|help-?desk|hotline)|help|info|admin|contact|no-?reply|service"
    r"|security|unblock|abuse|it)@",
    re.I,
)
"""Addresses that one is told to turn to, rather than those that fail."""
_ROLES = ("postmaster", "mailer-daemon", "abuse", "hostmaster", "mailerdaemon", "helpdesk")


BLOCK = 48
"""Lines of a notice that speaks of one address only."""


class _Way(IntEnum):
    """How surely an address is the one that a notice is about."""

    MENTIONED = 0
    SUMMARY = 1
    IN_SENTENCE = 2
    ALONE = 3
    NAMED = 4


@dataclass(frozen=True, slots=True)
class _Found:
    address: str
    line: int
    way: _Way
    alias: bool
    """Whether it is the address that another one was made of."""
    under: Action | None
    """What the heading above it says of those below, if there is one."""


def is_notice(message: Part, notice: Notice) -> bool:
    """Whether a mail system wrote it to say what became of a copy."""
    subject = words(message.first("subject"))[:300]
    text = outcome.running(notice)
    said = outcome.says_so(text) or bool(codes.basic_class(text))
    titled = bool(phrases.SUBJECTS.search(subject))
    answer = is_forwarded(subject) or (
        is_answer(subject) and bool(message.first("in-reply-to") or message.first("references"))
    )
    if is_systems(message):
        coded = codes.enhanced(text) or codes.basic_class(text)
        named = bool(message.first("x-failed-recipients"))
        arrived = phrases.ARRIVED.search(text) is not None
        return named or titled or ((said or arrived) and bool(coded or not answer))
    # Anybody may write "delivery problems" above a message; a system says what it means, of mail,
    # and not to a list of readers.
    plainly = phrases.NOT_DELIVERED.search(text) and phrases.OF_MAIL.search(text)
    surely = plainly or notice.returned.fields or codes.enhanced(text)
    precedence = message.first("precedence").strip().lower()
    to_readers = precedence == "list" or bool(message.first("list-unsubscribe"))
    by_machine = message.first("auto-submitted") or message.first("return-path").strip() == "<>"
    machine = phrases.MACHINES.search(words(message.first("from"))[:300]) is not None
    machine = machine or phrases.BY_MACHINE.search(f"{subject} . {text}") is not None
    sure = (bool(surely) and not to_readers and machine) or bool(by_machine)
    return titled and not answer and said and (sure or _is_returned(message))


def _is_returned(message: Part) -> bool:
    """Whether another message comes with it."""
    return any(part.type in ("message/rfc822", "text/rfc822-headers") for part in message.walk())


def is_daemons(message: Part) -> bool:
    """Whether its From is one that no person writes from."""
    sender = words(message.first("from"))[:300]
    return not sender.strip(" <>") or phrases.DAEMONS.search(sender) is not None


def is_systems(message: Part) -> bool:
    """Whether its From, or its header, is a mail system's."""
    sender = words(message.first("from"))[:300]
    name = sender.rpartition("@")[0] or sender
    return (
        not sender.strip(" <>")
        or bool(message.first("x-failed-recipients"))
        or phrases.SYSTEMS.search(name) is not None
    )


def recipients(message: Part, notice: Notice) -> list[Recipient]:
    """Those a notice is about; none where it does not say."""
    around = _Around(
        {_plain(one) for one in own(message, notice)},
        {_plain(one) for one in mailboxes(message, *_SENDERS)},
        {one.casefold() for one in mailboxes(notice.returned, *_RETURNED_TO)},
        is_systems(message),
    )
    failed = [
        one for one in mailboxes(message, "x-failed-recipients") if _plain(one) not in around.ours
    ]
    everybody = _find(notice, around)
    found = [one for one in everybody if one.under is not Action.DELIVERED]
    if not failed:
        best = max((one.way for one in found), default=_Way.MENTIONED)
        failed = [one.address for one in found if one.way == best and best > _Way.MENTIONED]
        failed = [one for one in failed if not _HELP_RE.match(one)] or failed
    if not failed:
        failed = [one.address for one in found if one.address.casefold() in around.returned]
    text, subject = outcome.running(notice), words(message.first("subject"))[:300]
    if not (failed or found) and everybody:
        return _arrived(everybody)
    if not failed:
        failed = _by_name(text, returned_to(message, notice))
    if not failed and around.systems:
        failed = [
            one for one, *_ in addresses(subject) if _plain(one) not in around.ours | around.theirs
        ]
    if not failed and around.systems:
        failed = _only({one.address for one in found if not _HELP_RE.match(one.address)})
    named = {one.casefold(): one for one in reversed(failed)}
    for key in _made_of(found, around.returned):
        named.pop(key, None)
    whole, alone = outcome.whole(subject, text), len(named) == 1
    under = {one.address.casefold(): one.under for one in reversed(found) if one.under}
    mixed = {Action.FAILED, Action.DELAYED} <= set(under.values())
    lost = [
        outcome.judged(
            address,
            under.get(key, whole.action) if mixed else whole.action,
            _about(notice, everybody, key, alone),
            whole,
            alone=alone,
        )
        for key, address in reversed(named.items())
    ]
    return lost + _arrived([one for one in everybody if one.address.casefold() not in named])


def _arrived(found: list[_Found]) -> list[Recipient]:
    arrived = dict.fromkeys(one.address for one in found if one.under is Action.DELIVERED)
    return [Recipient(one, Action.DELIVERED, Permanence.TEMPORARY) for one in arrived]


def _about(notice: Notice, found: list[_Found], key: str, alone: bool) -> list[str]:
    """The lines about one address."""
    at = sorted({one.line for one in found if one.address.casefold() == key})
    if alone and not at:
        return list(notice.lines[:BLOCK])
    return outcome.block(notice, at, {one.line for one in found if one.address.casefold() != key})


def only_returned_to(message: Part, notice: Notice) -> list[Recipient]:
    """The one whom the returned message was sent to, where a system's notice names nobody."""
    text, subject = outcome.running(notice), words(message.first("subject"))[:300]
    failed = outcome.says_so(f"{subject} . {text}") or codes.basic_class(text)
    if not is_systems(message) or not failed:
        return []
    whole = outcome.whole(subject, text)
    return [
        outcome.judged(one, whole.action, list(notice.lines[:BLOCK]), whole, alone=True)
        for one in _only(set(returned_to(message, notice)))
    ]


def own(message: Part, notice: Notice) -> set[str]:
    """The sender's own addresses, case-folded: where the notice went, and what it returns."""
    found = mailboxes(message, *_OURS) + mailboxes(notice.returned, *_SENDERS, *_LISTS)
    return {one.casefold() for one in found}


def returned_to(message: Part, notice: Notice) -> list[str]:
    """Whom the returned message was sent to, but for its sender."""
    ours = {_plain(one) for one in own(message, notice)}
    return [one for one in mailboxes(notice.returned, *_RETURNED_TO) if _plain(one) not in ours]


def _made_of(found: list[_Found], returned: set[str]) -> set[str]:
    """The addresses made of others, if those are whom the returned message was sent to."""
    made, before = set(), None
    for one in found:
        if not one.alias:
            before = one
        elif before and one.line - before.line <= 4 and one.address.casefold() in returned:
            made.add(before.address.casefold())
    return made


def _only(addresses: set[str]) -> list[str]:
    """An address where there is no other that could be meant."""
    return list(addresses) if len({one.casefold() for one in addresses}) == 1 else []


def _by_name(text: str, returned: list[str]) -> list[str]:
    """Those whom a notice names without their domain, as some do with users of their own."""
    if not outcome.says_so(text):
        return []
    said = set(re.findall(r"[\w.+-]{3,64}", text.casefold()))
    return [one for one in returned if one.rpartition("@")[0].casefold() in said]


# --- where it says so -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Around:
    """Whose addresses are whose: the first two without case and what stands after a "+"."""

    ours: set[str]
    theirs: set[str]
    returned: set[str]
    systems: bool
    """Whether a mail system wrote the notice, by its From."""


def _find(notice: Notice, around: _Around) -> list[_Found]:
    found: list[_Found] = []
    said, under = False, None
    before = ""
    for number, line in enumerate(notice.lines):
        there = addresses(line)
        under = under if there else _heading(line, under)
        after = next(filter(str.strip, notice.lines[number + 1 : number + 3]), "") if there else ""
        told = f"{before[-200:]} {line[:600]}"
        # What has failed once goes on failing; a pattern takes its time.
        fails = not said and outcome.says_so(told)
        said = said or fails
        fails_here = bool(there) and (
            fails or outcome.says_so(f"{told} {after[:300]}") or bool(codes.basic_class(after[:40]))
        )
        quoted = line.lstrip().startswith(">") and not around.systems
        if quoted or _SENDER_LINE_RE.match(line):
            there = []  # of a notice that somebody passes on; or of the sender
        for address, start, end in there:
            key = address.casefold()
            context = f"{before[-60:]} {line[max(0, start - 60) : start]}"
            way = _way(line, start, said, fails_here)
            if _may_be(key, context, way, around):
                fate = _result(line, end) or (Action.DELIVERED if outcome.arrived(line) else under)
                alias = _OF_AN_ALIAS_RE.search(line[:start]) is not None
                found.append(_Found(address, number, way, alias, fate))
        if line.strip():
            before = line
    return found


def _result(line: str, end: int) -> Action | None:
    """What the line that an address stands in says of it, in the word after it or in a reply."""
    found = _RESULT_RE.match(line[end : end + 60])
    if found:
        return (Action.FAILED, Action.DELAYED, Action.DELIVERED)[(found.lastindex or 1) - 1]
    taken = _TAKEN_RE.search(line) and not codes.basic_class(line)
    return Action.DELIVERED if taken else None


def _heading(line: str, before: Action | None) -> Action | None:
    """What a line says of the addresses below it; what was said before, if it is no heading."""
    if not (_HEADING_RE.search(line[:200]) or line.endswith((":", "："))):
        return before
    if outcome.arrived(line):
        return Action.DELIVERED
    if _LATE_RE.search(line[:200]):
        return Action.DELAYED
    if _LOST_RE.search(line[:200]):
        return Action.FAILED
    return Action.DELIVERED if _SENT_RE.search(line[:200]) else before


def _may_be(key: str, context: str, way: _Way, around: _Around) -> bool:
    """Whether an address can be the one that failed, by whose it is and what stands before it."""
    if _plain(key) in around.ours:
        # Somebody may write to themselves.
        return way is _Way.NAMED and key in around.returned
    if key in around.returned:
        return True
    if key.partition("@")[0] in _ROLES or _plain(key) in around.theirs:
        return False
    domain = key.rpartition("@")[2]
    if way is not _Way.NAMED and any(one.endswith(f"@{domain}") for one in around.ours):
        return False  # somebody of the sender's own house, to turn to
    if _ELSEWHERE_RE.search(context):
        return False
    named = _NAMED_RE.search(context) or _OF_AN_ALIAS_RE.search(context)
    return bool(named) or not _NOT_THIS_RE.search(context)


def _way(line: str, start: int, said: bool, fails: bool) -> _Way:
    before = line[:start]
    if _SUMMARY_RE.match(line):
        return _Way.SUMMARY
    if any(known.search(before) for known in (_NAMED_RE, _OF_AN_ALIAS_RE)):
        return _Way.NAMED
    if _TRANSCRIPT_RE.match(before):
        return _Way.NAMED
    if _AT_START_RE.match(before):
        return _Way.NAMED if said or fails else _Way.ALONE
    if fails or codes.basic_class(line) or codes.enhanced(line):
        return _Way.IN_SENTENCE
    return _Way.MENTIONED


def _plain(address: str) -> str:
    """An address without its case and what stands after a "+"."""
    local, _, domain = address.casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
