# Two commands do all the set-up: `make demo` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help setup dev dev-fast oracles demo test test-rust test-python test-one lint format snapshots docs attack audit sanitize bench worlds \
	validation screenshots notebooks wheels lock hooks clean

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
SAMPLE := $(firstword $(wildcard data/*.parquet))
SOURCES := $(shell find rust python tui -type f \( -name '*.rs' -o -name '*.py' -o -name '*.toml' -o -name '*.tcss' \) -not -path '*/__pycache__/*' 2>/dev/null)

# Where cargo is missing, the toolchain that `pip install .` brings into the user's cache is used.
WITH_RUST := $(if $(shell command -v cargo 2>/dev/null),,$(PY) tools/with_rust.py)
MATURIN := VIRTUAL_ENV=$(abspath $(VENV)) $(WITH_RUST) $(VENV)/bin/maturin

help: ## show this help
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*?## "} {printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --upgrade "pip>=25.1"

# The package itself, built in release mode.
$(VENV)/.installed: $(VENV)/bin/python pyproject.toml Cargo.toml Cargo.lock $(SOURCES)
	$(PY) -m pip install --quiet .
	@touch $@

# The tools of development, of the versions that are locked.
$(VENV)/.tools: $(VENV)/bin/python pyproject.toml requirements-dev.lock
	$(PY) -m pip install --quiet --requirement requirements-dev.lock --group dev
	@touch $@

# The package importing from this tree.
$(VENV)/.dev: $(VENV)/.tools Cargo.toml Cargo.lock $(SOURCES)
	$(MATURIN) develop --release --quiet
	@touch $@

setup: $(VENV)/.installed ## install bayescore into .venv
dev: $(VENV)/.dev ## install bayescore editable, with the tools of development

dev-fast: $(VENV)/.tools ## the same from a build that is quick to make and slow to run
	$(MATURIN) develop --profile dev-fast --quiet

oracles: $(VENV)/.tools ## install the libraries that statistics are held against, where they can be had
	$(PY) -m pip install --quiet --constraint requirements-dev.lock --group oracles

demo: $(VENV)/.installed ## install, then train on the shipped sample
	$(VENV)/bin/bayescore train --data $(SAMPLE) --run demo-$$(date +%Y%m%d-%H%M%S)

test: test-rust test-python ## install, then run every test

test-rust: $(VENV)/bin/python
	$(WITH_RUST) cargo test --workspace --quiet

test-python: $(VENV)/.dev
	$(WITH_RUST) $(PY) -m pytest -n auto --dist loadfile

T ?= tests
test-one: $(VENV)/.dev ## run some tests: make test-one T=tests/core, or T="-k word"
	$(WITH_RUST) $(PY) -m pytest $(T)

lint: $(VENV)/.dev ## formatters, linters, types, stubs, layers, circles, reasons of unsafe code
	$(WITH_RUST) cargo fmt --all --check
	$(WITH_RUST) cargo clippy --workspace --all-targets --quiet -- -D warnings
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(PY) -m mypy.stubtest bayescore._core
	PYTHONPATH=python $(VENV)/bin/lint-imports
	$(PY) tools/check_unsafe.py
	$(PY) tools/check_circles.py
	$(PY) tools/check_facts.py

format: $(VENV)/.tools ## format the sources and sort imports
	$(WITH_RUST) cargo fmt --all
	$(VENV)/bin/ruff check --quiet --fix-only .
	$(VENV)/bin/ruff format .

snapshots: $(VENV)/.dev ## accept the screens as they are now; look at the changes before a commit
	$(PY) -m pytest tests/tui/test_snapshots.py --snapshot-update

docs: $(VENV)/.dev ## write the pages that are made from the code, and the site (target/site); warnings are errors
	$(PY) tools/make_docs.py
	$(PY) -m pip install --quiet --group docs
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --quiet --strict

notebooks: $(VENV)/.dev ## run the notebooks of examples/ in place
	$(PY) tools/run_notebooks.py

# Zig links against an old glibc: one wheel for every Linux since 2014.
OLD_GLIBC := $(if $(filter Linux,$(shell uname -s)),--zig --compatibility manylinux_2_17)
wheels: $(VENV)/.tools ## build the wheel for users: dist/, any Python from 3.11 on
	$(PY) -m pip install --quiet --group wheels
	$(MATURIN) build --release --locked $(OLD_GLIBC) --out dist

SECONDS ?= 300
audit: ## known weaknesses of crates and packages; needs cargo-deny, pipx and a network
	cargo deny check
	pipx run pip-audit --requirement requirements-dev.lock --no-deps

sanitize: ## the core's tests under the address sanitizer, which stable Rust has but does not promise
	RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address CARGO_TARGET_DIR=target/address PROPTEST_CASES=16 \
		cargo test --package bayescore-core --target $(shell rustc -vV | sed -n 's/^host: //p')

attack: $(VENV)/.dev ## strike, mutate and starve the program, SECONDS=300 for each attack, from where it was left
	VIRTUAL_ENV=$(abspath $(VENV)) $(VENV)/bin/maturin develop --profile checked --quiet
	$(PY) -m tests.attack --seconds $(SECONDS) --enough
	@touch -d '2000-01-01' $(VENV)/.dev

bench: $(VENV)/.dev ## measure, and print the tables of docs/benchmarks.md
	$(PY) -m pip install --quiet --group bench
	-$(PY) -m pip install --quiet --group rivals
	$(PY) benches/run.py

worlds: $(VENV)/.dev ## measure choosing on planted worlds: the table of docs/choosing.md (hours; SEEDS=20)
	$(PY) tools/make_worlds.py --seeds $(or $(SEEDS),20) --json worlds.json

validation: $(VENV)/.dev ## count false alarms and hits on known worlds: docs/validation.md (hours)
	$(PY) -m pip install --quiet --group study
	$(PY) -m tools.make_validation --json validation.json --write docs/validation.md --plots docs/images

screenshots: $(VENV)/.dev ## draw the pictures of the README and docs
	$(PY) tools/make_screenshots.py

hooks: $(VENV)/.tools ## run the quick lints before each commit
	$(PY) -m pip install --quiet --group maintain
	$(VENV)/bin/pre-commit install

lock: $(VENV)/bin/python ## choose the versions of the tools anew: requirements-dev.lock
	$(PY) -m pip install --quiet --group maintain
	$(VENV)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --group dev --group rust \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links -o requirements-dev.lock pyproject.toml

clean: ## remove what was built and installed
	rm -rf $(VENV) target dist
