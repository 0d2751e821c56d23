"""Absences and receipts that show in their text alone (RFC 5230), in the words of many languages.

A program may answer with "Re:", without a field that says so. Two things give it away: that it
speaks of itself, or that it says all that an absence says. A person says one of it, and asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile

MOST_WORDS = 3_000
"""Letters of a text that are looked at."""

_BREAKS_RE = re.compile(r"\s+")
_QUOTED_RE = re.compile(
    r"\s{0,9}>|[\s*_-]{0,9}(?:from|von|de|da|van|от|من|发件人|寄件者|差出人|보낸 ?사람)\s{0,3}[:：]"
    r"|.{0,200}(?:wrote|schrieb|[ée]crit|escribi[óo]|scritto|escreveu|schreef|пиш[еу]т|написала?"
    r"|napisał\w?|skrev|kirjoitti|yazd[ıi]|写道|寫道|書きました|كتب)\s{0,3}[:：]\s*$",
    re.I,
)
"""Where a text stops being its writer's own."""

_ITSELF_RE = re.compile(
    # English
    r"\b(?:this is|for this)(?: an?)? (?:auto-?|automat\w{1,7} )(?:generated )?(?:repl|response"
    r"|message|e-?mail|answer|notif|acknowledg)"
    r"|\bthis (?:message|e-?mail|reply|response)[^.]{0,30} automatical+y"
    r"|\bit (?:was|is|has been) (?:sent|generated) automatically|do not reply to this auto"
    r"|\byour request (?:\(?#?\d{1,12}\)? )?(?:has been|was) (?:received|logged|created)"
    r"|type your reply above this line"
    r"|\bthis (?:mailbox|inbox|address|account) is (?:no longer|not) (?:being )?(?:monitored|read)"
    # French, German, Dutch
    r"|\bceci est un(?:e r[ée]ponse| message) automatique"
    r"|\bce(?:tte)? (?:message|courriel|r[ée]ponse)"
    r"[^.]{0,20} (?:envoy|g[ée]n[ée]r)\w{1,3} automatiquement"
    r"|\bdies(?: ist eine|e[rs]? (?:e-?mail|mail|nachricht|antwort))[^.]{0,30} automatisch"
    r"|\bdit (?:is een automatisch|(?:bericht|antwoord)[^.]{0,20} automatisch)"
    # Spanish, Italian, Portuguese
    r"|\best[ea] (?:es|mensaje|respuesta|correo)[^.]{0,30} autom[áa]tic"
    r"|\bquest[oa] (?:[èe]|messaggio|risposta|e-?mail)[^.]{0,30} automatic"
    r"|^(?:messaggio automatico|risposta automatica|mensaje autom[áa]tico)\b"
    r"|\best[ea] (?:[ée]|mensagem|resposta|e-?mail)[^.]{0,30} autom[áa]tic"
    # Others
    r"|это (?:письмо |сообщение )?[^.]{0,20}автоматическ(?:ий|ое|и)\b"
    r"|to jest (?:wiadomo[śs][ćc]|odpowied[źz]) (?:generowan\w )?automatyczn"
    r"|\b(?:ta|niniejsza) wiadomo[śs][ćc][^.]{0,20} automatycznie"
    r"|\bbu (?:bir )?(?:ileti |mesaj |e-?posta )?[^.]{0,20}otomatik"
    r"|\bt(?:oto je|ato zpr[áa]va|ento e-?mail)[^.]{0,30} automatick"
    r"|(?:detta|dette) [äe]r (?:ett? )?(?:automatis[kt]|autosvar)|t[äa]m[äa] on automaattinen"
    r"|هذ[اه] (?:ال)?(?:رد|رسالة|الرسالة)[^.]{0,20}(?:تلقائي|آلي)"
    r"|(?:本|此|这是|這是)[^。]{0,10}(?:自动|自動|系统)[^。]{0,6}(?:回复|回覆|答复|发送|發送|发出|生成)"
    r"|自動(?:で|返信|応答|送信|配信)(?:メール)?(?:です|で(?:す|お送り)|送信|返信|配信|され|して)"
    r"|(?:이|본) (?:메일|메시지|이메일)[^.]{0,12}자동|자동으로 (?:발송|전송|회신)",
    re.I,
)
"""What a program says of itself, and nobody of theirs."""

_AWAY_RE = re.compile(
    r"\bi(?:'m| am|'ll be| will be)[^.]{0,20} (?:out of (?:the )?office|away\b|on (?:\w{1,10} )?"
    r"(?:leave|holidays?|vacation|sabbatical)|on a [^.]{0,9}trip|travell?ing)"
    r"|\bi (?:do not|don't) work (?:on )?\w{3,6}days?\b|^(?:currently )?out of (?:the )?office"
    r"|\bje (?:suis|serai)[^.]{0,20} (?:absente?|en (?:cong[ée]s?|vacances|d[ée]placement"
    r"|arr[êe]t))"
    r"|\bich bin\b.{0,40} (?:nicht (?:im|in|erreichbar|da)\b|im urlaub|in elternzeit|abwesend"
    r"|au(?:ß|ss)er haus|im mutterschutz)"
    r"|\b(?:estoy|me encuentro|estar[ée])[^.]{0,20} (?:fuera|de (?:vacaciones|baja|viaje)|ausente)"
    r"|\b(?:sono|sar[òo])[^.]{0,20} (?:assente|in ferie|fuori (?:sede|ufficio))"
    r"|\best(?:ou|arei)[^.]{0,20} (?:fora|de f[ée]rias|ausente)"
    r"|\bik ben[^.]{0,20} (?:afwezig|niet (?:aanwezig|op)|met (?:vakantie|verlof)|op vakantie)"
    r"|\bjestem[^.]{0,20} (?:nieobecn|na urlopie|poza biurem)|przebywam na urlopie"
    r"|\bя\b[^.]{0,20} в (?:отпуске|командировке)"
    r"|меня[^.]{0,20} нет (?:в офисе|на (?:работе|месте))"
    r"|izin(?:de|li)yim|tatildeyim|ofis d[ıi][şs][ıi]nday[ıi]m"
    r"|أنا[^.]{0,20}(?:في إجازة|خارج المكتب)"
    r"|我[^。]{0,10}(?:休假|出差|外出|不在)|(?:不在に(?:して|いたし)|休暇(?:中(?!の[^た])|をいただ)|出張中|休業(?:いたし|して|中))"
    r"|휴가 ?(?:중|입니다)|부재 ?중|출장 ?중|p[åa] (?:semester|ferie)|lomalla",
    re.I,
)
_TITLE_RE = re.compile(
    r"\b(?:vacation|holidays?|(?:annual|parental|sick|\w{1,10}ernity) leave|cong[ée]s?|vacances"
    r"|urlaub\w{0,12}|elternzeit|mutterschutz|abwesen\w{1,5}|vacaciones|baja|ferie|assenza|f[ée]rias"
    r"|aus[êe]ncia|vakantie|verlof|urlop|nieobecno[śs][ćc]|izin|ofis d[ıi][şs][ıi]"
    r"|отпуск|отсутстви\w|semester|lomalla|dovolen[áé]|szabads[áa]g|concediu)\b|إجازة|休假|休暇|出張|출장|휴가",
    re.I,
)
"""What somebody calls it in a subject, who may as well write of somebody else's."""

_HINTS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        # Thanks for no message in particular
        r"thank(?:s| you) for (?:your|contacting|e-?mailing|getting)|merci (?:de|pour) votre"
        r"|dank(?:e)? f[üu]r ihre|gracias por su|grazie per (?:la (?:sua|tua)|il suo)"
        r"|obrigad[oa] pel|bedankt voor uw|dzi[ęe]kuj[ęe] za|спасибо за ваш"
        r"|te[şs]ekk[üu]r ederi[mz]|شكرا على|感谢您|感謝您"
        r"|(?:ご連絡|メール)ありがとう|메일 감사",
        # Until when
        r"\bfrom \w{1,9} ?\d{1,2} (?:to|through)|\bdu \d{1,2}[^.]{0,12} au \d"
        r"|\bdal \d[^.]{0,9} al \d"
        r"|\b(?:until|till|back (?:on|in)|return\w{0,3}(?: on)?) |jusqu'|\bbis (?:zum |einschl)?"
        r"|\bhasta (?:el )?|fino (?:al|a)\b|\bat[ée] (?:o )?|\btot (?:en met )?\d|\bdo \d|\bдо \d"
        r"|kadar|حتى|まで|까지|至|\d(?:日|号|號)[^。]{0,6}(?:返|回|前)|\btill \w{1,5} \d|asti\b",
        # Hardly any mail
        r"(?:not|n't) (?:be )?(?:reading|checking|(?:read|check)\b)"
        r"|\b(?:no|limited|little|intermittent|restricted|sporadic)\b[^.]{0,20} access"
        r"|(?:pas|sans|peu)[^.]{0,20} acc[èe]s|acc[èe]s (?:limit|restreint)|kein\w{0,2} zugriff"
        r"|nicht weitergeleitet|sin acceso|acceso limitado|accesso limitato|sem acesso"
        r"|geen toegang|brak dost[ęe]pu|доступа? [^.]{0,20}(?:нет|ограничен)|нет доступа"
        r"|确认邮件|メールを確認できま",
        # Whom else to ask
        r"(?:urgent|immediate|emergenc)\w{0,3}\b|please (?:contact|write to|direct)"
        r"|in my absence|urg[eê]nc(?:es?|ias?)\b|en mon absence"
        r"|dringend|vertret|notf[äa]ll|urgente?s?\b|urgenz|mia assenza|minha aus[êe]ncia"
        r"|mi ausencia|spoed|br[åa]dska|\bpiln|срочн|отсутстви|\bacil|عاجل|طارئ|紧急|緊急|急事"
        r"|急ぎ|긴급|급한",
        # What will be then
        r"(?:(?:up)?on|after) my return|when i (?:return|get back|am back)|as soon as i"
        r"|mon retour|meiner r[üu]ckkehr|wieder (?:im b[üu]ro|da\b|erreichbar|f[üu]r sie)"
        r"|mi (?:regreso|vuelta)|mio (?:rientro|ritorno)|meu (?:regresso|retorno)"
        r"|terugkomst|terugkeer|powrocie|возвращени|d[öo]n[üu][şs]|عودتي|回来后|回來後|返回后|戻り次第|복귀",
    )
)


def own(lines: Iterable[str]) -> str:
    """The words before anything that is quoted, in one line."""
    kept = takewhile(lambda line: not _QUOTED_RE.match(line[:300]), lines)
    return _BREAKS_RE.sub(" ", " ".join(kept)[: 2 * MOST_WORDS]).strip()[:MOST_WORDS]


def says_so(title: str, text: str) -> bool:
    """Whether a message is a program's, by its subject ("" if it answers) and its own words."""
    if _AWAY_RE.match(title) or _ITSELF_RE.search(text):
        return True
    asks = any(mark in text for mark in "?？؟")
    if asks or not _AWAY_RE.search(text):
        return False
    hints = sum(hint.search(text) is not None for hint in _HINTS)
    return hints > 1 or (hints == 1 and _TITLE_RE.search(title) is not None)
