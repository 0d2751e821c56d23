"""The fixed words of press documents, in the eight languages, as patterns and nothing else.

Every pattern is matched, ignoring case, against one line whose Markdown marks are already gone.
Adding a phrase to a table here is all it takes to read it.
"""

from __future__ import annotations

import re

_KINDS: dict[str, tuple[str, ...]] = {
    "press release": (
        "press release", "press-release", "news release", "media release", "press notice",
        "press communiqué", "communiqué de presse", "communique de presse", "communiqué",
        "comunicado de prensa", "nota de prensa", "boletín de prensa", "pressemitteilung",
        "presseinformation", "medienmitteilung", "medieninformation", "presseaussendung",
        "comunicado de imprensa", "comunicado à imprensa", "nota à imprensa", "nota de imprensa",
        "comunicato stampa", "nota stampa", "بيان صحفي", "بيان صحافي", "نشرة صحفية", "пресс-релиз",
        "пресс релиз",
    ),
    "media advisory": (
        "media advisory", "media alert", "press advisory", "news advisory", "media invitation",
        "press invitation", "invitation to media", "advisory", "avis aux médias",
        "avis aux medias", "note aux médias", "invitation presse", "invitation à la presse",
        "convocatoria de prensa", "aviso a los medios", "aviso de prensa", "presseeinladung",
        "medieneinladung", "einladung an die presse", "aviso à imprensa", "aviso de pauta",
        "convite à imprensa", "avviso ai media", "avviso alla stampa", "invito stampa",
        "تنبيه إعلامي", "دعوة صحفية", "إشعار إعلامي", "إشعار لوسائل الإعلام",
        "анонс для сми", "анонс", "приглашение для сми",
    ),
    "statement": (
        "statement", "public statement", "joint statement", "press statement", "media statement",
        "official statement", "joint public statement", "déclaration", "déclaration publique",
        "déclaration commune", "declaración", "declaración pública", "erklärung", "stellungnahme",
        "presseerklärung", "öffentliche erklärung", "gemeinsame erklärung", "declaração",
        "declaração pública", "dichiarazione", "dichiarazione pubblica", "بيان", "بيان عام",
        "بيان مشترك", "تصريح", "تصريح صحفي", "заявление", "публичное заявление",
        "совместное заявление",
    ),
    "photo call": (
        "photo call", "photocall", "photo-call", "photo opportunity", "photo opp", "photo op",
        "photo opportunities", "séance photo", "opportunité photo", "convocatoria gráfica",
        "oportunidad fotográfica", "fototermin", "oportunidade fotográfica", "sessão de fotos",
        "opportunità fotografica", "فرصة تصوير", "دعوة للتصوير", "фотосессия",
    ),
}  # fmt: skip

KIND_OF = {phrase: kind for kind, phrases in _KINDS.items() for phrase in phrases}
"""What a document may call itself, in lower case → one of `model.KINDS`."""


def _any(phrases: object) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)  # type: ignore[call-overload]
    return "|".join(re.escape(p).replace(r"\ ", r"\s+") for p in longest_first)


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


KIND = rf"(?P<kind>{_any(KIND_OF)})"

STATEMENT_BY = _pattern(
    r"^(?:\w+\s+){0,2}?(?:statement|déclaration|declaración|erklärung|declaração|dichiarazione"
    r"|заявление)\s+(?:by|of|on|from|attributable|de|du|des|d['’]|del|von|der|des|do|da|di|dell)\b"
    r"|^заявление\s+[^\W\d_]"
)
"""A headline that says itself what kind it is: "Statement by the Minister on …"."""

_IMMEDIATE = (
    r"(?:for\s+)?(?:immediate\s+(?:release|use|publication)|general\s+release)",
    r"pour\s+(?:diffusion|publication)\s+immédiate",
    r"(?:à|a)\s+diffuser\s+immédiatement|diffusion\s+immédiate",
    r"para\s+(?:su\s+)?(?:publicación|difusión|divulgación|distribución)\s+inmediata",
    r"zur\s+sofortigen\s+(?:veröffentlichung|freigabe)",
    r"para\s+(?:divulgação|publicação|distribuição)\s+imediata",
    r"per\s+(?:la\s+)?(?:diffusione|pubblicazione)\s+immediata",
    r"للنشر\s+الفوري|للنشر\s+فورا",
    r"для\s+немедленно(?:й|го)\s+(?:публикации|распространения)",
)
_EMBARGO = (
    r"(?:em[abrg]{3,5}o(?:['’]?e?d)?|e m b a r g o(?: e d)?)"  # as it is spelt in a hurry, too
)
_UNTIL = (
    r"(?:\s*$|\s*[:,|*–—-]|\s+(?:un)?till?\b|\s+to\b|\s+for\b|\s+\d|\s*\("
    r"|\s+(?:lifts?|lifted|ends?|expires?|date|time)\b(?!\s+(?:on|by|over|against)\s+[^\W\d]))"
)
EMBARGO = _pattern(
    *(rf"^(?:{phrase})(?=\W|$)" for phrase in _IMMEDIATE),
    rf"^(?:(?:news|press|media)\s+)?(?:strict(?:ly)?\s+)?(?:under\s+)?(?:strict\s+)?{_EMBARGO}(?:\s+copy)?{_UNTIL}",
    r"^(?:no|not\s+under)\s+(?:any\s+)?embargo\s*$",
    r"^(?:this|the|all|please\s+note)\b[^.]{0,60}\b(?:is|are)\s+(?:strictly\s+)?"
    r"(?:embargoed|under\s+(?:strict\s+)?embargo)\b",
    r"^not\s+(?:for|to\s+be)\s+(?:publi|releas|broadcast|use|distribut)\w*"
    r"(?:\s*$|\b[^.]{0,80}?\s(?:before|until|prior)\b)",
    r"^no\s+(?:publication|release|broadcast)\s+before\b",
    r"^(?:hold\s+)?for\s+release(?:\s*:|\s+(?:on|at|until|after|before|from)\b|\s+\d)",
    r"^(?:release\s+(?:date|time)|hold\s+until)\b",
    r"^(?:strictement\s+)?(?:sous\s+)?embargo\s+jusqu",
    r"^(?:strictement\s+)?sous\s+embargo\b",
    r"^ne\s+pas\s+(?:publier|diffuser)\s+avant\b",
    r"^(?:(?:información|noticia|nota)\s+)?(?:embargad[oa]s?|bajo\s+embargo|embargo\s+hasta)\b|^no\s+(?:publicar|difundir)\s+antes\b",
    r"^(?:sperrfrist|gesperrt\s+bis|frei\s+ab|nicht\s+(?:zu\s+veröffentlichen\s+)?vor\s+dem)\b",
    r"^(?:sob\s+embargo|embargad[oa]s?\s+até|embargo\s+até|não\s+publicar\s+antes)\b",
    r"^(?:(?:notizia|comunicato)\s+)?(?:sotto\s+embargo|embargo\s+fino|da\s+non\s+(?:pubblicare|diffondere)\s+prima)\b",
    r"^(?:حظر\s+النشر|محظور\s+النشر|تحت\s+الحظر|محظور\s+حتى|لا\s+ينشر\s+قبل"
    r"|غير\s+قابل\s+للنشر\s+قبل)",
    r"^(?:под\s+)?эмбарго\b|^не\s+(?:для\s+публикации|публиковать)\s+(?:до|ранее)\b",
)
"""A line that says when the text may be used."""

IMMEDIATE = _pattern(*_IMMEDIATE)
"""The embargo lines that set no embargo."""

END_MARK = _pattern(
    r"^[\W_]*(?:ends?|ends?\s+of\s+(?:the\s+)?(?:press\s+|news\s+|media\s+)?(?:release|statement)"
    r"|fin|fin\s+du\s+communiqué|ende|fine|fim|конец|انتهى|النهاية|xxx)[\W_]*$",
    r"^-+\s*30\s*-+$|^(?:#\s*){3,}$",
)
"""A line that says that what is meant for print is over."""

END_MARK_INLINE = re.compile(r"\s+[-–—/*]*(?:ENDS|END)[-–—/*]*\s*$")
"""The same mark at the end of the last paragraph; only in capitals, being so short."""

MORE = re.compile(r"^[\W_]*more(?:\s+follows)?[\W_]*$", re.IGNORECASE)
"""American page foot: -more-."""

PAGE_NUMBER = _pattern(
    r"^[\W_]*(?:page|seite|página|pagina|pág\.?|pag\.?|p\.|стр(?:аница|\.)?|صفحة)\s*\d{1,3}"
    r"(?:\s*(?:of|sur|von|de|di|из|من|/)\s*\d{1,3})?[\W_]*$",
    r"^[-–—\s]*(?P<page>\d{1,3})\s*(?:/|of|sur|von|de|di|из|من)\s*(?P<pages>\d{1,3})[-–—\s]*$",
)
"""A page number that says it is one."""

NOTES_LABEL = _pattern(
    r"^(?:editors?['’]?s?\s+notes?|notes?\s+(?:to|for)\s+(?:the\s+)?(?:editors?|journalists?|media)"
    r"|notes?)(?=\s*[:.]|\s*$)",
    r"^notes?\s+(?:aux|à\s+l['’]attention\s+des)\s+(?:rédac\w+|éditeurs|journalistes)",
    r"^notas?\s+(?:para|a)\s+(?:los\s+|las\s+|la\s+)?(?:editor\w*|redac\w+|periodistas)",
    r"^(?:hinweise?|anmerkung(?:en)?)\s+(?:für|an)\s+(?:die\s+)?redakt\w+",
    r"^notas?\s+(?:aos|para\s+os|à)\s+(?:editores|redação|jornalistas)",
    r"^note?\s+(?:per|ai|alle|alla)\s+(?:la\s+|le\s+|i\s+)?(?:redazion\w+|redattori|giornalisti)",
    r"^ملاحظ(?:ة|ات)\s+(?:للمحررين|إلى\s+المحررين|للصحفيين)|^ملاحظات(?=\s*[::]|\s*$)",
    r"^примечани[ея]\s+(?:для|к)\s+(?:редак\w+|журналист\w+)|^примечани[ея](?=\s*[:.]|\s*$)",
)
"""The heading of the notes to editors. It is not kept: the template prints its own."""

BACKGROUND_LABEL = _pattern(
    r"^(?:background|context)(?:\s+(?:information|notes?))?(?=\s*[:.]|\s*$)",
    r"^(?:contexte|complément\s+d['’]information|informations\s+complémentaires)(?=\s*:|\s*$)",
    r"^(?:antecedentes|contexto|información\s+(?:complementaria|adicional))(?=\s*:|\s*$)",
    r"^(?:hintergrund(?:information(?:en)?)?)(?=\s*:|\s*$)",
    r"^(?:informações\s+adicionais|contesto|informazioni\s+aggiuntive)(?=\s*:|\s*$)",
    r"^(?:خلفية|معلومات\s+أساسية|معلومات\s+إضافية)(?=\s*:|\s*$)",
    r"^(?:справка|справочная\s+информация|контекст)(?=\s*:|\s*$)",
)
"""The heading of background; it is kept in the notes, being a heading of its own."""

ABOUT_LABEL = _pattern(
    r"^(?:about|à\s+propos\s+d(?:e|u|es)\s|à\s+propos\s+d['’]|acerca\s+de|sobre\s+(?:el|la|o|a|os|as)"
    r"|über|informazioni\s+su|نبذة\s+عن|о\s+компании|об\s+организации)"
    r"\s*(?:the\s+|die\s+|das\s+|den\s+)?(?P<who>[^\d.!?;:]{2,80})\s*:?$"
)
"""The heading of the boilerplate: "About Harbour Watch"."""

CONTACT_LEAD = _pattern(
    r"^contacts?\s+(?:de\s+(?:la\s+)?)?(?:presse|médias?)\b|^service\s+(?:de\s+)?presse\b",
    r"^contac?tos?\s+(?:de|para|con)\s+(?:la\s+|a\s+)?(?:prensa|medios|imprensa)\b",
    r"^(?:for|to)\b[^.:]{0,80}?\b(?:information|info|details|enquir(?:y|ies)|inquir(?:y|ies)"
    r"|queries|interviews?|comments?|accreditation|accredit|images|pictures|photos"
    r"|register|rsvp|visit|contact)\b",
    r"^(?:(?:media|press|news|editorial|public)\s+)?(?:(?:enquiries|inquiries|queries)"
    r"|contacts?(?:\s+(?:details?|information|persons?|for\s+(?:the\s+)?(?:media|press)))?)"
    r"(?=\s*[:–—-]|\s*$)",
    r"^(?:media|press|news)\s+(?:contacts?\b|(?:office|desk|relations)(?=\s*[:–—-]|\s*$))",
    r"^(?:please\s+)?contact\b|^rsvp\b(?:\s+to\b)?|^interview\s+requests?\b|^further\s+(?:information|details)\b",
    r"^pour\b[^.:]{0,60}?\b(?:informations?|renseignements?|interviews?|entretiens?)\b",
    r"^relations?\s+(?:presse|médias)\b|^renseignements\b|^contact\s*:",
    r"^contactos?\b|^para\s+(?:más|mayor|mayores|concertar|solicitar)\b|^gabinete\s+de\s+prensa\b",
    r"^(?:presse|medien)?kontakte?\b|^(?:presse|medien)stelle\b|^(?:presse)?ansprechpartner",
    r"^(?:presse)?(?:an|rück)fragen\b|^(?:für\s+)?(?:weitere|nähere)\s+(?:presse)?(?:informationen"
    r"|auskünfte|rückfragen)\b",
    r"^contatos?\b|^assessoria\s+de\s+(?:imprensa|comunicação)\b"
    r"|^para\s+(?:mais|obter|maiores)\s+\w*\s*informações",
    r"^contatt[oi](?:\s+(?:per\s+la\s+)?stampa)?\b|^ufficio\s+stampa\b|^per\s+(?:\w+\s+)?informazioni\b",
    r"^ل?لمزيد\s+من\s+(?:المعلومات|التفاصيل)|^للتواصل|^جه(?:ة|ات)\s+الاتصال|^للاستفسار"
    r"|^لإجراء\s+(?:مقابلة|مقابلات)|^للاتصال|^المسؤول\s+الإعلامي",
    r"^контакт\w*(?:\s+для\s+\w+)?|^(?:за|для)\s[^.:]{0,60}?информаци|^пресс-служба|^пресс-центр",
)
"""How a contact block begins. It is one only if an address or a number follows."""

PRESS_OFFICE = _pattern(
    r"^(?:press|media|news)\s+(?:office|desk|relations)\b|^service\s+(?:de\s+)?presse\b"
    r"|^relations\s+(?:presse|médias)\b|^(?:presse|medien)stelle\b|^ufficio\s+stampa\b"
    r"|^gabinete\s+de\s+prensa\b|^assessoria\s+de\s+\w+|^пресс-(?:служба|центр)"
)
"""A contact lead that is itself who to call, where no name follows it."""

CALL_TO = _pattern(
    r"\b(?:contacting|contacts?|contacter|contactar|contactez|contatar|contattare|appeler|call"
    r"|reach|write\s+to|get\s+in\s+touch\s+with|kontaktieren(?:\s+sie)?"
    r"|wenden\s+sie\s+sich(?:\s+bitte)?\s+an|s['’]adresser\s+à)\b(?:\s+(?:details|information))?"
    r"|الاتصال\s+(?:ب\u0640?|على)?|يرجى\s+التواصل\s+مع|обращайтесь(?:\s+к)?|свяжитесь\s+с"
)
"""Where, in a contact lead, the lead ends and the contact begins."""

ATTACHMENT = _pattern(
    r"^(?:attach(?:ment|ed|ments)|annex(?:es)?|enclosures?|pièces?\s+jointes?|adjuntos?|anlagen?"
    r"|anexos?|allegat[oi]|مرفق(?:ات)?|приложени[ея])\s*:\s*(?P<files>.+)$"
)
"""A line that names the files that go with the text."""

FIELD_LABEL = _pattern(
    r"^(?P<organisation>organi[sz]ation|issued\s+by|from|source|organisme|organización|herausgeber"
    r"|organização|organizzazione|الجهة|организация)\s*:\s*(?P<value>\S.*)$"
)
"""A line that says whose document this is."""

ISSUED_BY = _pattern(
    r"^(?:by|from|of|de(?:\s+la|\s+l['’])?|du|des|del|der|von|vom|do|da|della?)\s+(?:the\s+)?"
    r"(?P<value>[^\W\d_][^:;!?]{2,80}[^.:;!?])$"
)
"""What may follow the kind: "Medienmitteilung der Hochschule Bergsee"."""

TITLE_LABEL = _pattern(
    r"^(?:headline|title|titre|título|titel|titolo|العنوان|заголовок)\s*:\s*(?P<value>\S.*)$"
)
"""A line that says that it is the headline."""

DATE_LABEL = _pattern(
    r"^(?:date(?:\s+of\s+issue|\s+issued)?|issued(?:\s+on)?|issue\s+date|fecha|datum|data"
    r"|التاريخ|дата)\s*:\s*"
)
"""What may stand before a date in the masthead. "Release date" is an embargo and not here."""

_REFERENCE_VALUE = r"(?P<value>(?=[^|;\t]{0,40}\d)[\w#][\w./()№°-]*(?:\s[\w./()-]+){0,3})"
REFERENCE_LABEL = _pattern(
    r"^(?:(?:\w{2,5}\s+)?index(?:\s+(?:no|number|nr))?|(?:our\s+|your\s+|press\s+)?ref(?:erence)?s?"
    r"(?:\s+(?:no|number|nr|code))?|doc(?:ument)?\s+(?:no|number|ref)|réf(?:érence)?|referencia"
    r"|referência|riferimento|rif|aktenzeichen|az|unser\s+zeichen|n[ºo°]\s+de\s+référence"
    r"|(?:الرقم\s+)?المرجع(?:ي)?|رقم\s+الوثيقة|رقم\s+المرجع|индекс|исх|номер\s+документа)"
    rf"\.?\s*(?:[:#]|n[o°º]\.?:?|№|\s)\s*{_REFERENCE_VALUE}\s*$"
)
"""A reference that says it is one."""

NUMBERED = re.compile(
    r"^(?:(?:no|nr|num|number|n°|nº|№|#|رقم)\s*[.:]?\s*)?"
    r"(?P<value>(?:[A-Z]{1,8}[ /.-]?){0,4}\d[\dA-Z./-]{0,30}(?:\s(?:of|de|von)\s\d{4})?)$",
    re.IGNORECASE,
)
"""What may follow the kind as its number: "Press release no. 12/2024"."""

NUMBER_AND_DATE = _pattern(
    r"^(?:no|nr|num|n°|nº|№)\s*[.:]?\s*(?P<value>\d[\w./-]*),?\s+(?P<day>\D{0,12}\d.{5,30})$"
)
"""The same with its date: "Пресс-релиз № 12 от 14 мая 2026 года"."""

BARE_REFERENCE = re.compile(
    r"^(?P<value>[A-Z]{1,10}(?:[ /.-][A-Z]{1,10}){0,4}[ /.-]?(?:\d{1,6}[/.-]){0,6}\d{1,8}"
    r"(?:[ /-][A-Z]{2})?)$"
    r"|^(?:No|Nr|N°|Nº|№)\.?\s*(?P<number>\d[\d/.-]*)$"
)
"""A reference alone on its line: "IP/24/123", "PR 2024-17", "No. 12/2024"."""

FIVE_W = _pattern(
    r"^(?:who|what|when|where|why|how|time|venue|location|qui|quoi|quand|où|pourquoi|comment|lieu"
    r"|qué|quién|quiénes|cuándo|dónde|wer|was|wann|wo|warum|ort|quem|o\s+que|quando|onde|chi|cosa"
    r"|dove|date\s+(?:and|et)\s+\w+|speakers|rendez-vous|intervenants|heure|día|fecha\s+y\s+hora|hora"
    r"|horario|lugar|intervienen|uhrzeit|termin|treffpunkt|luogo|orario|ora|intervengono|local|horário"
    r"|المكان|الزمان|الموعد|المتحدثون|место|время|участники|من|ماذا|متى|أين|кто|что|когда|где)\s*\??\s*:"
)
"""A line of an advisory's own table; it belongs to the body and its date is the event's."""

PHONE_LABEL = (
    r"(?:tel|telephone|phone|ph|mobile|mob|cell|cellphone|office|direct|desk|landline|switchboard"
    r"|whatsapp|signal|fax|out\s+of\s+hours|after\s+hours|duty|24h|t|m|p|o|h|w|c|d|tél|téléphone"
    r"|portable|fixe|bureau|standard|móvil|celular|teléfono|fijo|oficina|telefon|mobil|handy|büro"
    r"|zentrale|telefone|telemóvel|escritório|cellulare|cell|telefono|ufficio|هاتف|الهاتف|جوال"
    r"|محمول|المحمول|الجوال|тел|телефон|моб|мобильный|рабочий)"
)
"""Words that name a telephone, in any of the languages."""

EMAIL_LABEL = (
    r"(?:e-?mails?|e|mail|courriel|correo(?:\s+electrónico)?|البريد\s+الإلكتروني|эл\.?\s*почта"
    r"|электронная\s+почта|web(?:site)?|site|www|fax|twitter|x)"
)
"""Words that name an address; they are no part of a contact."""

ROLE = _pattern(
    r"\b(?:officer|manager|director|head|spokes(?:person|man|woman)|press|media|communications?"
    r"|comms|advis[eo]r|editor|secretary|assistant|chief|lead|coordinator|specialist|consultant"
    r"|president|chair|professor|attaché|liaison|relations|enquiries|newsdesk|news\s+desk|team"
    r"|chargée?|responsable|porte-parole|directrice|directeur|attachée|presse|cheffe?"
    r"|jef[ea]|directora|portavoz|prensa|coordinador\w*|oficial|encargad[oa]"
    r"|leiter(?:in)?|sprecher(?:in)?|pressesprecher(?:in)?|referent(?:in)?|presse\w+"
    r"|assessor\w*|diretor\w*|imprensa|responsabile|stampa|addett[oa]|portavoce|direttore"
    r"|direttrice)\b",
    r"مسؤول|مدير|متحدث|ناطق|رئيس|منسق|المكتب\s+الإعلامي|пресс|руковод|директор|начальник|секретар",
)
"""A part of a contact line that is a post and no name."""

ORGANISATION = _pattern(
    r"\b(?:ministry|department|university|college|institute|institut|foundation|council|agency"
    r"|association|international|trust|ltd|limited|inc|plc|llc|corp|company|gmbh|group|cent(?:re|er)|network|union"
    r"|society|alliance|club|coalition|observatory|museum|forum|charity|bank|office|commission|committee|nations|federation|authority|board|programme"
    r"|ministère|université|fondation|agence|ministerio|universidad|fundación|agencia"
    r"|\w*(?:verein|verband|stiftung|ministerium|institut|hochschule|warte|amt)"
    r"|ministerium|universität|stiftung|verband|verein|e\.\s?v|ministério|universidade|fundação"
    r"|ministero|università|fondazione|associa\w+|организация|министерство|университет|фонд)\b",
    r"وزارة|جامعة|منظمة|مؤسسة|مركز|هيئة|معهد",
)
"""A part of a contact line that is a body and no person."""

BODY_NAME = re.compile(
    rf"^(?:[A-ZÀ-Þ][\w'’&.-]*\s+|(?:the|of|for|and|de|für|des|der)\s+){{0,4}}?(?:{ORGANISATION.pattern})"
    r"(?:\s+(?:of|for|on|de|du|des|für|der)\s[^.:,;?!]{2,40})?$",
    re.IGNORECASE,
)
"""A name that says that it is a body's: "Pacific Seismology Network", "Office for Rivers"."""

GLUE = _pattern(
    r"(?:at|on|via|by|or|and|please|contact|call|phone|email|e-mail|with|our|the|from"
    r"|à|au|ou|et|par|sur|en|al|o|y|u|unter|oder|und|an|per|ou|e|em|no|pelo|oppure|al|allo"
    r"|أو|على|عبر|و|или|по|и)"
)
"""Little words that join the parts of a contact line."""

STOP_WORDS = {
    "en": "the and of to that is was with said for by have has will from which been are at it in"
    " on",
    "fr": "le les des et est une dans pour qui sur avec du au par ses ont cette sont à la d l a de"
    " en",
    "es": "el los las y es una con por para del su que en al han ha esta como la de un se más",
    "de": "der die das und ist ein eine von mit den dem für auf sich nicht werden wurde im in zu"
    " zum zur des wir sie bei bis aus am",
    "pt": "o os as e um uma com não por para da do na no dos das foi são a de que em",
    "it": "il gli di e è una che con per della del nel sono dei alla ha delle la i un le",
}
"""Frequent words of each language; shared ones are there on purpose, and cancel out."""
