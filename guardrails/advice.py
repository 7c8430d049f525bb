"""A personal question: what I should do, what I have, what is right for this one person. Answered from the monograph, and referred."""

from __future__ import annotations

import re

from guardrails.policy import Policies, speaks
from guardrails.types import Signals, Verdict

POLICIES = ("personal_dosing", "diagnosis", "special_population")
THRESHOLD = 0.50  # of the three together; on a held-out fifth of the policies' texts no policy gains at .45, and 25 ordinary questions are referred instead of 23
# Words for the people that the special_population policy is about: without any, "Can I take Advil on Coumadin?" is no question of that kind,
# however alike it sounds. Stages of life, organs, and the endings of diseases' names.
_SOMEBODY_SPECIAL = re.compile(
    r"\b(?:preg\w*|positive|expecting|weeks?|wks?|trimester|gestation|conceiv\w*|trying for|ttc|ivf|fertility|due in|prenatal|post ?partum|breast\w*|bf\w*|nurs(?:e|ing)|lactat\w*|milk|"
    r"pump\w*|bab(?:y|ies)|newborns?|infants?|preemie|bubba|toddlers?|child\w*|kids?|sons?|daughters?|boys?|girls?|teen\w*|lad|little one|niece|nephew|twins?|students?|"
    r"grand\w*|gran|nan\w*|elder\w*|senior|old|aged?|age_\d+|\d* ?yo|y/o|yr|months?|mo|[1-9]\d|kg|lbs?|pounds?|kidneys?|ckd|renal|e?gfr|crcl|creatinine|dialysis|liver|hepat\w*|cirr\w*|"
    r"heart|cardi\w*|a-?fib|pacemaker|long qt|strokes?|blood pressure|hypertens\w*|diabet\w*|type (?:1|2|one|two)|insulin|asthma\w*|copd|lungs?|epilep\w*|seizures?|glaucoma|"
    r"ulcers?|bleed\w*|gout|lupus|hiv|aids|cancer|chemo\w*|tumou?r|transplant\w*|donated|parkinson\w*|dementia|alzheimer\w*|bipolar|schizo\w*|thyroid|graves|addison\w*|"
    r"myasthenia|g6pd|porphyria|pku|sickle|celiac|crohn\w*|prostate|bypass|bariatric|surgery|allerg\w*|intoleran\w*|disease|disorder|syndrome|condition|deficien\w*|patient|"
    r"failure|attack|problems?|\w+(?:itis|emia|aemia|osis|pathy|plegia|oma))\b",
    re.IGNORECASE,
)


# A medicine named by what it is for ("my thyroid tablets") says little about who takes it.
_BY_PURPOSE = re.compile(
    r"\b(?:thyroid|heart|blood pressure|diabetes|asthma|allergy|cancer|prostate|gout|kidney|liver) (?:\w+ )?(?:pills?|tablets?|tabs|medicines?|meds?|medications?|drugs?|drops|inhalers?)\b",
    re.IGNORECASE,
)


def check(signals: Signals, policies: Policies) -> Verdict | None:
    """Refers when the classifier finds a personal question likelier than not."""
    odds = {name: signals.probabilities.get(name, 0.0) for name in POLICIES}
    if max(odds, key=odds.__getitem__) == "special_population" and not _SOMEBODY_SPECIAL.search(_BY_PURPOSE.sub("", signals.text)):
        del odds["special_population"]
    return speaks(policies, max(odds, key=odds.__getitem__)) if sum(odds.values()) >= THRESHOLD else None
