"""The shipped adapter: what it was made from, and the checks before it is used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.embedding import ModelFileError, sha256

SHIPPED = Path(__file__).parent
MANIFEST = "manifest.json"


class Manifest(BaseModel):
    """What an adapter was made from.

    Attributes:
        base, base_sha256: the model that it belongs to, and the SHA-256 of its weights.
        dataset_sha256: of the examples that it was tuned on, see `assistant.finetuning.examples.dataset_sha256`.
        prompt_sha256: of the wording of the prompt, see `assistant.prompt.fingerprint`.
        weights_sha256: of the adapter's own weights.
        examples: how many, by split.
        losses: as logged, nats a token, by epoch.
        seconds: how long the tuning took.
    """

    model_config = ConfigDict(extra="forbid")

    base: str
    base_sha256: str
    dataset_sha256: str
    prompt_sha256: str
    weights_sha256: str
    recipe: dict[str, Any]
    examples: dict[str, int]
    losses: list[dict[str, float]]
    seconds: int

    def write(self, folder: Path) -> None:
        """Write it beside the weights."""
        (folder / MANIFEST).write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an adapter's folder.

    Raises:
        ModelFileError: it is missing or broken.
    """
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise ModelFileError(f"{folder / MANIFEST} cannot be read ({type(error).__name__}): restore it, or tune again") from None


def check(folder: Path, base: Path, prompt_sha256: str) -> Manifest:
    """The manifest of an adapter that fits its base, its weights and the prompt in service.

    Raises:
        ModelFileError: any of them is another than the one it was tuned with.
    """
    manifest = read_manifest(folder)
    for what, found, wanted in (
        ("weights of the adapter", sha256(folder / "adapter_model.safetensors"), manifest.weights_sha256),
        ("weights of the base model", sha256(base / "model.safetensors"), manifest.base_sha256),
        ("wording of the prompt", prompt_sha256, manifest.prompt_sha256),
    ):
        if found != wanted:
            raise ModelFileError(f"the adapter in {folder} does not fit: the {what} changed ({found[:12]}, expected {wanted[:12]}); restore it, or tune again")
    return manifest
