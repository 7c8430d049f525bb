"""The words that tell a person, a place or a facility, and those that look like one and are none."""

from __future__ import annotations

import re

# fmt: off
RELATION = (
    r"(?:wife|husband|spouse|son|daughter|mother|mom|mum|mommy|mama|ma|father|dad|daddy|papa|brother|sister|bro|sis|friend|bestie|buddy|roommate|flatmate|neighbou?r|patient|client|customer|caller|resident|"
    r"grand(?:mother|father|ma|pa|son|daughter|child|kid|parents?)|granny|grandad|granddad|gran|nan|nana|nanny|aunt|auntie|aunty|uncle|niece|nephew|cousin|baby|newborn|toddler|kid|child|boy|girl|twin|boyfriend|girlfriend|bf|gf|"
    r"partner|fiancée?|co-?worker|colleague|boss|manager|teacher|student|ex|ex-wife|ex-husband|(?:mother|father|brother|sister|son|daughter)[ -]in[ -]law|step(?:son|daughter|mother|father|mom|dad|brother|sister)|godmother|godfather|"
    r"caregiver|carer|guardian|pharmacist|tech|technician|physician|doctor|nurse|prescriber|provider|dentist|midwife)"
)
TITLE = r"(?:mr|mrs|ms|miss|mx|dr|doctor|doc|nurse|prof|professor|sr|sra|señora?|señorita|monsieur|madame|mme|frau|herr|rev|reverend|father|sister|fr|sir|lord|lady|dame|capt|captain|sgt|lt|col|officer|judge|pastor|rabbi|imam|coach|aunt|auntie|uncle|grandma|grandpa|granny|nana|don|doña)"
TITLES = re.compile(rf"(?:{TITLE}\b\.?,? )+", re.IGNORECASE)
# Somebody's name follows for certain (what follows may be any word), or probably (it must look like a name).
SURE = re.compile(
    r"\b(?:(?:my|his|her|our|their|the) (?:full |real |last |first |legal |maiden |middle )?names?(?:'s|’s| is| are|:)|(?:first|last|full|patient|pt|customer|client|member|user|given|family|sur|nick) ?name(?:'s| is)?\s*[:=]?|(?<!brand )(?<!generic )(?<!drug )name\s*[:=]|"
    r"(?:everyone|everybody|people|they|friends|just|you can|please) calls? me|goes by|(?:me llamo|mi nombre es|je m['’]appelle|mein name ist|ich hei(?:ß|ss)e|mi chiamo|il mio nome è|meu nome é|me chamo|mam na imię|nazywam się|jag heter|jeg hedder|benim adım|adım)|"
    r"initials?(?: are| is|:)?)\s+"
    r"|\b(?:mr|mrs|ms|mx|señora?|señorita|monsieur|madame|mme|frau|herr)\b\.?\s+(?!or\b|and\b)|\b(?:mr|mr\.) and (?:mrs|mrs\.)\s+",
    re.IGNORECASE,
)
LIKELY = re.compile(
    rf"\b(?:my|his|her|our|their|your|the|a|an|this|that) (?:late |dear |own |older |younger |elder |oldest |youngest |eldest |little |big |poor |elderly |new |old |best |first |\d+[ -](?:year|yr|month)[ -]old )*{RELATION}s?,?(?:'s name is| is called| is named| named| called| is|:)?\s+"
    rf"|\b(?:grandma|grandpa|granny|nana|aunt|auntie|uncle|cousin|baby|sister|brother|mama|papa|nan)\s+"
    r"|\b(?:dr|doctor|doc|nurse|prof|professor|reverend|pastor|rabbi|sir|officer|captain|coach)\b\.?\s+"
    r"|\b(?:patient|pt|client|customer|caller|resident|member|spouse|guardian|emergency contact|contact|physician|prescriber|provider|attending|pharmacist|from|attn|attention|cc|re|user|sender|for)\s*[:=#]?\s+"
    r"|\b(?:this is|this's|i am|i'm|i’m|im|it's|it’s|its|it is|soy|je suis|ich bin|sono|called|named|signed,?|regards,?|sincerely,?|cheers,?|thanks,?|thank you,?|thx,?|love,?|yours,?|best,?|hi,?|hello,?|hey,?|dear|good (?:morning|afternoon|evening),?|"
    r"on behalf of|in the name of|belongs to|prescribed (?:to|by)|filled for|written (?:for|by)|sent by|signed by|ask(?:ing|ed)?(?: for| about)?|tell|told|telling|spoke (?:to|with|w/)|w/|talk(?:ed|ing)? (?:to|with)|speak(?:ing)? (?:to|with)|call(?:ed|ing)?|"
    r"text(?:ed)?|e-?mail(?:ed)?|met|saw|see|seen by|visit(?:ed|ing)?|with|meet|under(?: the name)?|(?:account|prescription|refill|order|record|appointment|chart|label|bottle|card)s? (?:of|for|is|under)|info(?:rmation)? for|"
    r"gave|give|help(?:ing)?|let|made|make|know|remind|want|wanted|hired|by|name|bed \d+|room \d+|rm \d+|and|does|is|can|did|has|was|should|will|could|would|when|if|because|since|that|while|as|after|says|said)\s+",
    re.IGNORECASE,
)
DOES = re.compile(
    r"(?:['’]s)?,? (?:\(.{1,30}\) )?(?:here\b|takes?\b|took\b|taking\b|started\b|stopped\b|uses\b|used to\b|has\b|had\b|wants?\b|needs?\b|asks?\b|asked\b|says?\b|said\b|told\b|thinks\b|lives\b|gets\b|got\b|feels\b|was (?:given|put|told|prescribed|switched|admitted|seen|diagnosed|born)\b|"
    r"is (?:on\b(?! the (?:list|market|label))|from\b|taking\b|asking\b|fasting\b|allergic\b|pregnant\b|diabetic\b|a (?:patient|diabetic|nurse|pharmacist)\b|my\b|in (?:the )?(?:hospital|er|icu)\b|\d+ (?:years|yo|and)|aged\b|here\b|coming\b|calling\b)|"
    r"gave me\b|prescribed\b|texted\b|called\b|emailed\b|wrote\b|went\b|came\b|weighs\b|turned\b|suffers\b|forgot\b|missed\b|swallowed\b|vomits?\b|vomited\b|drinks\b|drank\b|smokes\b|who\b|my (?:wife|husband|son|daughter|mom|mum|mother|dad|father|sister|brother|friend|neighbou?r|nan|boss|cousin)\b|\d{1,3}(?: ?yo\b| ?y/o\b|,| years| ?[mf]\b)|(?:and|&) (?:I|i|me|my)\b|again\b|speaking\b|calling\b)"
    r"|['’]s (?:\w+ )?(?:prescription|refill|medicine|medication|meds|pills?|dose|doctor|script|rx|name|chart|bottle|mom|mum|dad|mother|father|wife|husband|birthday|blood|allergy|insulin|inhaler|label|levels?|surgery|house|room|in|on|at|allergic|taking|asking|been|got|here|my|getting|having|going)\b"
    r"|,? (?:dob\b|d\.o\.b|date of birth|mrn\b|born\b|\(?(?:age|aged)\b|ssn\b)|\s*[/(|-]\s*(?:dob\b|mrn\b|\d{1,2}/\d{1,2}/)",
    re.IGNORECASE,
)
# What only a person does; before it a word that nobody knows is a name too.
ONLY_PEOPLE_DO = re.compile(
    r"(?:(?:,| and [A-Z][\w-]+| \w)? ?(?:both |also |just |always |still )?(?:takes|took|wants|asks|asked|says|said|told|thinks|lives|feels|forgot|weighs|texted|called|emailed|wrote|drinks|drank|smokes|swallowed|shares?|shared|vomited|threw up|went to|came in|wanted)\b"
    r"|['’]s (?:doctor|prescription|refill|meds|medicine|pills|mom|mum|dad|mother|father|wife|husband|son|daughter|allergy|chart|birthday|pharmacist|nurse|name)\b|,? \(?\d{1,2}(?: ?yo\b| ?y/o\b|,| years old)| is (?:the|my|his|her) (?:last |first )?(?:name|son|daughter|wife|husband|mother|father|patient|doctor|nurse)\b| is on [A-Za-z]{4,})"
)
TAKEN_WITH = re.compile(r"\b(?:with|and|or|on|take|takes|taking|of|is|does|do|vs|than|between|plus|use|using|like|called|brand|generic|pill|drug)\s+$|[/+&]\s*$", re.IGNORECASE)
PLACE_SURELY = re.compile(r"\b(?:live[sd]? (?:in|near|outside)|living (?:in|near)|moved (?:to|from)|moving (?:to|from)|based in|visiting|downtown|city of|town of|born in|travel(?:l?ing|s)? to|flying to|flew to|drive to|trip to|i'?m (?:from|in)|i am (?:from|in)|(?:he|she|who)(?:'s| is) (?:from|in)|stuck in|here in|clinic in|hospital in|pharmacy in|up in|over in|(?:friend|family|parents|cousin|brother|sister|house|home) in|in|from|near)\s+$", re.IGNORECASE)
LIVES = re.compile(r"\b(?:live[sd]? (?:in|near|outside)|living (?:in|near)|moved (?:here )?(?:to|from)|moving (?:to|from)|based in|grew up in|raised in|born in|visiting|hometown is|stationed in)\s+(?:the )?", re.IGNORECASE)
STATE_AFTER = re.compile(
    r",?\s+(?:(?:AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|IA|ID|IL|IN|KS|KY|LA|MA|MD|ME|MI|MN|MO|MS|MT|NC|ND|NE|NH|NJ|NM|NV|NY|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VA|VT|WA|WI|WV|WY|DC|UK)\b(?=[\s,.;:)?!]|$)|"
    r"(?i:alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|hawaii|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|nevada|"
    r"new (?:hampshire|jersey|mexico|york)|north (?:carolina|dakota)|ohio|oklahoma|oregon|pennsylvania|rhode island|south (?:carolina|dakota)|tennessee|texas|utah|vermont|west virginia|wisconsin|wyoming)\b)")
ZIP_AFTER = re.compile(r"[\s,]{1,8}(?:[A-Z]{2}\s+)?(\d{5}(?:-\d{4})?)(?![\w-]|\s*(?:mg|mcg|units?|iu)\b)")
COUNTY = re.compile(r"\b((?:[A-Z][a-z'’]+ ){1,2}(?:County|Parish|Township|Borough|Village|Heights|Beach|Springs|Falls|Hills))\b(?! (?:Hospital|Clinic|Pharmacy|Medical))")
# Facilities: a name before the kind of place, or one of the well-known ones where somebody is there.
KIND = (
    r"(?:(?:General |Memorial |Community |Regional |Children['’]s |Women['’]s |University |Veterans |County |City |Family |Urgent |Health |Medical |Dental |Eye |Cancer |Heart |Rehab(?:ilitation)? |Nursing |Care |Surgery |Surgical |Pain |Sleep |Kidney |Wellness |Walk-in |Primary |Senior |Assisted |Living |Retirement |High |Middle |Elementary |Primary |Day )*"
    r"(?:Hospital|Hosp|Infirmary|Clinic|Medical Center|Medical Centre|Medical Group|Health Center|Health Centre|Health System|Healthcare|Care Center|Center|Centre|Pharmacy|Drugstore|Drug Store|Apothecary|Chemist|Nursing Home|Care Home|Hospice|Sanatorium|Manor|Home|School|College|University|Academy|Daycare|Preschool|Kindergarten|Church|Prison|Jail|Shelter|Practice|Surgery|Urgent Care|Dialysis|Associates|Institute|ER|ED|Emergency Room|Island|Correctional Facility))"
)
NOT_FACILITY = re.compile(
    r"(?i)^(?:(?:the|a|any|your|my|our|this|local|nursing|care|medical|retail|online|community|hospital|urgent|outpatient|general|health) )*(?:hospital|clinic|pharmacy|school|center|centre|home|care|er|university|college|practice|surgery|island|institute|manor|church|associates)$|\b(?:poison|control center|call cent|centers? for|national institutes?|health canada|american (?:college|academy|institute)|royal college|cochrane|surgery center$|blood cent|home health$)")
FACILITY = re.compile(
    rf"\b((?:(?!(?:The|A|An|My|Our|Is|Does|Can|At|In|From|To|And|Or|For|With|I|What|Which|Hi|Hello|Ask)\b)(?:St\.?|[A-Z][\w'’.&-]*)\s+(?:(?:of|the|and|&|de|la) )?){{1,5}}{KIND})\b(?:\s+(?:in|of|at|on) [A-Z][a-z]+(?: [A-Z][a-z]+)?| #?\d+)?")
CHAIN = r"(?:Walgreens|CVS|Rite Aid|Walmart|Wal-Mart|Costco|Kroger|Target|Safeway|Publix|Sam['’]s Club|Boots|Duane Reade|Wegmans|H-?E-?B|Meijer|Albertsons|Superdrug|Lloyds|Shoppers Drug Mart|Kaiser(?: Permanente)?|VA)"
SHOP = re.compile(rf"(?i)\b({CHAIN}(?:,? (?:store|branch|location))?(?: ?(?:#|no\.? ?|number )\d+| (?:on|at|in|off) (?-i:[A-Z]|\d+(?=st|nd|rd|th))[\w'’]+(?: (?-i:[A-Z])[\w'’]+)*| (?:pharmacy|clinic|hospital|medical center|med center|store)(?: (?:in|on|at) (?-i:[A-Z])[\w'’]+)?))")
WELL_KNOWN = re.compile(
    r"(?i)\b(?:at|from|in|by|to|near|through|with)\s+(?:the\s+)?((?-i:(?:Johns Hopkins|Mayo(?: Clinic)?|Cleveland Clinic|Kaiser(?: Permanente)?|Mount Sinai|MD Anderson|Mass General|Sloan[ -]Kettering|Cedars[ -]Sinai|Bellevue|Northwestern|Stanford|UCLA|UCSF|NYU Langone|Duke|Geisinger|Beaumont|Rikers(?: Island)?|(?:[A-Z][a-z'’.]+ ){1,3}(?:General|Memorial|Regional|Presbyterian|Methodist|Baptist|Lutheran|Sinai))))\b(?! (?:study|trial|says|website))"
    r"|\b((?-i:Johns Hopkins|Kaiser Permanente|Mount Sinai|(?:[A-Z][a-z'’.]+ ){1,2}(?:General|Memorial|Regional|Presbyterian|Methodist|Baptist))) (?:started|gave|told|put|admitted|discharged|switched|prescribed|sent|said)\b")
EMPLOYER = re.compile(r"\b(?i:works?|worked|working|employed|employee|job|intern)(?i: (?:at|for|of|with))(?: the)? ((?:[A-Z][\w'’&.-]*)(?: [A-Z][\w'’&.-]*){0,3})")
# Persons' names that stand for a disease, a sign, a score or a device, a brand or a drink, and mean nobody.
EPONYMS = frozenset(
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
OF_A_DISEASE = re.compile(
    r"['’]?s?(?:[-–]\w+)*['’]?s?,? (?:disease|syndrome|palsy|lymphoma|sarcoma|tumou?r|anemia|anaemia|thyroiditis|chorea|contracture|angina|phenomenon|esophagus|oesophagus|ulcer|cyst|arteritis|dementia|bod(?:y|ies)|catheter|maneuver|manoeuvre|sign|score|scale|criteria|list|test|classification|"
    r"formula|equation|monitor|solution|lactate|exercises|contractions|encephalopathy|psychosis|virus|fever|purpura|neuropathy|dystrophy|atrophy|ataxia|flare|medicine|meds|medication|drug|patient|class|grade|stage|diagnosis|hernia|gland|node|nodule|reflex|wort|lace|vaccine|stain|culture|paralysis|kidney|spot|line|crisis|purpura|fracture|osteotomy|procedure|operation|diet|method|reaction|law)\b", re.IGNORECASE)
IDIOM = re.compile(
    r"\b(?:st\.? ?john['’]?s? ?wort|saint john['’]?s? wort|dr\.? ?pepper|dr\.? ?scholl['’]?s?|dr\.? ?bronner['’]?s?|dr\.? google|queen anne['’]?s lace|burt['’]?s bees|mary jane|jack daniel['’]?s?|johnson (?:and|&) johnson|j ?& ?j|eli lilly|lou gehrig['’]?s?|lucy in the sky|bloody mary|shirley temple|"
    r"earl grey|granny smith|tom collins|captain morgan|johnnie walker|jim beam|jose cuervo|trader joe['’]?s|sam['’]s club|mary kay|ben (?:and|&) jerry['’]?s|uncle sam|rose ?hips?|mother nature|murphy['’]s law|plan b|hep(?:atitis)? [a-e]|vitamin [a-k]\d{0,2}|type [12ab]|class [ivx]+|in the name of|generic name|brand name|drug name|trade name|"
    r"poison (?:control|help)(?: cent(?:er|re))?|novo nordisk|stevens[ -]johnson|[a-z]\. ?(?:coli|diff(?:icile)?|pylori|aureus|albicans|pneumoniae|faecalis|auris|jirovecii|vulgaris|tb)|don['’]t|lady['’]?s? mantle|lady parts|old man|(?:black|red) cohosh|bella ?donna|rocky mountain|covid|ms contin|md|pharmd)\b", re.IGNORECASE)
# Words that are nobody's name after "my name is", "for", "this is" and the like.
NEVER = frozenset(
    "i me my mine we us our you your he him his she her it its they them their this that these those the a an and or but nor so if then than as at by for from in into of off on onto out over to up with without about after before between during under is am are was were "
    "be been being do does did done has have had can could will would shall should may might must not no yes ok okay please thanks thank hi hello hey who whom whose what which when where why how all any both each few more most much many some such only own same too very just "
    "now here there again today tomorrow yesterday tonight morning evening night noon monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december taking take takes took taken using use uses used "
    "doctor dr nurse patient pharmacist pharmacy hospital clinic medicine medicines medication meds pill pills tablet tablets dose doses drug drugs mg mcg ml question questions help info information side effects effect interaction interactions pain fever cough cold flu "
    "allergy allergies diabetes pressure blood sugar heart kidney liver pregnant pregnancy breastfeeding safe sick nauseous dizzy tired worried scared confused asking calling wondering looking trying going getting having feeling new old young good bad sure sorry able allowed "
    "allergic diabetic asthmatic female male woman man boy girl mom mum mother dad father son daughter wife husband sister brother friend friends baby kids kid child children adult adults people person someone somebody everyone anyone nobody currently also still always never ever maybe "
    "really emergency urgent generic brand name names called named water food foods milk alcohol coffee tea juice wine beer label prescription refill insurance card account number email phone address birthday dob mrn id ssn room bed bottle box package first second third last next previous "
    "one two three four five six seven eight nine ten en em de y el la que con por para una un et le les un une der die das und mit ein eine in insulin vitamin doesn don isn wasn cannot cant wont im ive id prn bid tid qid xr er sr hcl otc nsaid nsaids ssri maoi uti copd gerd adhd hiv inr "
    "md pa np rn dds icu er ed irish english scottish welsh french german italian spanish dutch swedish danish norwegian finnish polish russian ukrainian czech greek turkish chinese japanese korean indian thai vietnamese mexican brazilian canadian american african asian european jewish muslim christian catholic hindu latin latino hispanic roman british australian arab arabic persian israeli egyptian filipino "
    "ramadan christmas easter lent passover diwali thanksgiving halloween yeast acne gout lupus asthma cancer stroke hives rash anxiety depression sleep insomnia ear eye eyes skin hair weight nausea headache migraine high low long short test tests lab labs levels level lunch dinner breakfast bedtime work school home surgery travel".split()
)
# fmt: on
