"""Words by which an emergency is known whatever the classifier thinks of them; each flag with the rule of medicine that it rests on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_AIRWAY = r"(?:throat|tongue|lips?|face|mouth|airway)"
_CHILD = (
    r"\b(?:toddler|baby|infant|newborn|child|kid|kids|son|daughter|boy|girl|grand(?:son|daughter|child)|nephew|niece|twins?|students?|little one|"
    r"(?:\d+|one|two|three|four|five)[- ]?(?:year|yr|month|mo)s?[- ]?(?:old)?|\d{1,2} ?(?:yo|y/o))\b"
)
_SWALLOWED = r"\b(?:swallowed|ate|eaten|eating|drank|drunk|chewed|chewing|got into|licked|sucked(?: on)?|bit into|ingested|put .{0,20} in (?:his|her) mouth)\b"
_NOT_FOOD = (
    r"(?:pills?|tablets?|capsules?|medic\w+|meds|gumm(?:y|ies)|vitamins?|batter(?:y|ies)|magnets?|bleach|cleaner|detergent|pods?|patch|syrup|drops|poison|bait|"
    r"mushrooms?|nicotine|vape|edibles?|iron|strip|film|inhaler|(?:my|mom|mum|dad|nan|gran\w*|husband|wife|brother|sister)(?:'s)? (?!dinner|lunch|breakfast|food)\w+)"
)
_POISON = (
    r"(?:bleach|anti-?freeze|(?:windshield|washer) fluid|(?:drain|oven|toilet) cleaner|rat (?:poison|bait)|lighter fluid|lamp oil|paint thinner|ammonia|"
    r"detergent|laundry pods?|tide pods?|insecticide|pesticide|weed ?killer|nail polish remover|rubbing alcohol|hand saniti[sz]er|methanol|gasoline|petrol|kerosene)"
)
_BLOOD_THINNER = r"(?:blood thinner|warfarin|coumadin|jantoven|eliquis|apixaban|xarelto|rivaroxaban|pradaxa|dabigatran|edoxaban|savaysa|plavix|clopidogrel|brilinta|heparin|lovenox)"
_SEDATIVE = (
    r"(?:xanax|alprazolam|klonopin|clonazepam|valium|diazepam|ativan|lorazepam|librium|benzos?|phenobarbital|baclofen|alcohol|drinking|booze|vodka|gabapentin)"
)
_INSULIN = r"(?:insulin|units|novolog|humalog|lantus|levemir|basaglar|toujeo|tresiba|fiasp|lispro|aspart|glargine)"
_ACETAMINOPHEN = r"(?:acetaminophen|paracetamol|tylenol|panadol|co-?codamol|calpol|percocet|vicodin|norco)"
_WORDS = {
    "ten": 10, "twelve": 12, "fifteen": 15, "sixteen": 16, "eighteen": 18, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
}  # fmt: skip
_MOST_ACETAMINOPHEN_G = 6.0  # in a day
_LOW_GLUCOSE_MG_DL, _LOW_GLUCOSE_MMOL_L = 54, 3.0


@dataclass(frozen=True, slots=True)
class Flag:
    """A sign of danger at hand: its name, the source of the rule, and what finds it in a text in small letters."""

    name: str
    source: str
    found: Callable[[str], object]


def find(text: str) -> str:
    """The name of the first flag that a text raises, or nothing. Signs that are denied ("no trouble breathing") do not count."""
    plain = _DENIED.sub(" ", text.lower().replace("’", "'"))
    return next((flag.name for flag in FLAGS if flag.found(plain)), "")


def _any(*patterns: str) -> Callable[[str], object]:
    return re.compile("|".join(patterns), re.DOTALL).search


def _all(*patterns: str) -> Callable[[str], object]:
    compiled = [re.compile(pattern, re.DOTALL) for pattern in patterns]
    return lambda text: all(pattern.search(text) for pattern in compiled)


def _too_much_acetaminophen(text: str) -> bool:
    """Whether the amount said to be taken reaches `_MOST_ACETAMINOPHEN_G`; a tablet without a strength counts as 500 mg."""
    if not re.search(r"\b(?:took|taken|taking|had|having|swallowed|ate|eaten|popped|downed|given|gave)\b", text):
        return False
    grams = [float(amount) for amount in re.findall(rf"\b(\d+(?:\.\d+)?) ?(?:g|grams?) (?:of )?(?:\w+ )?{_ACETAMINOPHEN}", text)]
    strength = next((float(mg) for mg in re.findall(r"\b(\d{3}) ?mg\b", text)), 500.0)
    for said in re.findall(rf"\b(\d+|{'|'.join(_WORDS)}) (?:x |of |my |the |his |her |those |extra[- ]strength |strong |\d{{3}} ?mg |tablets? |pills? )*{_ACETAMINOPHEN}", text):
        count = _WORDS.get(said) or int(said)
        grams.append(count * strength / 1000 if count < 200 else count / 1000)
    return any(amount >= _MOST_ACETAMINOPHEN_G for amount in grams)


def _low_glucose(text: str) -> bool:
    """A reading below 54 mg/dL or 3.0 mmol/L; whole numbers under 20 are taken for mmol/L."""
    if re.search(r"\b(?:sugar|glucose|meter|monitor)\b.{0,20}\b(?:reads?|reading|says|is|at) (?:lo|low)\b(?!er)", text):
        return True
    for reading in re.findall(r"\b(?:sugars?|glucose|bg|meter|libre|dexcom)\b[^\d.,;!?]{0,25}(\d+(?:\.\d+)?)\b(?! ?(?:%|units?|g\b|years?|hours?|days?|weeks?|am\b|pm\b|/))", text):
        value = float(reading)
        if ("." in reading and value < _LOW_GLUCOSE_MMOL_L) or (20 <= value < _LOW_GLUCOSE_MG_DL and "." not in reading):
            return True
    return False


def _very_high_pressure(text: str) -> bool:
    """A blood pressure above 180 or over 120 mmHg beside a sign that an organ suffers."""
    readings = re.findall(r"\b(\d{3}) ?(?:/|over|on) ?(\d{2,3})\b", text)
    high = any(180 < int(upper) < 300 or 120 < int(lower) < int(upper) for upper, lower in readings)
    return high and bool(
        re.search(r"\b(?:head(?:ache)?\b|vision|blurr\w*|see(?:ing)? (?:double|spots|stars|sparkles)|chest|breath\w*|confus\w*|numb\w*|weak\w*|speech|vomit\w*|faint\w*)", text)
    )


def _dangerous_pulse(text: str) -> bool:
    """A pulse under 40 or over 150 beats a minute beside a sign that too little blood comes through."""
    rates = re.findall(r"\b(?:pulse|heart ?(?:rate|beat)|hr|heart(?:'s| is| was| has)?)\b[^\d.;!?]{0,30}?\b(\d{2,3})\b(?! ?(?:/|over|%|mg|years?|hours?|days?|weeks?|minutes?|mins?))", text)
    odd = any(20 <= int(rate) < 40 or 150 < int(rate) < 300 for rate in rates)
    return odd and bool(
        re.search(r"\b(?:faint\w*|dizz\w*|pass(?:ed|ing)? out|black(?:ed|ing)? out|collaps\w*|light ?headed|chest|breath\w*|gr[ae]y|pale|clammy|cold sweat|sweat\w*|confus\w*|weak)\b", text)
    )


def _fever_without_defence(text: str) -> bool:
    """A fever (38.0 degrees Celsius, 100.4 Fahrenheit) under a medicine that takes away white blood cells."""
    if not re.search(r"\b(?:chemo\w*|clozapine|clozaril|methimazole|tapazole|carbimazole|propylthiouracil|ptu)\b", text):
        return False
    degrees = [float(said) for said in re.findall(r"\b(\d{2,3}(?:\.\d)?)\b(?! ?(?:mg|/|years?|days?|weeks?))", text)]
    measured = re.search(r"\b(?:fever\w*|temp\w*|thermometer|shiver\w*|chills)\b", text) and any(38 <= one <= 43 or 100.4 <= one <= 109 for one in degrees)
    return bool(measured) or bool(re.search(r"\bfever\w*\b", text) and re.search(r"\b(?:throat|mouth sores|sores in|ulcers|shiver\w*|chills)\b", text))


_DENIED = re.compile(
    r"\b(?:no|without|not having|do(?:es)?n'?t have|haven'?t had) (?:any )?(?:(?:chest pain|swelling|trouble (?:breathing|swallowing)|hives|seizures?|bleeding|symptoms?)(?:,? (?:or|and|nor) )?)+"
)
_FIRST_AID = "2024 AHA and American Red Cross Guidelines for First Aid, 2024-11"
_POISON_CENTERS = "America's Poison Centers, when to call 911 and Poison Help, 2023"
FLAGS = (
    Flag("breathing", _FIRST_AID, _any(
        r"\b(?:can(?:'?t|not)|cannot|can (?:barely|hardly)|(?:trouble|difficulty|struggling|hard|unable)(?: to)?|isn'?t|not|barely|hardly|stopped|stops) (?:\w+ )?breath(?:e|ing)\b",
        r"\b(?:can'?t|cannot|can't seem to) (?:get|catch) (?:my|his|her|any|enough|a full)? ?(?:air|breath)\b",
        r"\bbreathing (?:is |has )?(?:really |very |so |just )?(?:slow|shallow|stopp\w+|weird|funny|wet)\b", r"\b(?:gasping|gurgling|turn(?:ed|ing) (?:blue|gr[ae]y))\b",
        r"\b(?:lips?|fingertips|skin)\b (?:\w+ ){0,3}(?:blue|purple|gr[ae]y)\b", r"\b(?:blue|gr[ae]y) lips\b", r"\b(?:blue|gr[ae]y|purple) (?:around|round|at) (?:(?:the|his|her|my) )?(?:mouth|lips)\b")),
    Flag("airway swelling", "Anaphylaxis practice parameter update, AAAAI/ACAAI, 2024-02; lisinopril label, angioedema", _any(
        rf"\b{_AIRWAY}\b(?: (?!last|before|used)\w+){{0,4}} (?:swell\w*|swollen|clos(?:ing|ed)|puff\w*|tighten\w*|bigger|thick|narrow\w*)\b", rf"\bswollen {_AIRWAY}\b",
        rf"\bswelling (?:of|in|up|to) (?:(?:my|his|her|the|of) )*{_AIRWAY}\b", r"\banaphyla\w+ (?:now|right now)")),
    Flag("cannot be woken", _FIRST_AID, _any(
        r"\b(?:he|she|they|him|her|dad|mom|mum|husband|wife|son|daughter|baby|friend|roommate|patient|\w+'s?)\b.{0,40}\b(?:won'?t|will not|can'?t|cannot|isn'?t|not|doesn'?t|couldn'?t) (?:be )?(?:wak(?:e|ing)|woken|rous\w+|respond\w*)\b",
        r"\b(?:can'?t|cannot|couldn'?t|trouble|hard to|unable to|trying to) (?:wak(?:e|ing)|rous(?:e|ing)) (?:him|her|them|my|our|up my)\b",
        r"\b(?:unresponsive|unconscious|barely conscious|slumped)\b", r"\bfound (?:him|her|them) (?:blue|cold|on the floor)\b")),
    Flag("seizure", "Epilepsy Foundation, seizure first aid; AHA/ARC First Aid 2024", _any(
        r"\b(?:is|keeps|having|had|just had|started|been) (?:a |some |sort of |kind of )*(?:seizures?|seizing|fitting|convuls\w+|jerking)\b(?!.{0,30}\b(?:disorder|history|meds?|medicine|pills?|ago)\b)")),
    Flag("chest pain", "AHA, heart attack warning signs, 2024", _any(
        r"\b(?:crushing|squeezing|chest) (?:pain|pressure)\b.{0,40}\b(?:now|arm|jaw|sweat\w*|after|since|took)\b", r"\bchest (?:is |feels |so |really )*(?:tight|crushing|hurts|pounding)\b")),
    Flag("stroke", "American Stroke Association, BE FAST, 2024", _any(
        r"\b(?:face|mouth|side|smile)\b (?:\w+ ){0,3}(?:droop\w*|dropp\w+|hanging|lopsided|crooked|uneven)", r"\b(?:droop\w*|lopsided|crooked|uneven) (?:face|mouth|smile|side)\b", r"\b(?:slurr\w+|jumbled) (?:\w+ )?(?:speech|words?)\b", r"\bspeech is (?:slurred|jumbled)\b", r"\b(?:is|am|i'm|he's|she's|and|started|been|keeps) slurring\b",
        r"\b(?:can'?t|cannot) (?:move|lift|feel) (?:\w+ ){0,2}(?:arm|leg|side)\b", r"\bnumb on (?:one|the|my|his|her) (?:\w+ )?side\b",
        r"\bspeech (?:is|has gone|went|goes|got|sounds) (?:\w+ )?(?:funny|odd|weird|strange|thick|mush\w*)\b", r"\b(?:face|mouth|arm|leg|side)\b (?:of \w+ \w+ )?(?:won'?t|will not|can'?t|cannot|isn'?t|doesn'?t) (?:move|moving|lift)\b")),
    Flag("bleeding", "Warfarin and apixaban labels, boxed warning on bleeding", _any(
        r"\b(?:won'?t|will not|doesn'?t|can'?t|hasn'?t|not) (?:get it to )?stop(?:ped)? bleeding\b", r"\bbleed\w* (?:\w+ )?(?:won'?t|will not|doesn'?t|isn'?t|hasn'?t) stop\w*",
        r"\b(?:vomit\w*|throw\w* up|threw up|cough\w*(?: up)?|bringing up|peeing|pooping|passing) (?:\w+ )?blood\b",
        rf"\b(?:hit|banged|knocked|bumped) (?:my|his|her|the) head\b.*\b{_BLOOD_THINNER}\b", rf"\b{_BLOOD_THINNER}\b.*\b(?:hit|banged|knocked|bumped) (?:my|his|her|the) head\b",
        rf"\b{_BLOOD_THINNER}\b.*\b(?:black|tarry|like tar)\b.{{0,15}}\b(?:stool|poo\w*|tarry)\b", rf"\b(?:black|tarry)\b.{{0,15}}\b(?:stool|poo\w*)\b.*\b{_BLOOD_THINNER}\b")),
    Flag("skin reaction", "Lamotrigine label, boxed warning on serious rash", _all(
        r"\b(?:skin|rash)\b.{0,30}\b(?:peel\w*|blister\w*|com(?:ing|es) (?:off|away)|raw|purple)\b|\bblister\w*\b.{0,30}\b(?:mouth|lips?|eyes?)\b", r"\b(?:mouth|lips?|eyes?|fever|sheets|off|away)\b")),
    Flag("a child's ingestion", _POISON_CENTERS, _any(
        rf"{_CHILD}.{{0,60}}{_SWALLOWED}(?! (?:his|her|their) ).{{0,40}}\b{_NOT_FOOD}\b", rf"{_CHILD}.{{0,60}}\b(?:pills?|tablets?|batter(?:y|ies)) (?:\w+ )?(?:missing|gone)\b", rf"{_CHILD}.{{0,40}}\b\d+ (?:tab(?:let)?s?|pills?|caps(?:ules)?)\b.{{0,40}}\bago\b",
        rf"{_SWALLOWED}.{{0,40}}\b{_NOT_FOOD}\b.{{0,40}}\b(?:he'?s|she'?s|is|aged?|my) (?:only )?(?:\d|two|three|four|five|six|a toddler|a baby)")),
    Flag("poison swallowed", _POISON_CENTERS, _any(rf"(?:{_SWALLOWED}|\bmouthful of\b).{{0,30}}\b{_POISON}\b", rf"\b(?:got|some|splash of)\b.{{0,20}}\b{_POISON}\b.{{0,15}}\bin (?:my|his|her) mouth")),
    Flag("chemical in the eye", _FIRST_AID, _any(rf"\b(?:{_POISON}|glue|acid|cleaner|lye)\b.{{0,25}}\b(?:in|into|in to) (?:(?:my|his|her|the|one|both) )?eyes?\b")),
    Flag("thunderclap headache", "ACEP clinical policy on acute headache, 2019-07: sudden, severe headache", _any(
        r"\bworst headache (?:of (?:my|his|her|their) life|(?:i|he|she|they)(?:'ve|'s| have| has)? ever)\b", r"\bthunderclap\b",
        r"\bheadache\b.{0,30}\b(?:out of nowhere|within seconds|in seconds|came on suddenly|like being hit)\b")),
    Flag("fever with stiffness", "Haloperidol label, neuroleptic malignant syndrome; CDC, signs of meningitis, 2024", _all(
        r"(?<!\bno )(?<!without )\b(?:fever\w*|burning up|(?:10[2-6]|39|40|41)(?:\.\d)?(?= ?(?:°|degrees|f\b|c\b)))",
        r"\b(?:stiff\w*|rigid\w*) (?:\w+ ){0,2}(?:muscles|body|limbs|neck|arms|legs)\b|\b(?:muscles|body|limbs|neck|arms|legs)\b (?:\w+ ){0,3}(?:stiff\w*|rigid\w*)")),
    Flag("erection for hours", "Sildenafil label, priapism: longer than 4 hours", _any(
        r"\berection\b.{0,25}\b(?:for|lasted|lasting|going on)\b.{0,12}\b(?:[4-9]|[1-9]\d|four|five|six|seven|eight|ten|several|many) ?(?:h|hrs?|hours)\b", r"\b(?:[4-9]|[1-9]\d|four|five|six|seven|eight|ten)[- ]?(?:h|hrs?|hours?)[- ](?:\w+ ){0,2}erection\b",
        r"\berection (?:that )?(?:won'?t|will not|doesn'?t|isn'?t) (?:go(?:ing)? (?:away|down)|stop\w*|end)")),
    Flag("an opioid by mistake", "Methadone and fentanyl labels, boxed warning: one accidental dose can kill", _all(
        r"\b(?:took|taken|swallowed|grabbed|given|gave|chewed)\b", r"\b(?:methadone|fentanyl|morphine|oxycodone|oxycontin|oxymorphone|hydromorphone|dilaudid|buprenorphine|suboxone|percocet)\b",
        r"\b(?:by (?:mistake|accident)|accident\w*|mistaken\w*|thinking it was|thought it was|wasn'?t (?:mine|his|hers)|isn'?t (?:mine|his|hers)|not (?:mine|prescribed))\b")),
    Flag("liver failure", "ACG guideline on drug-induced liver injury, 2021-05: jaundice with confusion is acute liver failure", _all(
        r"\b(?:yellow\w*|jaundice\w*)\b", r"\b(?:eyes?|skin|jaundice\w*)\b", r"\b(?:confus\w*|not making sense|makes? no sense|(?:very|so|too) (?:sleepy|drowsy))\b")),
    Flag("carbon monoxide", "CDC, carbon monoxide poisoning, 2024", _all(r"\bcarbon monoxide\b", r"\b(?:alarm|detector|leak)\b", r"\b(?:headaches?|sick|dizzy|nause\w+|faint|vomit\w*)\b")),
    Flag("acetaminophen amount", "Dart et al., acetaminophen out-of-hospital guideline, Clin Toxicol 2006;44:1: 6 g a day for repeated, 10 g for single doses", _too_much_acetaminophen),
    Flag("methotrexate every day", "Methotrexate label, boxed warning on daily instead of weekly dosing, 2020", _all(
        r"\bmethotrexate\b", r"\b(?:every ?day|each day|daily|every single day|days? (?:straight|running|in a row))\b", r"\b(?:mistake|accident\w*|supposed|meant|instead|been (?:taking|having)|wrong)\b")),
    Flag("insulin mistake", "ISMP, high-alert medications: insulin; ADA Standards of Care 2025, section 6", _all(rf"\b{_INSULIN}\b",
        r"\b(?:injected|gave|took|taken|given|dosed|did|shot|used)\b", r"\binstead of\b.{0,25}\b(?:\d+|\w+ units?|slow|long|lantus|basal|levemir)\b|\b(?:twice|two times|double)\b(?! (?:a|per|every) )(?! daily)|\bwrong (?:one|insulin|pen|kind|syringe)\b")),
    Flag("low glucose", "ADA Standards of Care 2025, section 6: level 2 hypoglycemia below 54 mg/dL (3.0 mmol/L)", _low_glucose),
    Flag("very high blood pressure", "AHA/ACC guideline on high blood pressure, 2017-11: hypertensive emergency, above 180/120 mmHg with organ damage", _very_high_pressure),
    Flag("dangerous pulse", "AHA adult advanced life support, 2020-10: tachycardia of 150 a minute and more, bradycardia, with poor perfusion", _dangerous_pulse),
    Flag("fever without white cells", "ASCO/IDSA, outpatient management of fever and neutropenia, 2018-02; clozapine and methimazole labels, agranulocytosis", _fever_without_defence),
    Flag("serotonin toxicity", "Hunter criteria, Dunkley et al., QJM 2003;96:635", _all(
        r"\b(?:twitch\w*|jerk\w*|rigid|stiff\w*|clonus|legs? jumping)\b", r"\b(?:sweat\w*|fever|burning up|temperature|hot|confus\w*|agitat\w*|drenched)\b",
        r"\b(?:antidepress\w+|depression (?:pill|tablet)s?|ssri|zoloft|sertraline|prozac|fluoxetine|lexapro|(?:es)?citalopram|celexa|paxil|paroxetine|effexor|venlafaxine|cymbalta|duloxetine|tramadol|linezolid|triptan|sumatriptan|mdma|ecstasy|molly|st\.? john'?s wort|nardil|trazodone)\b")),
    Flag("withdrawal", "FDA, benzodiazepine boxed warning, 2020-09; ASAM alcohol withdrawal guideline, 2020", _all(
        rf"\b(?:stopp\w+|quit|ran out|run out|cold turkey|off|withdrawal|without|missed|no|ran dry|haven'?t (?:drunk|had|taken))\b.{{0,50}}\b{_SEDATIVE}\b|\b{_SEDATIVE}\b.{{0,40}}\b(?:stopp\w+|quit|ran out|cold turkey|ran dry|withdrawal)\b",
        r"\b(?:seiz\w+|a fit|hallucinat\w+|(?:see|seeing|saw) (?:\w+ )?(?:things|bugs|spiders)|crawling|hear\w* voices|can'?t stop shaking|shaking|delir\w+)\b")),
    Flag("naloxone given", "FDA, naloxone nasal spray labeling, 2023-03: call for help after the first dose", _any(
        r"\b(?:gave|used|sprayed|administered)(?: (?:him|her|them|it|the|a|some|my \w+|on))* (?:narcan|naloxone)\b")),
    Flag("overdose said outright", _POISON_CENTERS, _any(r"\b(?:i|he|she|they|friend|husband|wife|son|daughter|roommate|brother|sister|mom|mum|dad)\b.{0,20}\b(?:overdosed|od'?e?d|took an overdose|is overdosing)\b")),
)  # fmt: skip
