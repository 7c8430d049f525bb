"""Merges an adapter into its base model once, so that serving loads one set of weights."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from assistant.adapter import MANIFEST, check
from assistant.prompt import fingerprint
from knowledge.embedding import sha256

_MADE_FROM = "made_from.json"


def merged(adapter: Path, base: Path, place: Path) -> Path:
    """`place`, holding the base model with the adapter merged in; made (in seconds) when it is not there or another adapter's.

    Raises:
        ModelFileError: the adapter does not fit its base, its manifest or the prompt in service.
    """
    manifest = check(adapter, base, fingerprint())
    wanted = {"adapter": manifest.weights_sha256, "base": manifest.base_sha256}
    if _is_whole(place, wanted):
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".merging-") as work:
        made = Path(work) / place.name
        _merge(adapter, base, made)
        (made / _MADE_FROM).write_text(json.dumps(wanted | {"weights": sha256(made / "model.safetensors")}) + "\n", encoding="utf-8")
        shutil.copy(adapter / MANIFEST, made)
        shutil.rmtree(place, ignore_errors=True)
        os.replace(made, place)
    return place


def _is_whole(place: Path, wanted: dict[str, str]) -> bool:
    try:
        made_from = json.loads((place / _MADE_FROM).read_text(encoding="utf-8"))
        return {key: made_from[key] for key in wanted} == wanted and made_from["weights"] == sha256(place / "model.safetensors")
    except (OSError, ValueError, KeyError):
        return False


def _merge(adapter: Path, base: Path, made: Path) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    model = PeftModel.from_pretrained(model, adapter).merge_and_unload().to(torch.bfloat16)
    model.save_pretrained(made)
    AutoTokenizer.from_pretrained(base).save_pretrained(made)
