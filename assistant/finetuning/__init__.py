"""The examples that the model is tuned on, and how."""

from pathlib import Path

DATA = Path(__file__).parent / "data"
