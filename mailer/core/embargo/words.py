"""The words of embargo lines, as tables. Nothing is decided here.

Every key is folded (`fold`): accents and marks dropped, lower case, so that a table's "manana"
is a line's "MAÑANA". What Unicode's CLDR knows (months, weekdays,
cities, countries) comes from Babel in `places`; what press offices write besides is here.
"""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Text as the tables spell it: compatibility forms, marks and case undone."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf")).casefold()


def folded(words: str) -> frozenset[str]:
    """A set of words out of a line of them."""
    return frozenset(fold(words).split())


# --- months and weekdays that CLDR does not spell --------------------------------------------

MONTHS: dict[str, int] = {
    "sept": 9, "mrz": 3, "febr": 2, "setiembre": 9, "set": 9, "janner": 1, "feber": 2, "marz": 3,
    "maerz": 3, "janv": 1, "juill": 7, "كانون الثاني": 1, "شباط": 2, "اذار": 3, "نيسان": 4,
    "ايار": 5, "حزيران": 6, "تموز": 7, "اب": 8, "ايلول": 9, "تشرين الاول": 10,
    "تشرين الثاني": 11, "كانون الاول": 12, "جانفي": 1, "فيفري": 2, "افريل": 4, "ماي": 5,
    "جوان": 6, "جويلية": 7, "اوت": 8, "غشت": 8, "يوليوز": 7, "شتنبر": 9, "نونبر": 11,
    "دجنبر": 12, "июня": 6, "июля": 7,
}  # fmt: skip

WEEKDAYS: dict[str, int] = {
    "tues": 1, "weds": 2, "thur": 3, "thurs": 3, "sonnabend": 5, "segunda": 0, "terca": 1,
    "quarta": 2, "quinta": 3, "sexta": 4, "понедельника": 0, "вторника": 1, "среду": 2,
    "среды": 2, "четверга": 3, "пятницу": 4, "пятницы": 4, "субботу": 5, "субботы": 5,
    "воскресенья": 6, "الاتنين": 0, "جمعه": 4, "الجمعه": 4,
}  # fmt: skip

# --- times ------------------------------------------------------------------------------------

NOONS = dict.fromkeys(
    ("noon", "midday", "mittags", "mittag", "midi", "mediodia", "mezzogiorno", "полдень", "полудня",
     "الظهر", "meio dia", "ظهر", "منتصف النهار", "وقت الظهر"),
    0,
)  # fmt: skip
MIDNIGHTS = dict.fromkeys(
    ("midnight", "mitternacht", "minuit", "medianoche", "mezzanotte", "полночь", "полуночи",
     "meia noite", "منتصف الليل", "منتصف ليل", "mezza notte"),
    0,
)  # fmt: skip

MERIDIEMS: dict[str, str] = {
    "am": "am", "pm": "pm", "in the morning": "am", "in the afternoon": "pm",
    "in the evening": "pm", "at night": "night", "de la manana": "am", "de la tarde": "pm",
    "de la noche": "night", "de la madrugada": "am", "da manha": "am", "da tarde": "pm",
    "da noite": "night", "da madrugada": "am", "du matin": "am", "de l apres midi": "pm",
    "du soir": "pm", "del mattino": "am", "di mattina": "am", "del pomeriggio": "pm",
    "di sera": "pm", "della sera": "pm", "di notte": "night", "утра": "am", "дня": "noon",
    "вечера": "pm", "ночи": "night", "صباحا": "am", "ص": "am", "فجرا": "am", "مساء": "pm",
    "م": "pm", "ظهرا": "noon", "بعد الظهر": "pm", "ليلا": "night", "morgens": "am",
    "vormittags": "am", "nachmittags": "pm", "abends": "pm", "nachts": "night",
    "fruh": "am", "noon": "noon", "midday": "noon", "midnight": "midnight",
    "del mediodia": "noon", "عصرا": "pm",
}  # fmt: skip
"""What may follow an hour of the twelve. "night" is before or after midnight, by the hour."""

HOUR_MARKS = folded("h hr hrs hs hour hours heure heures uhr horas ч час часа часов")
"""After a number, these say that it is an hour of the twenty-four."""

HOURS_FOLLOW = folded("ore alle delle dalle las as um الساعة")
"""Before a number, these say that it is an hour; of which half of the day, they do not say."""

SPELT_HOURS: dict[str, int] = {
    "الواحدة": 1, "الثانية": 2, "الثالثة": 3, "الرابعة": 4, "الخامسة": 5, "السادسة": 6,
    "السابعة": 7, "الثامنة": 8, "التاسعة": 9, "العاشرة": 10, "الحادية عشرة": 11,
    "الثانية عشرة": 12,
    **{word: n for line in (
        "one two three four five six seven eight nine ten eleven twelve",
        "una dos tres cuatro cinco seis siete ocho nueve diez once doce",
        "una due tre quattro cinque sei sette otto nove dieci undici dodici",
        "uma duas tres quatro cinco seis sete oito nove dez onze doze",
    ) for n, word in enumerate(line.split(), 1)},
}  # fmt: skip
"""Hours that are written out, after one of `HOURS_FOLLOW` or before one of `MERIDIEMS`."""

FIRSTS = folded("first premier primo primero primeiro ersten erster первое первого")
"""The first of a month, written out."""

_UNITS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
    "eighteenth", "nineteenth", "twentieth",
)  # fmt: skip
ORDINALS: dict[str, int] = {
    **{word: n for n, word in enumerate(_UNITS, 1)},
    **{f"twenty {word}": 20 + n for n, word in enumerate(_UNITS[:9], 1)},
    **dict.fromkeys(FIRSTS, 1),
    "thirtieth": 30, "thirty first": 31,
}  # fmt: skip
"""Days of a month, written out."""

HALVES = dict.fromkeys(
    ("y media", "et demie", "et demi", "e mezza", "e mezzo", "e meia", "والنصف"), 0
)
"""After an hour, these add thirty minutes."""

MINUTE_MARKS = folded("min mins minutes minutos minuten minuti мин минут минуты")

RELATIVE: dict[str, int] = {
    "today": 0, "tonight": 0, "tomorrow": 1, "hoy": 0, "manana": 1, "heute": 0, "demain": 1,
    "oggi": 0, "domani": 1, "hoje": 0, "amanha": 1, "сегодня": 0, "завтра": 1, "اليوم": 0,
    "غدا": 1, "this morning": 0, "this afternoon": 0, "this evening": 0, "ce soir": 0,
}  # fmt: skip
"""Words that mean another day each day they are read."""

LATER = frozenset({"tonight", "this afternoon", "this evening", "ce soir"})
"""Those of them that are after noon."""

SHIFTS: dict[str, int] = {
    "next day": 1, "following day": 1, "day after": 1, "le lendemain": 1, "previous day": -1,
    "day before": -1, "la veille": -1, "am folgetag": 1,
}  # fmt: skip

IMMEDIATE = folded(
    "immediate immediately immediata immediate sofortigen sofortige sofort inmediata imediata"
    " immediat немедленной немедленного немедленно فوري الفوري فورا"
)
DURATIONS = folded(
    "h hour hours hr hrs day minute heure heures jour hora horas dia ora ore giorno stunde stunden"
    " tag час часа часов день дня"
)
SIDES = folded(
    "before after prior following ahead from past avant apres antes despues depois prima dopo"
    " vor nach до после"
)
"""After one of `DURATIONS`, these count from the time that is printed: "an hour before 10:00"."""

ARABIC_DURATIONS = folded("ساعة ساعتين يوم يومين دقيقة اسبوع")
ARABIC_SIDES = folded("قبل بعد")
"""Before a duration, these do: "قبل ساعة من 10:00". "قبل يوم 3 مارس" only names a day."""

BEFORE = folded("before avant antes prima vor قبل")
"""Where nothing forbids, these set a deadline and no embargo: "use before 10:00"."""

LIFTS = folded(
    "lift lifts lifted lifting end ends ended expire expires leve levee levantado levantada levanta"
    " levantada aufgehoben endet revocato scade termina снято снимается истекает"
)
USES = folded(
    "use used available release released publication publish published publishing broadcast online"
    " frei freigabe veroffentlichung veroffentlicht veroffentlichen publicar publicacion difundir"
    " difusion divulgar divulgacao publicacao pubblicare pubblicazione diffusione publier diffuser"
    " diffusion публиковать публикация публикации النشر للنشر"
)
"""Until a time, these are what may be done before it: "for use until 10:00"."""

FORBIDS = folded(
    "interdit interdite vietato vietata verboten gesperrt prohibida prohibido proibida proibido"
    " запрещено запрещена запрещается يحظر ممنوع محظور محظورة حظر غير"
)

NO_EMBARGO = folded("no not non kein keine ohne sans pas sin sem senza без нет بدون لا غير")
NONE = folded("none nil na aucun aucune keine keines ninguno nessuno nenhum нет لا")
BETWEEN = folded("under an any a d de the is subject to strict sous bajo sob sotto unter es y ha")
"""Words that may stand between a "no" and its embargo."""

SPENT = folded(
    "old former formerly original originally initial initially previous prior past superseded void"
    " invalid expired obsolete outdated revoked withdrawn broken breached over draft proposed"
    " tentative suggested planned possible sample example ignore disregard wrong incorrect mistaken"
    " ancien ancienne initiale precedent precedente provisoire annule annulee expire perime projet"
    " exemple caduc rompu prevu alter alte altes ursprunglich ursprungliche bisher bisherige"
    " bisheriger fruhere fruherer vorlaufig vorlaufige aufgehoben ungultig ungultige entwurf"
    " beispiel abgelaufen abgelaufene geplant geplante antiguo anterior inicial provisional anulado"
    " caducado borrador ejemplo previsto antigo provisorio cancelado rascunho exemplo vecchio"
    " iniziale provvisorio annullato revocato scaduto bozza esempio старое прежнее прежний"
    " предварительно предварительное отменено отменен снято истекло проект пример قديم سابق سابقا"
    " مؤقت ملغى مسودة مثال"
)
"""Said of an embargo, or alone before a colon, these make it another than the one in force."""

MEDIA = folded("print online web broadcast radio tv television digital paper uk us")
"""With "only", these leave out others, whose time the line does not say."""

NEGATIONS = folded("not no non nicht kein keine pas ne nao не нет لا غير never")

TWENTY_FOUR = frozenset({"fr", "de", "it", "pt", "ru"})
"""Languages in which "9:30" is in the morning; elsewhere it may be in the evening."""

HINTS: dict[str, str] = {
    "uhr": "de", "sperrfrist": "de", "bis": "de", "jusqu": "fr", "sous": "fr", "эмбарго": "ru",
    "diffusion": "fr", "horario": "pt", "alle": "it", "ore": "it",
}  # fmt: skip
"""Words that tell a line's language, where its months and weekdays do not."""

UNTIL = folded("until till to jusqu jusque hasta bis ate fino до حتى")
"""What may stand before an event, which says no time: "until delivery"."""

AMBIGUOUS_DAYS = folded("dim lun mar mer jeu ven sam dom mie jue vie sab seg ter qua qui sex gio")
GERMAN_DAYS = folded("so mo di mi do fr sa")
"""Short weekdays that are words too: read before a number (German ones with their full stop)."""

OPENINGS = folded(
    "embargo embargoed embargos embargoes embargado embargada sperrfrist sendesperrfrist эмбарго"
    " محظور محظورة حظر الحظر"
)
"""What stands before one of these, or before a colon, is a headline, unless it `MATTERS`."""

PLAIN = dict.fromkeys(
    ("no earlier than", "not earlier than", "no sooner than", "not sooner than", "nicht fruher als",
     "не раньше чем", "не ранее чем", "не ранее", "не раньше", "hold for release", "hold until",
     "hold till", "hfr", "thank you", "free for use", "free for publication",
     "check against delivery", "es gilt das gesprochene wort",
     "seul le prononce fait foi"),
    0,
)  # fmt: skip
"""Phrases that say "from then on", or nothing of when, whatever their words say elsewhere."""

ALTERS = folded(
    "later latest earlier except unless half quarter plus minus weeks months days minutes"
    " two three four five six seven eight nine ten eleven twelve والربع والثلث"
)
"""Words that make another time of the one that is printed: no candidate could be honest."""

MATTERS = folded(
    "by deadline past about around approx approximately circa tbc tbd tba provisional noonish week"
    " month day one next last morning afternoon evening early late standard daylight summer winter"
    " if when once expected pending confirmation conditional provisionally likely possibly maybe"
    " perhaps whichever hold held cancelled canceled postponed previously instead"
    " spate spatestens tarde moins ungefahr gegen vers environ aproximadamente alrededor около"
    " через позже حوالي بعد between entre zwischen tra между بين"
    " start starts starting begin begins beginning"
)
"""Words that, where nothing else accounts for them, may change the instant: always a question."""

NOISE = folded(
    # English
    "embargo embargoed embargos embargoes under strictly strict until till til to for from at on in"
    " the of and a an be is are it its this that with release released releasing publication"
    " publish published publishing broadcast broadcasting use used or not no before after only"
    " news press media advisory statement report story material online print web time times hrs"
    " hours hour hr clock o oclock s effective as lift lifts lifted lifting ends end expires"
    " expire will must may do please note confidential all any further social date"
    " wraps authorised authorized permitted allowed"
    " outlets journalists editors newspapers radio tv television websites internet digital wires"
    " reporting publishable distribution discussion transmission transmitted review reviews"
    " publicity onward available can thanks"
    " agencies services content contents document text general public official worldwide global"
    " equivalent which h i e ie exactly sharp copy upon zone tz"
    # French
    " sous jusqu jusque au aux a le la les l d de du des embargo diffusion publication publier"
    " ne pas avant ou est heure heures strictement leve levee interdit information presse"
    " precises pile diffuser partir jour con communique pour qu et en un une fuseau interdite"
    " autorisee information avant"
    # Spanish, Portuguese, Italian
    " hasta el los las del y o no antes publicar difundir difusion publicacion estrictamente hora"
    " horas embargado embargada bajo para por su uso e prensa ate o os as do da dos das ao aos sob"
    " embargado divulgacao divulgar publicacao nao horario imprensa estritamente dia desde em"
    " prohibida prohibido proibida proibido vietata vietato autorizada autorizado autorizzata"
    " dalle giorno fino al alle"
    " all ore ora della delle dello dei di il lo gli sotto per non pubblicare prima pubblicazione"
    " diffusione diffondere stampa rigorosamente feira ano anno"
    # German
    " sperrfrist gesperrt bis zum zur um am der die das den dem vor nicht veroffentlichung"
    " veroffentlichen frei freigabe fruhestens ab uhr zeit uhrzeit mit presse pressemitteilung und"
    " oder fur von sendesperrfrist streng im jahr tag vom gilt bleibt darf werden wird"
    " veroffentlicht freigegeben erst es ein eine einer bitte beachten sie"
    # Russian
    " просьба эмбарго до на в во с по не для публикации публикация публиковать к времени время г"
    " года год часов час часа ч строго под распространения выхода информация и день чем"
    # Arabic
    " نشر نشره محظور حظر النشر حتى الحظر يحظر ممنوع للنشر قبل الساعة ساعة يوم بتوقيت توقيت في من"
    " الى يمنع خبر مادة تمام على تاريخ بتاريخ الموافق غير لا عام سنة هـ و المعلومات محظورة م دقيقة"
    " عند"
)
"""Words that say nothing of when. Everything not here, nor understood, is asked about."""
