# Two commands: `make run` tries smpolicy at the keyboard, `make test` runs its tests. Both set everything up.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
SMPOLICY := $(VENV)/bin/smpolicy

.PHONY: run test check lint eval faults clean

run: $(READY)
	@$(SMPOLICY) chat

test: $(READY)
	$(VENV)/bin/pytest

lint: $(READY)
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(SMPOLICY) guidance check

# everything CI runs
check: test lint

eval: $(READY)
	$(SMPOLICY) eval $(FILE)

# everything killed and cut off while 200 cases are on their way: make faults SEED=2 DATABASE=sqlite
CASES ?= 200
SEED ?= 1
DATABASE ?= postgresql
faults: $(READY)
	$(VENV)/bin/python -m tests.faults --cases $(CASES) --seed $(SEED) --database $(DATABASE)

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "smpolicy needs Python 3.11 or newer: make PYTHON=python3.11 …" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "Python cannot make a virtual environment: install python3-venv, then try again." >&2; exit 1; }
	@echo "Setting up in $(VENV), less than a minute…" >&2
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
	@$(VENV)/bin/uv pip install --quiet --python $(VENV)/bin/python --editable '.[dev]' || \
		$(VENV)/bin/pip install --quiet --disable-pip-version-check --editable '.[dev]'  # where only pip knows the index
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
