"""Answers that no person wrote: absences, receipts, challenges (RFC 3834, RFC 5230, RFC 8098).

First what the header says; then what subjects say in the words of many programs and languages.
"""

from __future__ import annotations

import re

from mailer.delivery.bounces.mime import Part, words

_MARK_RE = re.compile(
    r"x-(?:[a-z0-9-]{0,30}-)?auto-?(?:matic-?)?(?:repl|respon|generat|submit|answer)[a-z-]{0,30}"
    r"|x-(?:mail-)?vacation[a-z-]{0,20}|x-fc-machinegenerated|x-ooo|x-list-administrivia|x-out-?of-?office"
    r"|x-ms-exchange-generated-message-source|x-boxtrapper-[a-z-]{1,20}|x-tmda-[a-z-]{1,20}"
)
"""Fields that only programs write, whatever their value (but "no")."""

_ANSWERS = ("in-reply-to", "references")
_OF_LISTS = ("list-id", "list-post", "list-unsubscribe", "x-beenthere", "x-mailing-list")

_NO_MARKS = ("x-auto-response-suppress",)
"""Asks that no program answer; a person's program writes it too."""

_MAKERS = ("delivered-to", "x-mailer", "user-agent", "x-post-messageclass")
_PROGRAM_RE = re.compile(r"\bauto-?respon|^vacation\b", re.I)
"""What a program calls itself where others give their name or an address."""

_SUBJECTS = (
    # English
    r"automatic(?:ally generated)? (?:reply|response)",
    r"auto[- ]?(?:reply|response|responder|matic reply)\b",
    r"out[- ]of[- ](?:the[- ])?office",
    r"\booo\b",
    r"(?:i am|i'm|currently) (?:away|on (?:leave|holiday|vacation))",
    r"\bvacation (?:reply|response|message|notice)",
    r"away from (?:the office|my (?:desk|mail|email))",
    r"absence notification|^(?:away|on (?:holidays?|vacation))(?:$| until| till| from \w{1,9} ?\d)",
    r"(?:email|message|sender) (?:requires |needs )?verif(?:y|ication)",
    r"your email requires verification",
    r"please confirm (?:your (?:e-?mail|message|address)|that you sent)|challenge[- ]response",
    r"ticket (?:received|created|opened)|\[ticket ?#?:? ?\d+\]|case #?\d+ (?:created|received)",
    r"(?:we have|we've) received your (?:e-?mail|message|request|enquiry)",
    r"thank you for (?:contacting|your (?:e-?mail|message|enquiry|submission))",
    r"^read:|^not read:|return receipt|^read receipt",
    # French
    r"r[ée]ponse automatique",
    r"absen(?:ce|t|te) du bureau",
    r"message (?:d'absence|automatique)|accus[ée] de (?:r[ée]ception|lecture)|^lu\s*:",
    # German
    r"automatische (?:antwort|r[üu]ck(?:antwort|meldung)|empfangsbest[äa]tigung)",
    r"abwesenheits(?:notiz|nachricht|meldung|assistent)|nicht im b[üu]ro"
    r"|urlaubs(?:antwort|nachricht|meldung)",
    r"lesebest[äa]tigung|^gelesen\s*:|eingangsbest[äa]tigung",
    # Spanish
    r"respuesta autom[áa]tica|fuera de (?:la )?oficina|^le[íi]do\s*:",
    r"mensaje (?:autom[áa]tico|de ausencia)|acuse de recibo",
    # Italian
    r"risposta automatica|fuori (?:sede|ufficio)|assenza dall'ufficio|^letto\s*:",
    r"conferma di lettura",
    # Portuguese
    r"resposta autom[áa]tica|fora do escrit[óo]rio|aus[êe]ncia (?:tempor|do escrit)",
    r"^lida\s*:|confirma[çc][ãa]o de (?:leitura|recebimento)",
    # Dutch
    r"automatisch(?:e)? (?:antwoord|bericht)|afwezigheids(?:bericht|melding)|niet op kantoor",
    r"^gelezen\s*:|ontvangstbevestiging",
    # Russian
    r"автоматическ(?:ий|ое) (?:ответ|сообщение|уведомление)|автоответ|нет на (?:работе|месте)",
    r"вне офиса|нет в офисе|^прочитано\s*:",
    # Arabic
    r"(?:ال)?رد (?:ال)?تلقائ[يى]|رد آلي|الرد الآلي|خارج المكتب",
    # Others that come often
    r"auto(?:matisk(?:t)? ?)?svar\b|frånvaromeddel|frav[æa]rs(?:assistent|melding)|ikke til stede"
    r"|automaattinen vastaus|automaatvastus",
    r"automatyczna odpowied[źz]|odpowied[źz] automatyczna|autoodpowied[źz]"
    r"|poza biurem",
    r"automatick[áaý] odpov[ěe][ďd]|mimo kancel[áa][řr]|automatikus v[áa]lasz"
    r"|h[áa]zon k[íi]v[üu]l"
    r"|otomatik (?:yan[ıi]t|cevap)|ofis d[ıi][şs][ıi]nda",
    r"r[ăa]spuns automat|(?:automatsk|samodejn)i odgovor|автоматичен отговор",
    r"autom[āa]tisk[āa] atbilde|automatinis atsakymas|resposta autom[àa]tica"
    r"|tr[ảa] l[ờo]i t[ựu] [đd][ộo]ng|balasan otomatis|ตอบกลับอัตโนมัติ|תגובה אוטומטית",
    r"自動(?:応答|返信)|不在(?:通知|連絡|の(?:お知らせ|ご連絡))|不在(?:办公室|辦公室)|自动(?:回复|答复)|自動(?:回覆|回复)"
    r"|자동 ?(?:응답|회신)|부재중",
    r"αυτόματη απάντηση|εκτός γραφείου|автоматична відповідь|תשובה אוטומטית|מענה אוטומטי",
)
_ABSENT_RE = re.compile(
    r"(?:i am |i'm |je suis |ich bin |estoy |sono |estou |ik ben |я |أنا |jag [äa]r |jeg er )?"
    r"(?:currently |actuellement |derzeit |zurzeit |actualmente |attualmente |atualmente "
    r"|momenteel )?"
    r"(?:absente?|absence|en (?:cong[ée]s?|vacances)"
    r"|on (?:annual |parental |sick |\w{1,10}ernity )?leave"
    r"|im urlaub|abwesen(?:d|heit)|nicht erreichbar|au(?:ß|ss)er haus|ausente"
    r"|de (?:vacaciones|f[ée]rias)|em f[ée]rias|in ferie|assente|afwezig(?:heid)?|niet aanwezig"
    r"|met (?:vakantie|verlof)|в отпуске|отсутств\w{1,5}|في إجازة|غياب|fr[åa]nvaro"
    r"|frav[æa]r(?:ende)?|p[åa] semester|poissa|nieobecno[śs][ćc]|izinde(?:yim)?|休假(?:中|通知)?"
    r"|(?:外出|出差)(?:中|通知)?|부재중?|휴가(?: ?중)?)"
    r"(?: (?:maternit[ée]|parental|annuels?|maladie|din birou|toimistolta|do escrit[óo]rio"
    r"|w (?:biurze|pracy)|سنوية|مرضية))?"
    r"\s{0,3}(?:$|[:：(,\d–—-]|bis\b|until|till|from|hasta|fino|jusqu|du \d|dal\b|tot\b"
    r"|at[ée]\b|do \d|до\b|с \d|حتى)",
    re.I,
)
"""What a program says of its reader by itself, and a person in a headline of somebody else."""

_SUBJECT_RE = re.compile("|".join(_SUBJECTS), re.I)

_REPLY_RE = re.compile(
    r"(?:re|aw|antw|sv|vs|rv|odp|res|ynt|отв|答复|回复|回覆|رد|fwd?|wg|tr|i|enc|rv)\s*(?:\[\d+\])?\s*[:：]",
    re.I,
)

_CHALLENGE_RE = re.compile(
    r"(?:click|follow|reply to|respond to) (?:on )?(?:(?:this|the) (?:link|message|e-?mail"
    r"|url)|here)[^.\n]{0,80}"
    r"(?:(?:confirm|verif\w{1,3}) (?:that you|your (?:e-?mail|message|address|identity))|deliver"
    r"|releas|authori[sz])"
    r"|your (?:message|e-?mail) (?:is being held|has been (?:held|quarantined))[^.\n]{0,80}"
    r"(?:confirm|verif|approv)",
    re.I,
)
_GUARDED_RE = re.compile(
    r"(?:allowed|approved|white|guest|safe)[- ]?(?:senders?|list)[^.]{0,60}"
    r"(?:deliver|inbox|approved)"
    r"|(?:allowed|approved|guest)[- ]?(?:senders? )?list and to ensure|list of approved senders"
    r"|protect\w{0,20} (?:myself|me|my mailbox) (?:from|against) (?:receiving )?(?:junk|spam)",
    re.I,
)
_LINK_RE = re.compile(r"https?://|\bclick\b|\blink\b", re.I)
"""A guard of a mailbox asks the sender to follow a link; either alone a person may write."""


_MARKED_RE = re.compile(
    r"[\[(](?:auto(?:matic)?[- ]?(?:reply|response|responder)|out of (?:the )?office|verification)"
    r"[^\])]{0,20}[\])]\s*$",
    re.I,
)
"""What a program adds to the subject that it answers."""


def by_header(message: Part) -> bool | None:
    """Whether a program wrote it, by its header; None where that says nothing."""
    submitted = message.first("auto-submitted").strip().lower()
    if submitted:
        return re.match(r"no\b", submitted) is None
    if any(_marks(name, value) for name, value in message.fields):
        return True
    if any(_PROGRAM_RE.search(value) for name in _MAKERS for value in message.all(name)):
        return True
    precedence = message.first("precedence").strip().lower().replace("-", "_")
    if precedence == "auto_reply" or message.first("return-path").strip() == "<>":
        return True
    # Nobody's mail program says that an answer goes to many; vacation's does (RFC 5230 §4.6).
    to_many = precedence in ("bulk", "junk") and not any(map(message.first, _OF_LISTS))
    return True if to_many and any(map(message.first, _ANSWERS)) else None


def _marks(name: str, value: str) -> bool:
    if name in _NO_MARKS or value.strip().lower() in ("", "no", "none", "false"):
        return False
    return _MARK_RE.fullmatch(name) is not None


def is_read_receipt(message: Part) -> bool:
    """Whether it is a disposition notification (RFC 8098)."""
    return any(part.type == "message/disposition-notification" for part in message.walk())


def by_words(message: Part, text: str) -> bool:
    """Whether its words are a program's: its subject, or the first lines of a challenge.

    A subject that begins with "Re:" is a person's answer, whatever the headline it quotes says.
    """
    subject = words(message.first("subject"))[:300].strip()
    if _CHALLENGE_RE.search(text) or (_GUARDED_RE.search(text) and _LINK_RE.search(text)):
        return True
    if _MARKED_RE.search(subject):
        return True
    if is_answer(subject):
        return False
    if re.match(r"auto\s?:", subject, re.I) and by_header(message):
        return True
    return bool(_SUBJECT_RE.search(subject) or _ABSENT_RE.match(subject))


def is_forwarded(subject: str) -> bool:
    """Whether a subject begins as what a person passes on."""
    return re.match(r"(?:fwd?|wg|tr|rv|enc|пер|转发)\s*[:：]", subject.strip(), re.I) is not None


def is_answer(subject: str) -> bool:
    """Whether a subject begins as a person's answer does."""
    return _REPLY_RE.match(subject.strip()) is not None
