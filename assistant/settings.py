"""Everything that can be set, in one place, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path

ROOT = Path(__file__).parent.parent
VANILLA_MODEL = "smollm2-135m-instruct"
TUNED_MODEL = "pharmacy-smollm2-135m"
DEFAULT_MODEL = TUNED_MODEL
QUOTES_ONLY = "none"
OFF = "off"
_KINDS: dict[str, Callable[[str], object]] = {"str": str, "int": int, "float": float, "Path": lambda text: Path(text).expanduser()}


class SettingsError(ValueError):
    """A setting that cannot be used; names the variable and what it may be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of an assistant; each may be set by `PHARMACY_` and its name in capitals.

    Attributes:
        cache: folder for prepared models, the index and the fitted classifier.
        model: `pharmacy-smollm2-135m` (the next one with the shipped adapter), `smollm2-135m-instruct` (from its package), a local folder, a hub id, the model's name at `model_url`, or `none` for
            quotes only.
        model_url: an OpenAI-compatible endpoint; empty for a local model.
        model_key: the endpoint's key.
        judge_url: an OpenAI-compatible endpoint whose model checks questions, facts and answers besides the rules; empty for rules alone.
        judge_model, judge_key: the model's name there, and the key.
        embedding: `all-MiniLM-L6-v2` (from its package), a local folder or a hub id of a sentence-transformers model.
        emergency_number, poison_line, crisis_line: the region's numbers in messages.
        max_question_chars: longer questions are turned away.
        max_new_tokens: how much the model may write.
        sentences: how many sentences of evidence an answer rests on at most.
        min_cosine: below this likeness of the nearest passage a question that names no medicine is asked which one it means.
        min_evidence: below this probability that the monographs answer at all nothing is answered.
        silent_evidence: below this one a model that finds no answer is believed.
        sure_evidence: below this one the answer says that it is what comes nearest.
        timeout_s: how long a remote model may take.
        receipts: SQLAlchemy URL of the database that keeps a record of every answer; empty for SQLite in the cache, `off` for none.
        receipts_key: signs the records' anchor, so that whoever lacks it cannot make records; keep it where the records are not.
    """

    cache: Path = ROOT / ".cache"
    model: str = DEFAULT_MODEL
    model_url: str = ""
    model_key: str = ""
    judge_url: str = ""
    judge_model: str = ""
    judge_key: str = ""
    embedding: str = "all-MiniLM-L6-v2"
    emergency_number: str = "911"
    poison_line: str = "1-800-222-1222"
    crisis_line: str = "988"
    max_question_chars: int = 4000
    max_new_tokens: int = 160
    sentences: int = 5
    min_cosine: float = 0.5
    min_evidence: float = 0.15  # `evaluate-evidence --fit`: below it 1.2% of the answerable and 52% of the unanswerable questions
    # On 132 validation questions the tuned model alone kept silent on 14 of 18 that have no answer and on 52 of 114 that have one; believed below .6, with
    # what falls below min_evidence, 11 and 6; below .7, 13 and 7; below .5, 9 and 6. Held out, more of the answerable ones lie below .7 (evaluate-evidence).
    silent_evidence: float = 0.6
    sure_evidence: float = 0.5  # 5.0% and 79%
    timeout_s: float = 30.0
    receipts: str = ""
    receipts_key: str = field(default="", repr=False)

    @property
    def index(self) -> Path:
        return self.cache / "index"

    @property
    def classifier(self) -> Path:
        return self.cache / "guardrails.npz"

    @property
    def models(self) -> Path:
        return self.cache / "models"


def read(environment: dict[str, str] | None = None) -> Settings:
    """The settings of an environment (the process's own by default).

    Raises:
        SettingsError: an unknown `PHARMACY_` variable, or a value of the wrong type.
    """
    environment = dict(os.environ) if environment is None else environment
    known = {f"PHARMACY_{setting.name.upper()}": setting for setting in fields(Settings)}
    if unknown := sorted(name for name in environment if name.startswith("PHARMACY_") and name not in known):
        raise SettingsError(f"unknown setting {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    values: dict[str, object] = {}
    for name, setting in known.items():
        if name not in environment:
            continue
        kind = _KINDS[str(setting.type)]
        try:
            values[setting.name] = kind(environment[name])
        except ValueError:
            raise SettingsError(f"{name}={environment[name]!r}: expected {setting.type}") from None
    return Settings(**values)  # type: ignore[arg-type]
