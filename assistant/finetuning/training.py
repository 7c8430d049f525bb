"""Tunes a causal language model on the examples with TRL and PEFT; the loss is on the answers only."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.adapter import Manifest
from assistant.finetuning.examples import Example, dataset_sha256
from assistant.model import as_chat
from assistant.prompt import fingerprint
from knowledge.embedding import sha256

if TYPE_CHECKING:
    from trl import SFTTrainer

# The linear layers of a block in Llama, Mistral, Qwen and SmolLM models.
_LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
RECIPES = Path(__file__).parent / "recipes"


class Recipe(BaseModel):
    """How a model is tuned.

    Attributes:
        base: the default model's name, a local folder or a hub id of any causal language model with a chat template.
        rank: of LoRA on every linear layer; 0 tunes all weights instead.
        layers: `all`, or how many of the last transformer layers are tuned.
        learning_rate: at its peak, after 5% of the steps; falls to 0 along a cosine.
        batch: examples a step, over all processes one step.
    """

    model_config = ConfigDict(extra="forbid")

    base: str
    rank: int = Field(ge=0)
    alpha: int = 32
    layers: int | Literal["all"] = "all"
    learning_rate: float = Field(gt=0)
    epochs: float = Field(gt=0)
    batch: int = Field(ge=1)
    seed: int = 7
    longest: int = 1024


def read_recipe(path: Path) -> Recipe:
    """The recipe of a YAML file.

    Raises:
        ValueError: the file is no recipe; names what is wrong.
    """
    try:
        return Recipe.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise ValueError(f"{path}: {error.error_count()} problem(s): " + "; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors())) from None


def finetune(recipe: Recipe, base: Path | str, train: Sequence[Example], validation: Sequence[Example], out: Path, resume: bool = False) -> Path:
    """Tune and write `out/adapter` (the whole model for rank 0), its manifest, and the loss curve; returns that folder.

    Validation after each epoch; a checkpoint too, from which `resume` goes on. On a GPU where there is one; under `accelerate launch` on several.
    """
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed
    from trl import SFTConfig

    set_seed(recipe.seed)
    began = time.time()
    model = AutoModelForCausalLM.from_pretrained(base, dtype=_dtype(recipe), attn_implementation=_attention())
    layers = None if recipe.layers == "all" else list(range(model.config.num_hidden_layers - recipe.layers, model.config.num_hidden_layers))
    lora = LoraConfig(r=recipe.rank, lora_alpha=recipe.alpha, target_modules=_LINEAR, layers_to_transform=layers, task_type="CAUSAL_LM")
    if not recipe.rank:
        for name, weights in model.named_parameters():
            weights.requires_grad = layers is None or any(f"layers.{layer}." in name for layer in layers)
    trainer = _trainer()(
        model=model,
        args=SFTConfig(
            output_dir=str(out / "checkpoints"), per_device_train_batch_size=recipe.batch, per_device_eval_batch_size=recipe.batch,
            num_train_epochs=recipe.epochs, learning_rate=recipe.learning_rate, lr_scheduler_type="cosine", warmup_steps=0.05, weight_decay=0.01,
            max_length=recipe.longest, completion_only_loss=True, train_sampling_strategy="group_by_length", seed=recipe.seed, data_seed=recipe.seed,
            eval_strategy="epoch", save_strategy="epoch", save_total_limit=1, logging_steps=10, report_to="none", gradient_checkpointing=False,
            bf16=bool(recipe.rank == 0), dataloader_pin_memory=_gpu(),
        ),
        train_dataset=Dataset.from_list([as_row(example) for example in train]),
        eval_dataset=Dataset.from_list([as_row(example) for example in validation]),
        processing_class=AutoTokenizer.from_pretrained(base),
        peft_config=lora if recipe.rank else None,
    )  # fmt: skip
    trainer.train(resume_from_checkpoint=resume)
    place = out / "adapter"
    trainer.model.to(dtype=_half()).save_pretrained(place)
    if recipe.rank:  # no path of this machine travels with the adapter
        config = place / "adapter_config.json"
        config.write_text(json.dumps(json.loads(config.read_text(encoding="utf-8")) | {"base_model_name_or_path": recipe.base}, indent=1) + "\n", encoding="utf-8")
    history = [row for row in trainer.state.log_history if "loss" in row or "eval_loss" in row]
    _plot(history, place / "loss.png")
    Manifest(
        base=recipe.base, base_sha256=sha256(Path(base) / "model.safetensors") if Path(base).is_dir() else "",
        dataset_sha256=dataset_sha256([*train, *validation]), prompt_sha256=fingerprint(), recipe=recipe.model_dump(),
        weights_sha256=sha256(next(place.glob("*.safetensors"))), examples={"train": len(train), "validation": len(validation)},
        losses=[{key: round(value, 4) for key, value in row.items() if key in ("epoch", "loss", "eval_loss")} for row in history],
        seconds=round(time.time() - began),
    ).write(place)  # fmt: skip
    return place


def _trainer() -> type[SFTTrainer]:
    from torch.nn.functional import cross_entropy
    from trl import SFTTrainer

    class AnswerTrainer(SFTTrainer):
        """Computes logits from where the first answer of a batch begins. TRL scores every position where there is no GPU, which takes as long as the rest of a step."""

        def compute_loss(self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None) -> Any:
            labels = inputs["labels"]
            kept = labels.shape[1] - int((labels != -100).any(0).nonzero()[0]) + 1
            outputs = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], logits_to_keep=kept, use_cache=False)
            targets = labels[:, 1 - kept :]
            total = cross_entropy(outputs.logits[:, :-1].float().flatten(0, 1), targets.flatten(), reduction="sum")
            loss = total / (num_items_in_batch if num_items_in_batch is not None else (targets != -100).sum())
            return (loss, outputs) if return_outputs else loss

    return AnswerTrainer


def as_row(example: Example) -> dict[str, Any]:
    """The example as TRL's prompt and completion."""
    return {"prompt": as_chat(example.prompt), "completion": [{"role": "assistant", "content": example.answer}]}


def _plot(history: Sequence[dict[str, Any]], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 3.5), layout="constrained")
    for key, label, style in (("loss", "training", "-"), ("eval_loss", "validation", "o--")):
        rows = [row for row in history if key in row]
        axes.plot([row["epoch"] for row in rows], [row[key] for row in rows], style, label=label)
    axes.set(xlabel="epoch", ylabel="loss on the answers (nats a token)")
    axes.legend()
    figure.savefig(path, dpi=100)


def _gpu() -> bool:
    import torch

    return torch.cuda.is_available()


def _half() -> Any:
    import torch

    return torch.bfloat16


def _dtype(recipe: Recipe) -> Any:
    """The frozen weights in bfloat16 (adapters stay float32); all weights in float32 when they are tuned."""
    import torch

    return torch.bfloat16 if recipe.rank else torch.float32


def _attention() -> str:
    """Eager on processors: a step takes two thirds of the time there that fused attention takes at this size."""
    return "sdpa" if _gpu() else "eager"
