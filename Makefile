# Two commands do all the set-up: `make demo` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help setup dev demo test test-rust test-python lint bench screenshots clean

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
SAMPLE := $(firstword $(wildcard data/*.parquet))
SOURCES := $(shell find rust python tui -type f \( -name '*.rs' -o -name '*.py' -o -name '*.toml' -o -name '*.tcss' \) -not -path '*/__pycache__/*' 2>/dev/null)

help: ## show this help
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*?## "} {printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --upgrade "pip>=25.1"

# The package itself, built in release mode.
$(VENV)/.installed: $(VENV)/bin/python pyproject.toml Cargo.toml Cargo.lock $(SOURCES)
	$(PY) -m pip install --quiet .
	@touch $@

# The tools of development, and the package importing from this tree.
$(VENV)/.dev: $(VENV)/bin/python pyproject.toml Cargo.toml Cargo.lock $(SOURCES)
	$(PY) -m pip install --quiet --group dev
	VIRTUAL_ENV=$(abspath $(VENV)) $(VENV)/bin/maturin develop --release --quiet
	@touch $@

setup: $(VENV)/.installed ## install bayescore into .venv
dev: $(VENV)/.dev ## install bayescore editable, with the tools of development

demo: $(VENV)/.installed ## install, then train on the shipped sample
	$(VENV)/bin/bayescore train --data $(SAMPLE) --run demo-$$(date +%Y%m%d-%H%M%S)

test: test-rust test-python ## install, then run every test

test-rust:
	cargo test --workspace --quiet

test-python: $(VENV)/.dev
	$(PY) -m pytest -n auto --dist loadfile

lint: $(VENV)/.dev ## formatters, linters, types, stubs, import contract
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --quiet -- -D warnings
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(PY) -m mypy.stubtest bayescore._core
	PYTHONPATH=python $(VENV)/bin/lint-imports

bench: $(VENV)/.dev ## measure, and print the tables of docs/benchmarks.md
	$(PY) -m pip install --quiet --group bench
	$(PY) benches/run.py

screenshots: $(VENV)/.dev ## draw the pictures of the README and docs
	$(PY) tools/make_screenshots.py

clean: ## remove what was built and installed
	rm -rf $(VENV) target dist
