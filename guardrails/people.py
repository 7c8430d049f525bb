"""Names of people, of places smaller than a state, and of facilities: what has no form of its own and is told by its words and its place.

A given name that is nothing else counts wherever it stands, in lower case too. One that is an ordinary word or a medicine as well counts
where the sentence means a person: after "my name is", a relation or a title, or before what only people do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guardrails.gazetteer import gazetteer, plain
from guardrails.identifiers import Identifier
from guardrails.types import Lexicon

Span = tuple[int, int]

# fmt: off
_RELATION = (
    r"(?:wife|husband|spouse|son|daughter|mother|mom|mum|mommy|mama|ma|father|dad|daddy|papa|brother|sister|bro|sis|friend|bestie|buddy|roommate|flatmate|neighbou?r|patient|client|customer|caller|resident|"
    r"grand(?:mother|father|ma|pa|son|daughter|child|kid|parents?)|granny|grandad|granddad|gran|nan|nana|nanny|aunt|auntie|aunty|uncle|niece|nephew|cousin|baby|newborn|toddler|kid|child|boy|girl|twin|boyfriend|girlfriend|bf|gf|"
    r"partner|fiancée?|co-?worker|colleague|boss|manager|teacher|student|ex|ex-wife|ex-husband|(?:mother|father|brother|sister|son|daughter)[ -]in[ -]law|step(?:son|daughter|mother|father|mom|dad|brother|sister)|godmother|godfather|"
    r"caregiver|carer|guardian|pharmacist|tech|technician|physician|doctor|nurse|prescriber|provider|dentist|midwife)"
)
_TITLE = r"(?:mr|mrs|ms|miss|mx|dr|doctor|doc|nurse|prof|professor|sr|sra|señora?|señorita|monsieur|madame|mme|frau|herr|rev|reverend|father|sister|fr|sir|lord|lady|dame|capt|captain|sgt|lt|col|officer|judge|pastor|rabbi|imam|coach|aunt|auntie|uncle|grandma|grandpa|granny|nana|don|doña)"
_TITLES = re.compile(rf"(?:{_TITLE}\b\.?,? )+", re.IGNORECASE)
# Somebody's name follows for certain (what follows may be any word), or probably (it must look like a name).
_SURE = re.compile(
    r"\b(?:(?:my|his|her|our|their|the) (?:full |real |last |first |legal |maiden |middle )?names?(?:'s|’s| is| are|:)|(?:first|last|full|patient|pt|customer|client|member|user|given|family|sur|nick) ?name(?:'s| is)?\s*[:=]?|(?<!brand )(?<!generic )(?<!drug )name\s*[:=]|"
    r"(?:everyone|everybody|people|they|friends|just|you can|please) calls? me|goes by|(?:me llamo|mi nombre es|je m['’]appelle|mein name ist|ich hei(?:ß|ss)e|mi chiamo|il mio nome è|meu nome é|me chamo|mam na imię|nazywam się|jag heter|jeg hedder|benim adım|adım)|"
    r"initials?(?: are| is|:)?)\s+"
    rf"|\b(?:mr|mrs|ms|mx|señora?|señorita|monsieur|madame|mme|frau|herr)\b\.?\s+(?!or\b|and\b)|\b(?:mr|mr\.) and (?:mrs|mrs\.)\s+",
    re.IGNORECASE,
)
_LIKELY = re.compile(
    rf"\b(?:my|his|her|our|their|your|the|a|an|this|that) (?:late |dear |own |older |younger |elder |oldest |youngest |eldest |little |big |poor |elderly |new |old |best |first |\d+[ -](?:year|yr|month)[ -]old )*{_RELATION}s?,?(?:'s name is| is called| is named| named| called| is|:)?\s+"
    rf"|\b(?:grandma|grandpa|granny|nana|aunt|auntie|uncle|cousin|baby|sister|brother|mama|papa|nan)\s+"
    r"|\b(?:dr|doctor|doc|nurse|prof|professor|reverend|pastor|rabbi|sir|officer|captain|coach)\b\.?\s+"
    r"|\b(?:patient|pt|client|customer|caller|resident|member|spouse|guardian|emergency contact|contact|physician|prescriber|provider|attending|pharmacist|from|attn|attention|cc|re|user|sender|for)\s*[:=#]?\s+"
    r"|\b(?:this is|this's|i am|i'm|i’m|im|it's|it’s|its|it is|soy|je suis|ich bin|sono|called|named|signed,?|regards,?|sincerely,?|cheers,?|thanks,?|thank you,?|thx,?|love,?|yours,?|best,?|hi,?|hello,?|hey,?|dear|good (?:morning|afternoon|evening),?|"
    r"on behalf of|in the name of|belongs to|prescribed (?:to|by)|filled for|written (?:for|by)|sent by|signed by|ask(?:ing|ed)?(?: for| about)?|tell|told|telling|spoke (?:to|with|w/)|w/|talk(?:ed|ing)? (?:to|with)|speak(?:ing)? (?:to|with)|call(?:ed|ing)?|"
    r"text(?:ed)?|e-?mail(?:ed)?|met|saw|see|seen by|visit(?:ed|ing)?|with|meet|under(?: the name)?|(?:account|prescription|refill|order|record|appointment|chart|label|bottle|card)s? (?:of|for|is|under)|info(?:rmation)? for|"
    r"gave|give|help(?:ing)?|let|made|make|know|remind|want|wanted|hired|by|name|bed \d+|room \d+|rm \d+|and|does|is|can|did|has|was|should|will|could|would|when|if|because|since|that|while|as|after|says|said)\s+",
    re.IGNORECASE,
)
_DOES = re.compile(
    r"(?:['’]s)?,? (?:\(.{1,30}\) )?(?:here\b|takes?\b|took\b|taking\b|started\b|stopped\b|uses\b|used to\b|has\b|had\b|wants?\b|needs?\b|asks?\b|asked\b|says?\b|said\b|told\b|thinks\b|lives\b|gets\b|got\b|feels\b|was (?:given|put|told|prescribed|switched|admitted|seen|diagnosed|born)\b|"
    r"is (?:on\b(?! the (?:list|market|label))|from\b|taking\b|asking\b|fasting\b|allergic\b|pregnant\b|diabetic\b|a (?:patient|diabetic|nurse|pharmacist)\b|my\b|in (?:the )?(?:hospital|er|icu)\b|\d+ (?:years|yo|and)|aged\b|here\b|coming\b|calling\b)|"
    r"gave me\b|prescribed\b|texted\b|called\b|emailed\b|wrote\b|went\b|came\b|weighs\b|turned\b|suffers\b|forgot\b|missed\b|swallowed\b|vomits?\b|vomited\b|drinks\b|drank\b|smokes\b|who\b|my (?:wife|husband|son|daughter|mom|mum|mother|dad|father|sister|brother|friend|neighbou?r|nan|boss|cousin)\b|\d{1,3}(?: ?yo\b| ?y/o\b|,| years| ?[mf]\b)|(?:and|&) (?:I|i|me|my)\b|again\b|speaking\b|calling\b)"
    r"|['’]s (?:\w+ )?(?:prescription|refill|medicine|medication|meds|pills?|dose|doctor|script|rx|name|chart|bottle|mom|mum|dad|mother|father|wife|husband|birthday|blood|allergy|insulin|inhaler|label|levels?|surgery|house|room|in|on|at|allergic|taking|asking|been|got|here|my|getting|having|going)\b"
    r"|,? (?:dob\b|d\.o\.b|date of birth|mrn\b|born\b|\(?(?:age|aged)\b|ssn\b)|\s*[/(|-]\s*(?:dob\b|mrn\b|\d{1,2}/\d{1,2}/)",
    re.IGNORECASE,
)
# What only a person does; before it a word that nobody knows is a name too.
_ONLY_PEOPLE_DO = re.compile(
    r"(?:(?:,| and [A-Z][\w-]+| \w)? ?(?:both |also |just |always |still )?(?:takes|took|wants|asks|asked|says|said|told|thinks|lives|feels|forgot|weighs|texted|called|emailed|wrote|drinks|drank|smokes|swallowed|shares?|shared|vomited|threw up|went to|came in|wanted)\b"
    r"|['’]s (?:doctor|prescription|refill|meds|medicine|pills|mom|mum|dad|mother|father|wife|husband|son|daughter|allergy|chart|birthday|pharmacist|nurse|name)\b|,? \(?\d{1,2}(?: ?yo\b| ?y/o\b|,| years old)| is (?:the|my|his|her) (?:last |first )?(?:name|son|daughter|wife|husband|mother|father|patient|doctor|nurse)\b| is on [A-Za-z]{4,})"
)
_TAKEN_WITH = re.compile(r"\b(?:with|and|or|on|take|takes|taking|of|is|does|do|vs|than|between|plus|use|using|like|called|brand|generic|pill|drug)\s+$|[/+&]\s*$", re.IGNORECASE)
_PLACE_SURELY = re.compile(r"\b(?:live[sd]? (?:in|near|outside)|living (?:in|near)|moved (?:to|from)|moving (?:to|from)|based in|visiting|downtown|city of|town of|born in|travel(?:l?ing|s)? to|flying to|flew to|drive to|trip to|i'?m (?:from|in)|i am (?:from|in)|(?:he|she|who)(?:'s| is) (?:from|in)|stuck in|here in|clinic in|hospital in|pharmacy in|up in|over in|(?:friend|family|parents|cousin|brother|sister|house|home) in|in|from|near)\s+$", re.IGNORECASE)
_LIVES = re.compile(r"\b(?:live[sd]? (?:in|near|outside)|living (?:in|near)|moved (?:here )?(?:to|from)|moving (?:to|from)|based in|grew up in|raised in|born in|visiting|hometown is|stationed in)\s+(?:the )?", re.IGNORECASE)
_STATE_AFTER = re.compile(
    r",?\s+(?:(?:AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|IA|ID|IL|IN|KS|KY|LA|MA|MD|ME|MI|MN|MO|MS|MT|NC|ND|NE|NH|NJ|NM|NV|NY|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VA|VT|WA|WI|WV|WY|DC|UK)\b(?=[\s,.;:)?!]|$)|"
    r"(?i:alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|hawaii|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|nevada|"
    r"new (?:hampshire|jersey|mexico|york)|north (?:carolina|dakota)|ohio|oklahoma|oregon|pennsylvania|rhode island|south (?:carolina|dakota)|tennessee|texas|utah|vermont|west virginia|wisconsin|wyoming)\b)")
_ZIP_AFTER = re.compile(r"[\s,]{1,8}(?:[A-Z]{2}\s+)?(\d{5}(?:-\d{4})?)(?![\w-]|\s*(?:mg|mcg|units?|iu)\b)")
_COUNTY = re.compile(r"\b((?:[A-Z][a-z'’]+ ){1,2}(?:County|Parish|Township|Borough|Village|Heights|Beach|Springs|Falls|Hills))\b(?! (?:Hospital|Clinic|Pharmacy|Medical))")
# Facilities: a name before the kind of place, or one of the well-known ones where somebody is there.
_KIND = (
    r"(?:(?:General |Memorial |Community |Regional |Children['’]s |Women['’]s |University |Veterans |County |City |Family |Urgent |Health |Medical |Dental |Eye |Cancer |Heart |Rehab(?:ilitation)? |Nursing |Care |Surgery |Surgical |Pain |Sleep |Kidney |Wellness |Walk-in |Primary |Senior |Assisted |Living |Retirement |High |Middle |Elementary |Primary |Day )*"
    r"(?:Hospital|Hosp|Infirmary|Clinic|Medical Center|Medical Centre|Medical Group|Health Center|Health Centre|Health System|Healthcare|Care Center|Center|Centre|Pharmacy|Drugstore|Drug Store|Apothecary|Chemist|Nursing Home|Care Home|Hospice|Sanatorium|Manor|Home|School|College|University|Academy|Daycare|Preschool|Kindergarten|Church|Prison|Jail|Shelter|Practice|Surgery|Urgent Care|Dialysis|Associates|Institute|ER|ED|Emergency Room|Island|Correctional Facility))"
)
_NOT_FACILITY = re.compile(
    r"(?i)^(?:(?:the|a|any|your|my|our|this|local|nursing|care|medical|retail|online|community|hospital|urgent|outpatient|general|health) )*(?:hospital|clinic|pharmacy|school|center|centre|home|care|er|university|college|practice|surgery|island|institute|manor|church|associates)$|\b(?:poison|control center|call cent|centers? for|national institutes?|health canada|american (?:college|academy|institute)|royal college|cochrane|surgery center$|blood cent|home health$)")
_FACILITY = re.compile(
    rf"\b((?:(?!(?:The|A|An|My|Our|Is|Does|Can|At|In|From|To|And|Or|For|With|I|What|Which|Hi|Hello|Ask)\b)(?:St\.?|[A-Z][\w'’.&-]*)\s+(?:(?:of|the|and|&|de|la) )?){{1,5}}{_KIND})\b(?:\s+(?:in|of|at|on) [A-Z][a-z]+(?: [A-Z][a-z]+)?| #?\d+)?")
_CHAIN = r"(?:Walgreens|CVS|Rite Aid|Walmart|Wal-Mart|Costco|Kroger|Target|Safeway|Publix|Sam['’]s Club|Boots|Duane Reade|Wegmans|H-?E-?B|Meijer|Albertsons|Superdrug|Lloyds|Shoppers Drug Mart|Kaiser(?: Permanente)?|VA)"
_SHOP = re.compile(rf"(?i)\b({_CHAIN}(?:,? (?:store|branch|location))?(?: ?(?:#|no\.? ?|number )\d+| (?:on|at|in|off) (?-i:[A-Z]|\d+(?=st|nd|rd|th))[\w'’]+(?: (?-i:[A-Z])[\w'’]+)*| (?:pharmacy|clinic|hospital|medical center|med center|store)(?: (?:in|on|at) (?-i:[A-Z])[\w'’]+)?))")
_WELL_KNOWN = re.compile(
    r"(?i)\b(?:at|from|in|by|to|near|through|with)\s+(?:the\s+)?((?-i:(?:Johns Hopkins|Mayo(?: Clinic)?|Cleveland Clinic|Kaiser(?: Permanente)?|Mount Sinai|MD Anderson|Mass General|Sloan[ -]Kettering|Cedars[ -]Sinai|Bellevue|Northwestern|Stanford|UCLA|UCSF|NYU Langone|Duke|Geisinger|Beaumont|Rikers(?: Island)?|(?:[A-Z][a-z'’.]+ ){1,3}(?:General|Memorial|Regional|Presbyterian|Methodist|Baptist|Lutheran|Sinai))))\b(?! (?:study|trial|says|website))"
    r"|\b((?-i:Johns Hopkins|Kaiser Permanente|Mount Sinai|(?:[A-Z][a-z'’.]+ ){1,2}(?:General|Memorial|Regional|Presbyterian|Methodist|Baptist))) (?:started|gave|told|put|admitted|discharged|switched|prescribed|sent|said)\b")
_EMPLOYER = re.compile(r"\b(?i:works?|worked|working|employed|employee|job|intern)(?i: (?:at|for|of|with))(?: the)? ((?:[A-Z][\w'’&.-]*)(?: [A-Z][\w'’&.-]*){0,3})")
# Persons' names that stand for a disease, a sign, a score or a device, a brand or a drink, and mean nobody.
_EPONYMS = frozenset(
    "parkinson parkinsons crohn crohns hodgkin hodgkins hashimoto hashimotos graves addison addisons cushing cushings raynaud raynauds sjogren sjogrens sjgren stevens johnson tourette tourettes wilson wilsons paget pagets kawasaki barrett barretts "
    "meniere menieres huntington huntingtons gehrig gehrigs reye reyes down downs lyme alzheimer alzheimers asperger aspergers turner klinefelter marfan ehlers danlos guillain barre wernicke wernickes korsakoff prinzmetal zollinger ellison bartter "
    "gitelman fanconi whipple tay sachs gaucher fabry pompe hurler niemann pick wolff white child pugh cockcroft gault beers foley coombs apgar tanner glasgow schilling papanicolaou holter doppler bence jones epstein barr kaposi burkitt ewing wilms "
    "merkel behcet behcets takayasu wegener wegeners churg strauss goodpasture henoch schonlein peyronie peyronies dupuytren dupuytrens hansen hansens chagas hirschsprung ludwig osgood schlatter perthes legg willebrand recklinghausen lewy creutzfeldt jakob "
    "rett angelman prader willi noonan digeorge edwards patau lesch nyhan mcardle duchenne becker charcot friedreich lambert eaton conn plummer quervain quincke mallory weiss boerhaave valsalva trendelenburg heimlich kegel kegels braxton hicks salk "
    "sabin ringer ringers lactated schirmer snellen rinne weber romberg babinski kernig murphy phalen tinel homans virchow koch kochs pott potts bright bell bells still stills bowen bowens fordyce gilbert gilberts dubin rotor crigler najjar rotor "
    "lugol lugols burow burows bach frey freys horner horners hunter huntington brugada lown ganong levine ganong wallenberg weil weils vincent sydenham sever scheuermann mohs roux billroth nissen hartmann scholl scholls bayer lilly abbott merck pfizer "
    "moderna novartis sanofi baxter teva mylan sandoz pott cowper bartholin skene fowler trousseau chvostek cheyne stokes kussmaul kaplan meier bonferroni fisher student child friedewald mosteller dubois naranjo braden morse norton wells ranson caprini "
    "cha framingham ramsay hunt rosacea molly mollies macewen bristol norwalk ebola zika lassa marburg coxsackie dane heinz howell jolly auer reed sternberg philadelphia ohio".split()
)
_OF_A_DISEASE = re.compile(
    r"['’]?s?(?:[-–]\w+)*['’]?s?,? (?:disease|syndrome|palsy|lymphoma|sarcoma|tumou?r|anemia|anaemia|thyroiditis|chorea|contracture|angina|phenomenon|esophagus|oesophagus|ulcer|cyst|arteritis|dementia|bod(?:y|ies)|catheter|maneuver|manoeuvre|sign|score|scale|criteria|list|test|classification|"
    r"formula|equation|monitor|solution|lactate|exercises|contractions|encephalopathy|psychosis|virus|fever|purpura|neuropathy|dystrophy|atrophy|ataxia|flare|medicine|meds|medication|drug|patient|class|grade|stage|diagnosis|hernia|gland|node|nodule|reflex|wort|lace|vaccine|stain|culture|paralysis|kidney|spot|line|crisis|purpura|fracture|osteotomy|procedure|operation|diet|method|reaction|law)\b", re.IGNORECASE)
_IDIOM = re.compile(
    r"\b(?:st\.? ?john['’]?s? ?wort|saint john['’]?s? wort|dr\.? ?pepper|dr\.? ?scholl['’]?s?|dr\.? ?bronner['’]?s?|dr\.? google|queen anne['’]?s lace|burt['’]?s bees|mary jane|jack daniel['’]?s?|johnson (?:and|&) johnson|j ?& ?j|eli lilly|lou gehrig['’]?s?|lucy in the sky|bloody mary|shirley temple|"
    r"earl grey|granny smith|tom collins|captain morgan|johnnie walker|jim beam|jose cuervo|trader joe['’]?s|sam['’]s club|mary kay|ben (?:and|&) jerry['’]?s|uncle sam|rose ?hips?|mother nature|murphy['’]s law|plan b|hep(?:atitis)? [a-e]|vitamin [a-k]\d{0,2}|type [12ab]|class [ivx]+|in the name of|generic name|brand name|drug name|trade name|"
    r"poison (?:control|help)(?: cent(?:er|re))?|novo nordisk|stevens[ -]johnson|[a-z]\. ?(?:coli|diff(?:icile)?|pylori|aureus|albicans|pneumoniae|faecalis|auris|jirovecii|vulgaris|tb)|don['’]t|lady['’]?s? mantle|lady parts|old man|(?:black|red) cohosh|bella ?donna|rocky mountain|covid|ms contin|md|pharmd)\b", re.IGNORECASE)
# Words that are nobody's name after "my name is", "for", "this is" and the like.
_NEVER = frozenset(
    "i me my mine we us our you your he him his she her it its they them their this that these those the a an and or but nor so if then than as at by for from in into of off on onto out over to up with without about after before between during under is am are was were "
    "be been being do does did done has have had can could will would shall should may might must not no yes ok okay please thanks thank hi hello hey who whom whose what which when where why how all any both each few more most much many some such only own same too very just "
    "now here there again today tomorrow yesterday tonight morning evening night noon monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december taking take takes took taken using use uses used "
    "doctor dr nurse patient pharmacist pharmacy hospital clinic medicine medicines medication meds pill pills tablet tablets dose doses drug drugs mg mcg ml question questions help info information side effects effect interaction interactions pain fever cough cold flu "
    "allergy allergies diabetes pressure blood sugar heart kidney liver pregnant pregnancy breastfeeding safe sick nauseous dizzy tired worried scared confused asking calling wondering looking trying going getting having feeling new old young good bad sure sorry able allowed "
    "allergic diabetic asthmatic female male woman man boy girl mom mum mother dad father son daughter wife husband sister brother friend friends baby kids kid child children adult adults people person someone somebody everyone anyone nobody currently also still always never ever maybe "
    "really emergency urgent generic brand name names called named water food foods milk alcohol coffee tea juice wine beer label prescription refill insurance card account number email phone address birthday dob mrn id ssn room bed bottle box package first second third last next previous "
    "one two three four five six seven eight nine ten en em de y el la que con por para una un et le les un une der die das und mit ein eine in insulin vitamin doesn don isn wasn cannot cant wont im ive id prn bid tid qid xr er sr hcl otc nsaid nsaids ssri maoi uti copd gerd adhd hiv inr "
    "md pa np rn dds icu er ed irish english scottish welsh french german italian spanish dutch swedish danish norwegian finnish polish russian ukrainian czech greek turkish chinese japanese korean indian thai vietnamese mexican brazilian canadian american african asian european jewish muslim christian catholic hindu latin latino hispanic roman british australian arab arabic persian israeli egyptian filipino "
    "yeast acne gout lupus asthma cancer stroke hives rash anxiety depression sleep insomnia ear eye eyes skin hair weight nausea headache migraine high low long short test tests lab labs levels level lunch dinner breakfast bedtime work school home surgery travel".split()
)
# fmt: on
_WORD = re.compile(r"[^\W\d_]+(?:['’`-][^\W\d_]+)*")
_PARTICLE = frozenset("van von der den de del della di da dos das du la le el al bin ibn abu ben bint ter ten zu st san mac mc o ap af e y".split())


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: `key` is how it is looked up."""

    start: int
    end: int
    text: str
    key: str

    @property
    def is_capital(self) -> bool:
        return self.text[:1].isupper()


class People:
    """Finds people, places and facilities in one text.

    Args:
        text: the text.
        lexicon: where it names a medicine, class or food, and which words are words.
        entities: what the entity model found, as (label, start, end).
    """

    def __init__(self, text: str, lexicon: Lexicon, entities: Sequence[tuple[str, int, int]]):
        self._text, self._lexicon, self._english, self._entities = text, lexicon, lexicon.is_word, entities
        self._names = gazetteer()
        self._kept = [*lexicon.medicines(text), *(match.span() for match in _IDIOM.finditer(text)), *(m.span() for m in re.finditer(r"<[A-Z_]+_\d+>", text))]
        self._words = [Word(m.start(), m.end(), m[0], plain(m[0])) for m in _WORD.finditer(text)]
        self._shouted = sum(w.text.isupper() for w in self._words) > max(2, len(self._words) // 2)

    def find(self) -> Iterator[Identifier]:
        """What is found, the surest first; spans may overlap."""
        yield from self._facilities()
        names = [*self._introduced(), *self._bare(), *self._recognised()]
        for start, end in [*names, *self._listed(names)]:
            yield Identifier("NAME", start, start + len(re.sub(r"['’`]s?$", "", self._text[start:end], flags=re.IGNORECASE)))
        for place in self._places():
            yield Identifier("PLACE", *place)
            if found := _ZIP_AFTER.match(self._text, place[1]):
                yield Identifier("ADDRESS", *found.span(1))

    # People.

    def _introduced(self) -> Iterator[Span]:
        """Names after words that introduce a person."""
        for pattern, sure in ((_SURE, True), (_LIKELY, False)):
            at = 0
            while match := pattern.search(self._text, at):
                at = match.end() if match.end() > match.start() else match.end() + 1
                strong = sure or bool(re.match(rf"(?i)(?:my|his|her|our|their|dr|doctor|nurse|prof|aunt|uncle|grand|cousin|patient|pt|client|caller|customer|spouse|under|on behalf|belongs|signed|regards|sincerely|filled for|sent by|thanks|attn|emergency|named|guardian|contact|user|sender)", match[0]))
                if name := self._read(match.end(), sure, strong):
                    yield name
                at = max(match.start() + 1, match.end() - 1) if not sure else at
        for match in re.finditer(r"(?:我叫|我的名字是|我是|叫做)([\u4e00-\u9fff]{2,3})|(?:私の名前は|名前は)([\u3040-\u30ff\u4e00-\u9fff]{2,8}?)(?:です|と)|(?:меня зовут|моё имя|мое имя)\s+(\w+(?:\s[А-ЯЁ]\w+)?)|اسمي\s+(\w+(?:\s\w+)?)|(?:제 이름은|저는)\s?([가-힣]{2,4})", self._text, re.IGNORECASE):
            group = match.lastindex or 0
            yield match.span(group)

    def _read(self, at: int, sure: bool, strong: bool) -> Span | None:
        """The name that begins at `at`, where something introduces it."""
        if titles := _TITLES.match(self._text, at):
            at, strong = titles.end(), True
        row = next((row for row, word in enumerate(self._words) if word.start == at), None)
        if row is None:
            initials = re.compile(r"(?:[A-Z]\.\s?){2,4}").match(self._text, at)
            return (at, at + len(initials[0].rstrip())) if initials else None
        if initials := re.compile(r"(?:[A-Z]\.\s?){2,4}(?=$|[\s,;:?!)])").match(self._text, at):
            end = at + len(initials[0].rstrip())
            return (at, end)
        word = self._words[row]
        if not self._opens(row, word, sure, strong):
            return None
        return (word.start, self._words[self._last(row, strong)].end)

    def _opens(self, row: int, word: Word, sure: bool, strong: bool) -> bool:
        key, given = word.key, word.key in self._names.given
        if len(word.text) < 2 or (key in _NEVER and not ((sure or self._titled(word)) and word.is_capital and not self._shouted and (given or key in self._names.surnames))):
            return bool(len(word.text) == 1 and word.is_capital and self._text[word.end : word.end + 1] == "." and self._surname_after(row))
        if self._is_kept(word) and not (given and strong and (word.is_capital or sure) and not self._is_medicine_here(word)):
            return False
        if strong and _OF_A_DISEASE.match(self._text, word.end):
            return False
        ordinary = key in (self._names.given_words if given else self._names.surname_words)
        if given and not ordinary:
            return True if strong or sure else self._is_bare(row, word)
        known = given or key in self._names.surnames
        if sure:
            return known or not self._english(word.text) or (word.is_capital and not self._shouted)
        if strong and not word.is_capital and key in self._names.surnames and not ordinary and self._titled(word, lower=True):
            return True
        if strong:
            return word.is_capital and not self._shouted and (known or not self._english(word.text)) and (not ordinary or bool(_DOES.match(self._text, word.end)) or self._titled(word) or self._surname_after(row))
        return word.is_capital and not self._shouted and known and key not in _EPONYMS and (self._surname_after(row) or bool(_DOES.match(self._text, word.end))) and not self._is_kept(word)

    def _titled(self, word: Word, lower: bool = False) -> bool:
        before = self._text[: word.start]
        if lower:
            return bool(re.search(r"(?i)\b(?:mr|mrs|ms|dr|prof)\.? $", before))
        return bool(re.search(rf"(?i)\b{_TITLE}\.? $|\bmy {_RELATION},? $", before))

    def _surname_after(self, row: int) -> bool:
        """Whether the next word carries a name on."""
        return self._last(row, True) > row

    def _last(self, row: int, strong: bool) -> int:
        """The row of the last word of the name that begins at `row`: surnames, further given names, initials, particles."""
        last, at = row, row + 1
        while at < len(self._words) and at <= row + 5:
            word, gap = self._words[at], self._text[self._words[at - 1].end : self._words[at].start]
            if not re.fullmatch(r"\.? |-", gap) or (gap == ". " and len(self._words[at - 1].text) > 1):
                break
            after = self._words[at + 1 : at + 3]
            if word.key in _PARTICLE and after and (after[0].is_capital or (after[0].key in _PARTICLE and after[-1].is_capital)):
                at += 1
                continue
            if not self._carries_on(word, self._words[row], strong):
                break
            last, at = at, at + 1
        return last

    def _carries_on(self, word: Word, first: Word, strong: bool) -> bool:
        key = word.key
        if len(word.text) == 1:
            return word.is_capital and word.text != "I" and first.is_capital
        if key in _NEVER or self._is_kept(word):
            return False
        known = key in self._names.surnames or key in self._names.given
        if word.is_capital and not self._shouted:
            return known or (first.is_capital and (not self._english(word.text) or word.text[1:] != word.text[1:].lower()))
        if first.is_capital and not self._shouted:
            return False
        if key in self._names.surname_words:
            return known and bool(re.match(r"\W*$|[,.;:?!)]", self._text[word.end :]) or self._does(word))
        return known or (not self._english(word.text) and len(word.text) > 3)

    def _bare(self) -> Iterator[Span]:
        """Names that nothing introduces."""
        for row, word in enumerate(self._words):
            if self._is_kept(word) and not (word.is_capital and word.key in self._names.given and self._does(word) and not self._is_medicine_here(word)):
                continue
            if self._is_bare(row, word):
                yield (word.start, self._words[self._last(row, False)].end)
            elif (
                len(word.text) == 1 and word.is_capital and row + 1 < len(self._words) and self._words[row + 1].is_capital
                and re.fullmatch(r"\.\s?", self._text[word.end : self._words[row + 1].start])
                and len(self._words[row + 1].text) > 2 and not self._is_kept(self._words[row + 1])
                and (self._words[row + 1].key in self._names.surnames or self._words[row + 1].key in self._names.given)
            ):  # "J. Ramirez"
                yield (word.start, self._words[self._last(row + 1, False)].end)
        for row, word in enumerate(self._words):  # "Nguyen, 67, takes"
            if word.is_capital and not self._shouted and len(word.text) > 2 and not self._is_kept(word) and _ONLY_PEOPLE_DO.match(self._text, word.start + len(re.sub(r"['’]s$", "", word.text))):
                known = word.key in self._names.given or word.key in self._names.surnames
                if word.key not in _NEVER and ((known and word.key not in self._names.surname_words) or not self._english(re.sub(r"['’]s$", "", word.text))) and not word.text.isupper():
                    yield (word.start, self._words[self._last(row, False)].end)
        for word, after in zip(self._words, self._words[1:], strict=False):  # "Xiomara Delgado"
            if (
                word.is_capital and after.is_capital and not self._shouted and self._text[word.end : after.start] == " " and not self._is_kept(word) and not self._is_kept(after)
                and not self._english(word.text) and not word.text.isupper() and word.key not in _EPONYMS | _NEVER | self._names.wide | self._names.towns
                and (after.key in self._names.surnames or after.key in self._names.given) and after.key not in _EPONYMS | self._names.surname_words | _NEVER
                and not _OF_A_DISEASE.match(self._text, after.end)
            ):
                yield (word.start, after.end)
        for match in re.finditer(r"\b([A-Z][\w'’-]+),\s?([A-Z][\w'’-]+)(?:\s[A-Z]\b\.?)?", self._text):  # "SMITH, JOHN"
            last, first = plain(match[1]), plain(match[2])
            if first in self._names.given - self._names.given_words and (last in self._names.surnames or last in self._names.given) and last not in _NEVER | self._names.given_words | self._names.wide:
                if not self._overlaps_kept(match.span()) and last not in _EPONYMS:
                    yield match.span()

    def _is_bare(self, row: int, word: Word) -> bool:
        """Whether a word is a given name wherever it stands."""
        key = word.key
        if key not in self._names.given or key in _NEVER or key in self._names.wide or _OF_A_DISEASE.match(self._text, word.end):
            return False
        if row and self._words[row - 1].end == word.start - 1 and self._words[row - 1].key in ("st", "saint") and word.is_capital:
            return False
        follows = self._last(row, False) > row
        if key in self._names.towns and (_PLACE_SURELY.search(self._text[: word.start]) or _STATE_AFTER.match(self._text, word.end)):
            return False
        if word.text.isupper() and not self._shouted and len(word.text) <= 4:
            return False
        if re.search(r"['’](?!s$)", word.text, re.IGNORECASE) and not re.match(r"(?:[OD]['’]|[A-Z][a-z]+['’])[A-Z]", word.text):
            return False
        if key in self._names.given_words or key in _EPONYMS or self._lexicon.find(word.text):
            sure = self._does(word) or (follows and self._words[row + 1].key not in self._names.given_words and key not in _EPONYMS)
            return word.is_capital and not self._shouted and sure and (row > 0 or self._does(word) or follows)
        if word.is_capital and not self._shouted:
            return len(word.text) > 2 or follows or self._does(word)
        return len(word.text) >= 4 or follows or (len(word.text) == 3 and self._does(word))

    def _does(self, word: Word) -> bool:
        return bool(_DOES.match(self._text, word.end))

    def _recognised(self) -> Iterator[Span]:
        """What the entity model takes for a person, where it can be one."""
        for label, start, end in self._entities:
            if label != "PERSON":
                continue
            words = [w for w in self._words if w.start >= start and w.end <= end]
            while words and (words[0].key in _NEVER or _TITLES.match(words[0].text + " ")):
                words = words[1:]
            while words and words[-1].key in _NEVER:
                words = words[:-1]
            if not words or any(ch.isdigit() for ch in self._text[words[0].start : words[-1].end]) or self._overlaps_kept((words[0].start, words[-1].end)):
                continue
            if any(w.key in _EPONYMS for w in words) or not words[0].is_capital or self._shouted or _OF_A_DISEASE.match(self._text, words[-1].end):
                continue
            known = [w for w in words if w.key in self._names.given or w.key in self._names.surnames]
            strange = [w for w in words if not self._english(w.text) and w not in known]
            surely = [w for w in known if w.key not in self._names.given_words | self._names.surname_words]
            if len(words) > 1 and (surely or len(strange) == len(words)) and all(w.is_capital or w.key in _PARTICLE for w in words):
                yield (words[0].start, words[-1].end)
            elif len(words) == 1 and words[0].start > 0 and (surely or (strange and not _TAKEN_WITH.search(self._text[: words[0].start]))) and not words[0].text.isupper() and words[0].key not in self._names.given_words | self._names.wide | self._names.towns and len(words[0].text) > 3:
                yield (words[0].start, words[0].end)

    def _listed(self, names: Sequence[Span]) -> Iterator[Span]:
        """Names in a row with a name: `Malon, Mark and Kaylee`."""
        ends = {end for _, end in names}
        starts = {start for start, _ in names}
        words = [word for word in self._words if word.key != "and"]
        for rows in (range(1, len(words)), range(len(words) - 2, -1, -1)):
            step = rows.step
            for row in rows:
                word, other = words[row], words[row - step]
                left, right = (other, word) if step > 0 else (word, other)
                if (other.end in ends if step > 0 else other.start in starts) and re.fullmatch(r",? (?:and |& )?|, ?", self._text[left.end : right.start].lower()):
                    key = word.key
                    if word.is_capital and not self._shouted and key not in _NEVER | _EPONYMS | self._names.wide and not self._is_kept(word) and (key in self._names.given or key in self._names.surnames):
                        ends.add(word.end)
                        starts.add(word.start)
                        yield (word.start, word.end)

    # Places.

    def _places(self) -> Iterator[Span]:
        for match in _COUNTY.finditer(self._text):
            if not self._overlaps_kept(match.span(1)) and plain(match[1]) not in self._names.wide:
                yield match.span(1)
        for match in _LIVES.finditer(self._text):
            if place := self._strange(match.end()):
                yield place
        row = 0
        while row < len(self._words):
            size = next((size for size in (4, 3, 2, 1) if self._is_place(row, size)), 0)
            if size:
                yield (self._words[row].start, self._words[row + size - 1].end)
            row += size or 1
        for label, start, end in self._entities:
            piece = self._text[start:end]
            key = plain(piece)
            if label in ("GPE", "LOC", "FAC", "LOCATION") and piece[:1].isupper() and key and key not in self._names.wide and key.removeprefix("the ") not in self._names.wide:
                if self._overlaps_kept((start, end)) or any(ch.isdigit() for ch in piece) or key in _NEVER or any(part in _EPONYMS for part in key.split()):
                    continue
                if self._shouted or "\n" in piece:
                    continue
                known = key in self._names.towns and key not in self._names.town_words
                if known or (_PLACE_SURELY.search(self._text[:start]) and not all(self._english(part) for part in piece.split())):
                    yield (start, end)

    def _strange(self, at: int) -> Span | None:
        """Up to three words that nobody knows, where somebody says where they live."""
        rows = [row for row, word in enumerate(self._words) if word.start == at][:1]
        while rows and len(rows) < 3 and rows[-1] + 1 < len(self._words) and self._words[rows[-1] + 1].is_capital and self._text[self._words[rows[-1]].end] in " -":
            rows.append(rows[-1] + 1)
        words = [self._words[row] for row in rows]
        if not words or self._english(words[0].text) or any(self._is_kept(w) or w.key in _NEVER for w in words) or " ".join(w.key for w in words) in self._names.wide:
            return None
        return (words[0].start, words[-1].end)

    def _is_place(self, row: int, size: int) -> bool:
        words = self._words[row : row + size]
        if len(words) < size or any(self._text[a.end : b.start] not in (" ", "-", ". ") for a, b in zip(words, words[1:], strict=False)):
            return False
        start, end = words[0].start, words[-1].end
        key = " ".join(w.key for w in words)
        if self._overlaps_kept((start, end)) or key in self._names.wide or key in _NEVER or _OF_A_DISEASE.match(self._text, end):
            return False
        capital = all(w.is_capital for w in words) and not self._shouted
        if capital and _STATE_AFTER.match(self._text, end) and not any(w.key in _NEVER or w.key in self._names.wide for w in words):
            return key in self._names.towns or not all(self._english(w.text) for w in words) or bool(_PLACE_SURELY.search(self._text[:start]))
        if key not in self._names.towns:
            return False
        ordinary = key in self._names.town_words or key in _EPONYMS or (size == 1 and (key in self._names.given or key in self._names.surnames or len(key) < 5))
        if capital:
            return not ordinary or bool(_PLACE_SURELY.search(self._text[:start])) and key not in _NEVER
        if size == 1 and (key in self._names.town_words or (self._english(words[0].text) and not _PLACE_SURELY.search(self._text[:start]))):
            return bool(re.match(r",? [a-zA-Z]{2} \d{5}", self._text[end:])) and key not in _NEVER
        return bool(size > 1 or _PLACE_SURELY.search(self._text[:start]) or _STATE_AFTER.match(self._text, end)) and (size > 1 or len(key) > 4) and not all(w.key in self._names.town_words for w in words)

    # Facilities.

    def _facilities(self) -> Iterator[Identifier]:
        for pattern in (_SHOP, _FACILITY, _WELL_KNOWN, _EMPLOYER):
            for match in pattern.finditer(self._text):
                group = next((g for g in range(1, (match.lastindex or 0) + 1) if match[g]), 0)
                start, end = match.span() if pattern is _FACILITY and not self._overlaps_kept(match.span()) else match.span(group)
                piece = self._text[start:end]
                if _NOT_FACILITY.search(piece) or self._overlaps_kept((start, end)):
                    continue
                yield Identifier("FACILITY", start, end)

    def _is_kept(self, word: Word) -> bool:
        return self._overlaps_kept((word.start, word.end))

    def _is_medicine_here(self, word: Word) -> bool:
        """Whether the words right before or after mean a medicine by this name: `take Heather`, `Heather 0.35 mg`."""
        before, after = self._text[: word.start], self._text[word.end :]
        return bool(re.search(r"(?i)\b(?:take|takes|taking|took|on|pill|brand|generic|of|prescribed|called|than|switch\w* (?:to|from)) $", before) or re.match(r" ?\d| (?:pill|tablet|birth control|side|mg)", after))

    def _overlaps_kept(self, span: Span) -> bool:
        return any(span[0] < end and start < span[1] for start, end in self._kept)
