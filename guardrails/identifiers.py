"""The identifiers that have a form of their own: numbers, dates, addresses, accounts. Letters are those of 45 CFR 164.514(b)(2)(i)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identifier:
    """Where a text identifies a person: `text[start:end]` is of this kind."""

    kind: str
    start: int
    end: int


# fmt: off
UNIT = r"(?:mg|mcg|µg|g|kg|lbs?|ml|l|units?|iu|meq|mmol|%|percent|tab(?:let)?s?|cap(?:sule)?s?|pills?|puffs?|drops?|sprays?|times|x|doses?|hours?|hrs?|days?|weeks?|months?|years?|yrs?|mm|cm|degrees?|cal(?:ories)?|am|pm|a\.m|p\.m)\b|%"
_LINK = r"(?![a-z])\s*(?:(?:number|no\.?|num|nr\.?|id|card|code|says|file|on file|#|:|=|is|was|-)(?![a-z])\s*)*"
_LINKED = r"(?![a-z])\s*(?:(?:number|no\.?|num|nr\.?|id|code|serial|#|:|=|is|was)(?![a-z])\s*)+"


def _value(digits: int) -> str:
    """A number as people give it, with letters, dashes and gaps, of at least so many digits; a dose that follows is no part of it."""
    return (
        rf"(?=(?:[^\d\n]{{0,5}}\d){{{digits}}})(?P<id>[a-z]{{0,5}}-?\d[a-z0-9]*(?:[-./](?=[a-z]*\d)[a-z0-9]+| (?=[a-z]{{0,3}}\d)[a-z0-9]{{3,}}(?!\s*(?:{UNIT})))*"
        r"(?:-[a-z]{1,3}\b| (?-i:[A-Z]{2})(?=\W|$))?)(?![a-z0-9])"
    )


_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|"
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|janvier|février|mars|avril|mai|juin|juillet|août|"
    r"septembre|octobre|novembre|décembre|januar|februar|märz|juni|juli|oktober|dezember)"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_NUMERIC = "(?:{})".format("|".join(
    rf"(?:0?[1-9]|1[0-2]|{_DAY}){mark}{_DAY}{mark}(?:\d{{4}}|\d{{2}})|(?:19|20)\d\d{mark}(?:0?[1-9]|1[0-2]){mark}{_DAY}" for mark in ("/", r"\.", "-")
))
_BIRTH = r"\b(?:d\.?o\.?b\.?|born(?: on| in)?|birth ?date|date of birth|birth ?day|bday)\b[^\w\n]{0,4}(?:is |was |on |the ){0,2}"
_STATES = "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|IA|ID|IL|IN|KS|KY|LA|MA|MD|ME|MI|MN|MO|MS|MT|NC|ND|NE|NH|NJ|NM|NV|NY|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VA|VT|WA|WI|WV|WY|DC"
_STREET = r"street|str|avenue|ave|road|rd|boulevard|blvd|lane|highway|hwy|parkway|pkwy|terrace|crescent"
_STREET_CAPITAL = rf"(?:{_STREET}|Street|St|Avenue|Ave|Av|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Way|Terrace|Ter|Trail|Trl|Loop|Run|Circle|Cir|Crescent|Close|Grove|Gardens|Square|Sq|Parkway|Pkwy|Highway|Hwy|Row|Walk|Alley|Plaza|Path|Pike|Point|Ridge)"
_UNIT_OF_HOUSE = r"(?:[,\s]+(?:apt|apartment|unit|suite|ste|flat|room|rm|floor|fl|#)\.?\s?#?[a-z]?-?\d+[a-z]?)?"
_NO_STREET = r"(?!(?:mg|mcg|ml|g|iu|units?|tab(?:let)?s?|cap(?:sule)?s?|pills?|doses?|times?|days?|weeks?|hours?|months?|years?|and|or|to|of|in|on|every|for|per|with|is|am|pm|minutes?|drops?|puffs?|more|mm)\b)"
# (kind, what it looks like); the group `id`, where there is one, is the identifier.
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple((kind, re.compile(pattern)) for kind, pattern in (
    ("EMAIL", r"(?i)(?<![\w.])[\w.%+-]+\s?@\s?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b"),  # (F)
    ("EMAIL", r"(?i)\b[a-z0-9_%+-]+(?: ?(?:\.|dot|\[dot\]|\(dot\)) ?[a-z0-9_%+-]+)* ?(?:\[at\]|\(at\)| at ) ?[a-z0-9-]+ ?(?:\.|dot|\[dot\]|\(dot\)) ?(?:[a-z0-9-]+ dot )?(?:com|org|net|edu|gov|io|co)\b"),
    ("URL", r"(?i)\b(?:https?://|ftp://|www\.)[^\s<>\"]*[^\s<>\".,;:!?')]"),  # (N)
    ("URL", r"(?i)(?<![\w@.])(?!(?:www\.)?(?:drugs|webmd|goodrx|medscape|mayoclinic|medlineplus|dailymed|fda|cdc|nih|nhs|who)\.)(?:[a-z0-9][a-z0-9-]*\.)+(?:com|org|net|edu|io|info|biz|me|us|uk|co|ca|de|fr|es|it|nl|ru|cn|in|br|au|se|pl|app|dev|health|xyz)(?:/[^\s<>\"]*[^\s<>\".,;:!?')])?(?![\w@])"),
    ("IP_ADDRESS", r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.]\d)"),  # (O)
    ("IP_ADDRESS", r"(?i)(?<![\w:])(?:(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6})(?![\w:])"),
    ("PASSWORD", r"(?i)\b(?:password|passcode|passwd|passphrase|pwd|pw|pin|access code|security code|cvv|otp|verification code)(?: number| code)?(?:\s+(?:is|was)\s*:?|\s*[:=])\s*(?P<id>\S*[^\s.,;!?])"),
    ("PASSWORD", r"(?i)\b(?:password|passcode|passwd|pwd|pw|pin|cvv|otp)(?: number| code)?\s+(?P<id>(?=\S*\d)[^\s,;]{3,}[^\s.,;!?])"),
    ("USERNAME", r"(?i)\b(?:user ?name|login|log-in|user id|screen name|skype|discord|snapchat|telegram)(?:\s+(?:is|was)\s*:?|\s*[:=])\s*(?P<id>\S*[^\s.,;!?])"),
    ("USERNAME", r"(?i)\b(?:user ?name|user|login|user id|screen name|handle|skype|discord|snapchat|telegram)[\s:=]+(?P<id>(?=\S*[\d._@])[^\s,;]{3,}[^\s.,;!?])"),
    ("USERNAME", r"(?<![\w.@])@[A-Za-z_][\w.]*\w{2}"),
    ("PHOTO", r"(?i)(?<![\w/])[\w-]+\.(?:jpe?g|png|heic|gif|tiff?|bmp|webp|dcm|mov|mp4)\b"),  # (Q)
    ("BIOMETRIC", rf"(?i)\b(?:finger ?prints?|retina(?:l scan)?|iris scan|voice ?print|face ?id|palm ?print|biometric)\b{_LINKED}{_value(3)}"),  # (P)
    ("SSN", r"(?<![\w-])(?!000|666|9\d\d)\d{3}(?P<mark>[- .])(?!00)\d{2}(?P=mark)(?!0000)\d{4}(?![\w-])"),  # (G); SSA numbering rules
    ("SSN", rf"(?i)\b(?:ssn|s\.s\.n\.|social(?: security)?)\b(?: card)?{_LINK}(?P<id>\d{{3}}[- .]?\d{{2}}[- .]?\d{{4}}|\d{{4}})(?![\d/])"),
    ("SSN", r"(?i)\blast (?:four|4)(?: digits)?(?: of (?:my|his|her|the|their) (?:ssn|social(?: security)?(?: number)?))?(?: is| are|:)? (?P<id>\d{4})\b"),
    ("MEDICAL_RECORD", rf"(?i)\b(?:mrn|m\.r\.n\.?|med(?:ical)? rec(?:ord)?s?|chart|record|(?:patient|pt|hospital|encounter|visit|specimen|accession) (?:id|number|no\.?|#)){_LINK}{_value(4)}"),  # (H)
    ("PRESCRIPTION", rf"(?i)\b(?:rx|prescription|script|refill)s?{_LINK}(?:of )?{_value(5)}"),  # (R)
    ("MEMBER_ID", rf"(?i)\b(?:member|subscriber|policy|policyholder|group|grp|beneficiary|insurance|medicare|medicaid|health plan|health card|mbi|nhs|blue cross|blue shield|aetna|cigna|humana|tricare|united ?health ?care|kaiser){_LINK}{_value(5)}"),  # (I)
    ("MEMBER_ID", r"\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}\b"),  # Medicare MBI, CMS format
    ("ACCOUNT", rf"(?i)\b(?:account|acct|a/c|bank|iban|routing|sort code|loyalty|rewards?|order|tracking|invoice|confirmation|reference|ref|claim|ticket|transaction|receipt|customer){_LINK}{_value(5)}"),  # (J)
    ("ACCOUNT", r"(?i)(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?!\w)"),  # IBAN, ISO 13616
    ("LICENSE", rf"(?i)(?<![/\w])(?:driver'?s? licen[sc]e|licen[sc]e|lic|dl|passport|npi|dea|certificat(?:e|ion)|state id|permit)\b\.?{_LINK}{_value(4)}"),  # (K)
    ("VEHICLE", rf"(?i)\b(?:license plate|licence plate|number plate|plates?|vehicle|registration){_LINK}(?P<id>(?=[a-z0-9 -]*\d)(?:[a-z]{{1,4}}[ -]?\d{{2,5}}[a-z]{{0,3}}|\d{{1,4}}[ -]?[a-z]{{2,4}}[ -]?\d{{0,4}}))(?![a-z0-9])(?! (?:{UNIT}))"),  # (L)
    ("VEHICLE", r"(?<![\w-])(?=[A-Z0-9]*\d[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-HJ-NPR-Z0-9]{8}[0-9X][A-HJ-NPR-Z0-9]{2}\d{6}(?![\w-])"),  # ISO 3779
    ("DEVICE", rf"(?i)\b(?:serial|s/n|sn|imei|udi){_LINK}{_value(3)}"),  # (M)
    ("DEVICE", rf"(?i)\b(?:device|pump|meter|pacemaker|defibrillator|transmitter|sensor|implant){_LINKED}{_value(3)}"),
    ("PHONE", r"(?<![\w.])(?:\+?1[ .-]?)?(?:\([2-9]\d{2}\)|[2-9]\d{2})[ .-]{0,2}[2-9]\d{2}[ .-]\d{4}(?:\s*(?:x|ext\.?)\s*\d{1,5})?(?!\w|-\d)"),  # (D)(E)
    ("PHONE", r"(?<![\w.])(?:\+|00)\d{1,3}[ .-]?\(?\d{1,5}\)?(?:[ .-]{0,2}\d{1,5}){1,6}(?:\s*(?:x|ext\.?)\s*\d{1,5})?(?!\w|-\d)"),
    ("PHONE", r"(?<![\w.(])\(\d{2,5}\)[ .-]?\d{2,5}(?:[ .-]?\d{2,5}){1,3}(?:\s*(?:x|ext\.?)\s*\d{1,5})?(?!\w|-\d)"),
    ("PHONE", r"(?<![\w.-])0\d{1,4}[ .-]\d{2,4}(?:[ .-]\d{2,4}){1,3}(?!\w|-\d)"),
    ("PHONE", r"(?i)\b(?:phones?|cell|mobile|tel|telephone|fax|desk|office|landline|whatsapp|sms|call|text|reach|ring|dial|pager|contact)\b[^\d\n]{0,22}?(?P<id>(?:\+|\()?\d(?:[ ().-]{0,2}\d){5,14})(?!\d)"),
    ("PHONE", r"(?<![\w.-])[2-9]\d{2}[2-9]\d{6}(?![\w-])"),
    ("DATE", rf"(?i){_BIRTH}(?P<id>{_NUMERIC}|{_DAY}[/-]{_DAY}(?:[/-]\d{{2,4}})?|{_MONTH}\.? {_DAY}(?:st|nd|rd|th)?(?:,? \d{{2,4}})?|{_DAY}(?:st|nd|rd|th|\.)? ?(?:of |de )?{_MONTH}(?:,? (?:de )?\d{{2,4}})?|{_MONTH}\.? (?:of )?\d{{4}}|(?:19|20)\d\d)(?!\d)"),  # (C)
    ("DATE", rf"(?<![\w/.-]){_NUMERIC}(?:[ T]\d{{1,2}}:\d\d(?::\d\d)?)?(?![\w/-]|\.\d|\s*(?i:{UNIT}))"),
    ("DATE", rf"(?i)\b{_MONTH}\.? {_DAY}(?:st|nd|rd|th)?(?:,? (?:19|20)\d\d)?(?![\w/]|[.,]\d| ?(?:{UNIT}|to \d))"),
    ("DATE", rf"(?i)(?<![\w/.-]){_DAY}(?:st|nd|rd|th|\.)? ?(?:of |de )?{_MONTH}\b\.?(?:,? (?:de )?(?:19|20)\d\d)?"),
    ("DATE", rf"(?i)\b(?:on|since|seen|dated?|due|appointment|appt|vaccinated|surgery|admitted|discharged|yesterday|today|tomorrow|visit|filled|picked up|last|until|by)\b(?: on| the| was| is|:)? (?P<id>(?:0?[1-9]|1[0-2])/{_DAY})(?![\w/.]|\s*(?:{UNIT}))"),
    ("AGE", r"(?i)(?<![\w.])(?P<id>(?:9\d|1[01]\d)|ninety(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one |a )?hundred(?: and (?:one|two|three|four|five))?)(?=[ -]?(?:years?[ -]olds?|yrs?[ -]?(?:old)?\b|y\.?/?o\.?\b|year[ -]old|years of age))"),  # over 89
    ("AGE", rf"(?i)\b(?:aged?|age:|age of|age is|turn(?:ed|s|ing)|(?:he|she|who|mom|mum|dad|mother|father|nan|gran\w*|aunt|uncle|husband|wife|patient|pt|neighbou?r|lady|man|woman)(?:'s| is|,)|i am|i'm|im|will be) (?:only |now |about |almost |nearly )?(?P<id>(?:9\d|1[01]\d)|ninety(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?)(?![\w/.-]|,?\d| ?(?:{UNIT}|and (?:older|over|above)|or (?:older|over|above)|lb|pounds))"),
    ("ADDRESS", rf"(?i)\b(?:(?:flat|apt|apartment|unit|suite)\.? \d+[a-z]?, )?\d{{1,6}}[a-z]?(?:[ /-]\d{{1,4}})?,? (?:[nsew]\.?|[ns][ew]|north|south|east|west)? ?(?:{_NO_STREET}[^\W\d_][\w'’.-]*,? |\d{{1,3}}(?:st|nd|rd|th) ){{0,3}}?(?:{_STREET}|(?-i:{_STREET_CAPITAL}))\b\.?{_UNIT_OF_HOUSE}"),  # (B)
    ("ADDRESS", rf"\b\d{{1,6}}[A-Za-z]?(?:[ /-]\d{{1,4}})? (?:[NSEW]\.? )?(?:(?:[A-Z][\w'’.-]*|\d{{1,3}}(?:st|nd|rd|th)|de|la|des|du|del) ){{1,4}}{_STREET_CAPITAL}\b\.?(?i:{_UNIT_OF_HOUSE})"),
    ("ADDRESS", rf"(?i)\b\d{{1,6}} {_NO_STREET}[a-z][\w'’-]+ (?:st|dr|ct|ln|pl)\b\.?(?!\s*john){_UNIT_OF_HOUSE}"),
    ("ADDRESS", r"(?i)\b\d{1,5}(?: ?(?:bis|ter))?,? (?:rue|avenue|boulevard|allée|chemin|calle|avenida|via|viale|piazza|rua|plaza|ulica|ul\.)\s(?:(?:de|des|du|la|le|del|della|l'|d')\s?){0,3}[^\W\d_][\w'’-]+(?: [A-Z][\w'’-]+)?"),
    ("ADDRESS", r"(?i)\b(?:rue|calle|avenida|via|viale|piazza|rua|ulica|ul\.)\s(?:(?:de|des|du|la|le|del|della|l'|d')\s?){0,3}(?-i:[A-Z])[\w'’-]+(?: (?-i:[A-Z])[\w'’-]+)?,? \d{1,5}"),
    ("ADDRESS", r"(?i)\b[^\W\d_][\w-]*(?:straße|strasse|str\.|gasse|weg|platz|allee|straat|laan|gatan|vägen|vej|gata) \d{1,4}[a-z]?\b"),
    ("ADDRESS", rf"\b(?:on|at|near|off|live on|lives on) (?P<id>(?:[A-Z][a-z'’]+ ){{1,3}}(?:Street|Avenue|Road|Boulevard|Blvd|Lane|Drive|Court|Ave|Rd|St)\b)\.?(?i:{_UNIT_OF_HOUSE})"),
    ("ADDRESS", r"(?i)\b(?:live|lives|living|meet me|located|address is|address:|home is|stay|staying|deliver(?:ed)?|ship(?:ped)?)(?: at| to)? (?P<id>\d{1,6} (?-i:[A-Z])[\w'’]+(?: (?-i:[A-Z])[\w'’]+)*)"),
    ("ADDRESS", rf"(?i)\b(?:address(?:es)?(?: is| to| as| with| from| of [^\n,]{{1,30}} is)?(?: the same)?|(?:mailed|sent|shipped|delivered|deliver|ship|mail|send it|taxi|return|return it) to|(?:located|live[sd]?|living|stay(?:ing)?|meet (?:me|you|us)|pick (?:me|us) up|arrived|office is|offices are|house is|home is|restaurant is|clinic is|pharmacy is) at)\W{{1,4}}(?P<id>(?:the corner of )?(?:psc |uss |unit |flat |apt\.? )?(?!\d[\d.,]*\s*(?:{UNIT}))\d[^?!]{{4,110}}?)(?=[?!]|\.\s|\.?$|, (?-i:[a-z])|,? (?:and|but|in case|for|last night|after|when|please|because|i|is|on|with|it)\b)"),
    ("ADDRESS", rf"(?im)^[>?\s]*(?P<id>(?!\d[\d.,]*\s*(?:{UNIT}))\d{{1,6}} [^\n]{{3,60}}\n(?:(?!.*\b(?:{UNIT}))[^\n]{{0,50}}\n){{0,5}}[^\n]{{0,40}}\b\d{{4,6}})[ \t]*$"),
    ("ADDRESS", r"(?i)(?:(?<=^)|(?<=[\s,>]))(?P<id>\d{1,6} [^\n.;?!]{3,45}[,\s]+(?:apt|apartment|suite|ste)\.? #?\d+[a-z]?(?:[,\s]+[^\n?!.]{2,40}?\d{5})?)(?![\w-])"),
    ("ADDRESS", r"(?i)\b(?:psc|unit) \d{2,5},? box \d+\s+[a-z]{3} [a-z]{2} \d{5}\b"),
    ("ADDRESS", r"(?i)\b(?:(?:apt|apartment|suite|ste)\.? #?\d+[a-z]?|p\.?\s?o\.? box \d+)\b"),
    ("ADDRESS", rf"\b(?:{_STATES}),? (?P<id>\d{{5}}(?:-\d{{4}})?)\b"),
    ("ADDRESS", r"(?i)\b(?:zip|zip ?code|post ?code|postal code)\b\W{0,3}(?:is |code )?(?P<id>(?=\w*\d)[a-z0-9]{3,5}(?:[ -][a-z0-9]{3,4})?)\b"),
    ("ADDRESS", r"\b(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[ABCEGHJ-NPRSTVXY]\d[A-Z] \d[A-Z]\d)\b"),  # British and Canadian postcodes
))
# What no list foresees: a long number that is no dose, no code of a product and no public line identifies somebody. (R)
_LONG = re.compile(rf"(?i)(?<![\w.#/-])(?!\d\d?(?:-\d\d?){{3,}}(?![\w-]))(?:\d[ .-]?){{6,18}}\d(?![\w/]|[.,-]\d|\s*(?:{UNIT}))")
_MIXED = re.compile(r"(?<![\w.*=-])(?![a-z\d]*[A-Z][A-Z\d]*[a-z]|[A-Z\d]*[a-z][a-z\d]*[A-Z]|[\w-]{25})(?=[A-Za-z0-9-]*[A-Za-z])(?=(?:[A-Za-z-]*\d){5})[A-Za-z0-9]+(?:-[A-Za-z]{0,3}\d[A-Za-z0-9]*|-[A-Z]{1,3}\b){0,4}(?![\w*=]|-\d)")
_CARD = re.compile(r"(?<![\w.-])(?:\d[ -]?){12,18}\d(?![\w-])")
# Numbers that belong to everybody: product codes, imprints, drug development codes, public lines, public dates.
_PUBLIC = re.compile(
    r"\bNDC\b\W{0,3}(?:code |number |no\.? |is )?[\d-]{8,14}|(?<![\d-])(?:\d{4}-\d{4}-\d{2}|\d{5}-\d{3}-\d{2}|\d{5}-\d{4}-\d{1,2})(?![\d-])"
    r"|\b(?:NCT|UNII|RxCUI|CAS|ICD|LOINC|ATC|PMID|UPC|lot|batch|exp(?:iry|ires)?|imprint(?:ed)?|marked|stamped)\b\W{0,3}(?:number |no\.? |code |is |date |on |with ){0,2}[\w-]*\d[\w/-]*(?: [\w-]*\d[\w-]*)?"
    r"|\b(?:PF|LY|AZD|BMS|GSK|MK|RO|BNT|mRNA|SAR|TAK|ABT|JNJ|BAY|NN)-?\d{3,8}\b|\bHLA-\S+|\bCYP\w+"
    r"|(?:\+?1[ .-]?)?\(?(?:800|888|877|866|855|844|833)\)?[ .-]?(?:222[ .-]?1222|332[ .-]?1088|273[ .-]?8255|662[ .-]?4357|232[ .-]?4636|FDA[ .-]?1088|799[ .-]?7233|463[ .-]?6332|633[ .-]?4227|784[ .-]?8669)"
    r"|\b(?:recalled|approved|published|revised|label(?:l?ed)? dated|launched|withdrawn|discontinued|updated)\b(?: by the fda| from the market)?(?: on| in|:)? (?:[A-Za-z]+\.? \d{1,2}(?:,? \d{4})?|[\d/-]+)"
    r"|(?<![\d.])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d])|(?i:fourth of july|4th of july|july (?:fourth|4th)|cinco de mayo|september 11)\b",
    re.IGNORECASE,
)
# fmt: on


def numbered(text: str) -> Iterator[Identifier]:
    """The identifiers that a text shows by their form or their label, strongest first; they may overlap."""
    public = [match.span() for match in _PUBLIC.finditer(text)]

    def is_private(start: int, end: int) -> bool:
        return all(end <= a or b <= start for a, b in public)

    for match in _CARD.finditer(text):
        if is_luhn(match[0]) and is_private(*match.span()):
            yield Identifier("CARD", *match.span())
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span("id" if "id" in pattern.groupindex else 0)
            if is_private(start, end):
                yield Identifier(kind, start, end)
    for pattern in (_LONG, _MIXED):
        for match in pattern.finditer(text):
            if is_private(*match.span()) and not re.fullmatch(r"[01 ]+", match[0]):
                yield Identifier("NUMBER", *match.span())


def is_luhn(number: str) -> bool:
    """Whether a card number's check digit fits (ISO/IEC 7812-1)."""
    digits = [int(ch) for ch in number if ch.isdigit()]
    doubled = sum(digits[-1::-2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return 13 <= len(digits) <= 19 and doubled % 10 == 0 and len(set(digits)) > 1
