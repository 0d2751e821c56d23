"""The words that name time zones, as tables. Nothing is decided here.

Keys are folded (`words.fold`). Offsets are minutes east of UTC. Cities and countries that Unicode's
CLDR names come from Babel in `places`; what press offices write besides is here.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailer.core.embargo.words import folded

Use = tuple[str, int]
"""Where an abbreviation is used: an IANA zone, and the offset it stands for there."""


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """What an abbreviation may mean.

    One `first` use is believed while that place is on that offset; several are always a question.
    `other` uses come up when the first does not hold; `near` ones when the office is in that area.
    """

    first: tuple[Use, ...]
    other: tuple[Use, ...] = ()
    near: tuple[Use, ...] = ()


def _at(zone: str, minutes: int) -> Abbreviation:
    return Abbreviation(((zone, minutes),))


_NEW_YORK, _PARIS = "America/New_York", "Europe/Paris"
_SYDNEY, _BERLIN = "Australia/Sydney", "Europe/Berlin"

ABBREVIATIONS: dict[str, Abbreviation] = {
    "acdt": _at("Australia/Adelaide", 630),
    "acst": _at("Australia/Adelaide", 570),
    "act": Abbreviation((("America/Rio_Branco", -300), ("Australia/Darwin", 570))),
    "adt": _at("America/Halifax", -180),
    "aedt": _at(_SYDNEY, 660),
    "aest": _at(_SYDNEY, 600),
    "aft": _at("Asia/Kabul", 270),
    "akdt": _at("America/Anchorage", -480),
    "akst": _at("America/Anchorage", -540),
    "amt": Abbreviation((("America/Manaus", -240), ("Asia/Yerevan", 240))),
    "art": _at("America/Argentina/Buenos_Aires", -180),
    "ast": Abbreviation((("America/Halifax", -240), ("Asia/Riyadh", 180))),
    "awst": _at("Australia/Perth", 480),
    "azt": _at("Asia/Baku", 240),
    "bdt": Abbreviation((("Asia/Dhaka", 360), ("Asia/Brunei", 480))),
    "bot": _at("America/La_Paz", -240),
    "brst": _at("America/Sao_Paulo", -120),
    "brt": _at("America/Sao_Paulo", -180),
    "bst": Abbreviation(
        (("Europe/London", 60),),
        other=(("Asia/Dhaka", 360), ("Pacific/Bougainville", 660)),
        near=(("Asia/Dhaka", 360), ("Pacific/Bougainville", 660)),
    ),
    "cat": _at("Africa/Maputo", 120),
    "cdt": Abbreviation((("America/Chicago", -300), ("America/Havana", -240))),
    "cest": _at(_PARIS, 120),
    "cet": _at(_PARIS, 60),
    "chst": _at("Pacific/Guam", 600),
    "clst": _at("America/Santiago", -180),
    "clt": _at("America/Santiago", -240),
    "cot": _at("America/Bogota", -300),
    "cst": Abbreviation(
        (("America/Chicago", -360), ("Asia/Shanghai", 480), ("America/Havana", -300)),
        near=(("Australia/Adelaide", 570),),
    ),
    "eat": _at("Africa/Nairobi", 180),
    "ect": Abbreviation((("America/Guayaquil", -300), ("America/Puerto_Rico", -240))),
    "edt": Abbreviation(((_NEW_YORK, -240),), near=((_SYDNEY, 660),)),
    "eest": _at("Europe/Athens", 180),
    "eet": _at("Europe/Athens", 120),
    "est": Abbreviation(((_NEW_YORK, -300),), near=((_SYDNEY, 600),)),
    "fjt": _at("Pacific/Fiji", 720),
    "get": _at("Asia/Tbilisi", 240),
    "gst": Abbreviation((("Asia/Dubai", 240),), near=(("Atlantic/South_Georgia", -120),)),
    "haa": _at("America/Halifax", -180),
    "hac": _at("America/Chicago", -300),
    "hadt": _at("America/Adak", -540),
    "hae": _at(_NEW_YORK, -240),
    "haec": _at(_PARIS, 120),
    "hap": _at("America/Los_Angeles", -420),
    "har": _at("America/Denver", -360),
    "hkt": _at("Asia/Hong_Kong", 480),
    "hna": _at("America/Halifax", -240),
    "hnc": _at("America/Chicago", -360),
    "hne": _at(_NEW_YORK, -300),
    "hnec": _at(_PARIS, 60),
    "hnp": _at("America/Los_Angeles", -480),
    "hnr": _at("America/Denver", -420),
    "hst": _at("Pacific/Honolulu", -600),
    "ict": _at("Asia/Bangkok", 420),
    "idt": _at("Asia/Jerusalem", 180),
    "irdt": _at("Asia/Tehran", 270),
    "irst": _at("Asia/Tehran", 210),
    "ist": Abbreviation((("Asia/Kolkata", 330), ("Europe/Dublin", 60), ("Asia/Jerusalem", 120))),
    "jst": _at("Asia/Tokyo", 540),
    "kst": _at("Asia/Seoul", 540),
    "mdt": _at("America/Denver", -360),
    "mesz": _at(_BERLIN, 120),
    "mest": _at(_PARIS, 120),
    "met": _at(_PARIS, 60),
    "mez": _at(_BERLIN, 60),
    "mmt": _at("Asia/Yangon", 390),
    "msd": _at("Europe/Moscow", 240),
    "msk": _at("Europe/Moscow", 180),
    "mst": Abbreviation((("America/Denver", -420),), near=(("Asia/Kuala_Lumpur", 480),)),
    "myt": _at("Asia/Kuala_Lumpur", 480),
    "ndt": _at("America/St_Johns", -150),
    "npt": _at("Asia/Kathmandu", 345),
    "nst": _at("America/St_Johns", -210),
    "nzdt": _at("Pacific/Auckland", 780),
    "nzst": _at("Pacific/Auckland", 720),
    "oesz": _at("Europe/Athens", 180),
    "oez": _at("Europe/Athens", 120),
    "pdt": _at("America/Los_Angeles", -420),
    "pet": _at("America/Lima", -300),
    "pht": _at("Asia/Manila", 480),
    "pkt": _at("Asia/Karachi", 300),
    "pst": Abbreviation(
        (("America/Los_Angeles", -480),), near=(("Asia/Manila", 480), ("Asia/Karachi", 300))
    ),
    "sast": _at("Africa/Johannesburg", 120),
    "sgt": _at("Asia/Singapore", 480),
    "sst": Abbreviation((("Pacific/Pago_Pago", -660), ("Asia/Singapore", 480))),
    "trt": _at("Europe/Istanbul", 180),
    "uyt": _at("America/Montevideo", -180),
    "uzt": _at("Asia/Tashkent", 300),
    "vet": _at("America/Caracas", -240),
    "wast": Abbreviation((("Africa/Windhoek", 120), ("Australia/Perth", 480))),
    "wat": _at("Africa/Lagos", 60),
    "west": _at("Europe/Lisbon", 60),
    "wet": _at("Europe/Lisbon", 0),
    "wib": _at("Asia/Jakarta", 420),
    "wit": _at("Asia/Jayapura", 540),
    "wita": _at("Asia/Makassar", 480),
    "wst": Abbreviation((("Australia/Perth", 480), ("Pacific/Apia", 780))),
    "гмт": _at("Etc/GMT", 0),
    "gmt": _at("Etc/GMT", 0),
    "мск": _at("Europe/Moscow", 180),
    "ut": _at("UTC", 0),
    "utc": _at("UTC", 0),
    "uct": _at("UTC", 0),
    "tmg": _at("Etc/GMT", 0),
    "tu": _at("UTC", 0),
    "tuc": _at("UTC", 0),
    "z": _at("UTC", 0),
    "zulu": _at("UTC", 0),
}
"""Abbreviations of fixed offsets. A line may print them in any season; `resolve` checks that."""

WRITTEN_SMALL = folded("et est cet ct mt pt z")
"""The abbreviations below that people do write in small letters."""

WORDLIKE = folded(
    "et est cet met art pet cat eat west wit act ist hat get ct mt pt ut z bot ict tu"
)
"""Abbreviations that are also common words: in small letters only right after an English time."""

GENERIC: dict[str, str] = {
    "et": _NEW_YORK,
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
    "akt": "America/Anchorage",
    "uk": "Europe/London",
    "uae": "Asia/Dubai",
    "ksa": "Asia/Riyadh",
    "nyc": _NEW_YORK,
    "nz": "Pacific/Auckland",
    "prc": "Asia/Shanghai",
    "roc": "Asia/Taipei",
    "rok": "Asia/Seoul",
}
"""Capitals that name a place's time, whatever its season."""

METAZONES: dict[str, tuple[str, int, int]] = {
    "Europe_Central": (_PARIS, 60, 120),
    "Europe_Eastern": ("Europe/Athens", 120, 180),
    "Europe_Western": ("Europe/Lisbon", 0, 60),
    "America_Eastern": (_NEW_YORK, -300, -240),
    "America_Central": ("America/Chicago", -360, -300),
    "America_Mountain": ("America/Denver", -420, -360),
    "America_Pacific": ("America/Los_Angeles", -480, -420),
    "Atlantic": ("America/Halifax", -240, -180),
    "Moscow": ("Europe/Moscow", 180, 240),
    "India": ("Asia/Kolkata", 330, 330),
    "China": ("Asia/Shanghai", 480, 540),
    "Japan": ("Asia/Tokyo", 540, 600),
    "Korea": ("Asia/Seoul", 540, 600),
    "Israel": ("Asia/Jerusalem", 120, 180),
    "Arabian": ("Asia/Riyadh", 180, 240),
    "Gulf": ("Asia/Dubai", 240, 240),
    "Brasilia": ("America/Sao_Paulo", -180, -120),
    "Argentina": ("America/Argentina/Buenos_Aires", -180, -120),
    "Australia_Eastern": (_SYDNEY, 600, 660),
    "Australia_Western": ("Australia/Perth", 480, 540),
    "New_Zealand": ("Pacific/Auckland", 720, 780),
    "Pakistan": ("Asia/Karachi", 300, 360),
    "Africa_Southern": ("Africa/Johannesburg", 120, 120),
    "Africa_Eastern": ("Africa/Nairobi", 180, 180),
    "Africa_Western": ("Africa/Lagos", 60, 120),
    "Africa_Central": ("Africa/Maputo", 120, 120),
}
"""CLDR metazones whose long names ("heure d'Europe centrale") are read: place, winter, summer."""

LITERAL_GENERIC = frozenset({"Europe_Central", "Europe_Eastern", "Europe_Western"})
"""Where CLDR's generic name is what CET, EET and WET spell out: winter time, to be checked."""

ZONE_PHRASES: dict[str, str] = {
    "greenwich mean time": "gmt",
    "greenwich": "gmt",
    "temps universel": "utc",
    "tiempo universal": "utc",
    "tempo universal": "utc",
    "tempo universale": "utc",
    "coordinated universal time": "utc",
    "universal time": "utc",
    "temps universel coordonne": "utc",
    "british summer time": "bst",
    "гринвичу": "gmt",
    "гринвич": "gmt",
    "غرينتش": "gmt",
    "جرينتش": "gmt",
    "غرينيتش": "gmt",
    "mitteleuropaische zeit": "mez",
    "mitteleuropaische sommerzeit": "mesz",
    "central europe time": "cet",
    "central europe summer time": "cest",
    "irish standard time": "ist dublin",
    "heure normale de l est": "est",
    "heure avancee de l est": "edt",
}
"""Words that stand for an abbreviation."""

MAIN_ZONES: dict[str, str] = {
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": _BERLIN,
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PS": "Asia/Gaza",
    "PT": "Europe/Lisbon",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
"""Where a country of several zones has one that its name means (CLDR's primary zones)."""

PLACES: dict[str, str] = {
    "America/Chicago": "us central|us ct|u s central|houston|dallas|austin|minneapolis|new orleans|"
    "st louis|memphis|milwaukee|nashville",
    "America/Phoenix": "arizona",
    "America/Anchorage": "alaska",
    "Pacific/Honolulu": "hawaii",
    "America/Denver": "us mountain|mountain|salt lake city",
    "America/Los_Angeles": "us pacific|us pt|west coast|us west coast|pacific|"
    "san francisco|seattle|san diego|california|"
    "las vegas|silicon valley|hollywood|sacramento",
    "America/New_York": "us eastern|us et|eastern us|heure de l est|hora del este|"
    "ostkusten|ostkustenzeit|us ostkustenzeit|us east coast|east coast|eastern|"
    "washington|washington dc|"
    "boston|atlanta|miami|philadelphia|baltimore|вашингтону|вашингтон|"
    "واشنطن|new yorker",
    "America/Toronto": "ottawa|montreal",
    "America/Mexico_City": "mexico df",
    "America/Sao_Paulo": "brasilia|rio de janeiro|brasilia df",
    "America/Santiago": "chile continental",
    "America/Guayaquil": "quito",
    "Asia/Dubai": "abu dhabi|gulf|ابوظبي|ابو ظبي|الامارات|الخليج",
    "Asia/Jerusalem": "tel aviv|الاراضي المحتلة",
    "Asia/Kolkata": "new delhi|delhi|mumbai|bombay|bengaluru|bangalore|chennai|hyderabad|"
    "nueva delhi|neu delhi|indian|calcutta",
    "Asia/Karachi": "islamabad|lahore",
    "Asia/Qatar": "doha|الدوحة",
    "Asia/Riyadh": "mecca|makkah|مكة المكرمة|مكة|السعودية|jeddah",
    "Asia/Shanghai": "beijing|peking|pekin|pequim|pechino|guangzhou|shenzhen|пекину|пекин|بكين",
    "Asia/Tokyo": "osaka|japan standard|japanese|japanese standard",
    "America/St_Johns": "newfoundland",
    "Asia/Almaty": "астаны|астане|astana",
    "Asia/Seoul": "korea",
    "Asia/Ho_Chi_Minh": "hanoi|saigon",
    "Africa/Lagos": "abuja",
    "Africa/Johannesburg": "cape town|pretoria|south african|durban",
    "Australia/Sydney": "canberra",
    "Pacific/Auckland": "wellington",
    "Europe/Berlin": "frankfurt|munich|hamburg|cologne|munchen|koln|dusseldorf|berliner|"
    "deutsche|deutscher",
    "Europe/Brussels": "brusseler|belgian",
    "Europe/Istanbul": "ankara|turkey",
    "Europe/Kyiv": "киевскому|киеву|kiev",
    "Europe/Lisbon": "portugal continental|porto",
    "Europe/London": "uk|britain|great britain|british|england|english|scotland|wales|"
    "northern ireland|edinburgh|cardiff|belfast|manchester|glasgow|gb|londoner|"
    "лондону|britannique|g b|inghilterra",
    "Europe/Madrid": "peninsular|peninsular espanola|espanola|barcelona|barcelone|"
    "oficial espanola|peninsular de espana|espagnole|valencia|sevilla",
    "Europe/Moscow": "московскому|московского|московское|москве|moskauer|st petersburg",
    "Europe/Minsk": "минску",
    "Europe/Paris": "french|lyon|marseille|strasbourg|pariser|francaise|парижу",
    "Europe/Rome": "italian|italiana|milan|milano|turin|naples|italienne",
    "Europe/Vienna": "wiener|austrian|osterreichische",
    "Europe/Zurich": "geneva|geneve|genf|genfer|ginebra|ginevra|genebra|женева|женеве|женевскому|"
    "جنيف|"
    "zurcher|bern|berne|basel|lausanne|swiss|schweizer|davos",
    "Europe/Amsterdam": "the hague|la haye|den haag|rotterdam|dutch|la haya",
    "Europe/Dublin": "irish|eire",
    "Europe/Athens": "greek",
    "Europe/Stockholm": "swedish",
}
"""Places that CLDR does not name, and names in other cases, by the zone they are in."""

SHARED_PLACES: dict[str, tuple[str, ...]] = {
    "georgia": ("Asia/Tbilisi", "America/New_York"),
    "cordoba": ("America/Argentina/Cordoba", "Europe/Madrid"),
    "merida": ("America/Merida", "Europe/Madrid"),
    "valencia": ("Europe/Madrid", "America/Caracas"),
    "san jose": ("America/Costa_Rica", "America/Los_Angeles"),
    "san juan": ("America/Argentina/San_Juan", "America/Puerto_Rico"),
    "hyderabad": ("Asia/Kolkata", "Asia/Karachi"),
    "tripoli": ("Africa/Tripoli", "Asia/Beirut"),
    "norfolk": ("Pacific/Norfolk", "America/New_York", "Europe/London"),
}
"""Names of places in zones apart; which is meant is asked."""

HOMONYMS = folded("christmas navidad pasqua كريسماس wake troll oral resolute island")
"""Names of places that mostly mean something else: "10:00, Christmas morning"."""

ADJOINED = folded(
    "media press times journalists editors newspapers outlets radio tv television news report"
    " statement release story agencies services wires websites website publication broadcasters"
    " broadcast embargo edition editions"
)
"""After a place's name, these take it for themselves: "UK media" says nothing of a clock."""

TIME_WORDS = folded("time hora heure ora horario zeit времени время")
"""Beside one of these, a place in small letters is a place: "ora italiana"."""

LOCAL = folded("local locale lokal lokaler ortszeit locales местному местного المحلي")
"""Words for "local time", which does not say where."""
