# What people and CI run. `make help` lists the targets; `.ci/run` calls `make ci` and nothing else.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
BIN := $(abspath $(VENV))/bin
# One Rust build cache for every checkout on the machine.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/contractchain/cargo
ENGINE ?= both
FUZZ_SECONDS ?= 600
FUZZ_INPUTS ?= 1000000
FUZZ_SOURCES ?= 50000
PURE := $(abspath build)/pure
EELS := $(abspath build)/eels

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 18

setup: ## Make the virtual environment with the native engine and all development tools
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	CTC_REQUIRE_NATIVE=1 $(BIN)/pip install --quiet '.[dev]'
	$(MAKE) solc

solc: ## Install solc from npm, the oracle of the compiler's tests
	cd tests/node && npm install --silent --no-save --no-audit --no-fund

fmt: ## Format Python and Rust
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .
	cargo fmt --manifest-path native/Cargo.toml

lint: ## Style, types and floors of the Python code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

lint-rust: ## Format and lints of the Rust code
	cargo fmt --check --manifest-path native/Cargo.toml
	cargo clippy --locked --release --all-targets --manifest-path native/Cargo.toml -- -D warnings

native: ## Build and install the package with the native engine, failing if it does not build
	CTC_REQUIRE_NATIVE=1 $(BIN)/pip install --quiet .

test: ## Run the Python tests on every engine that is installed
	$(BIN)/python -m pytest --engine $(ENGINE)

conformance: ## Run all of Ethereum's state, block and transaction tests in CTC_VECTORS
	$(BIN)/python -m pytest tests/conformance --engine $(ENGINE) --vectors all -v --durations=20

fuzz: ## Engines and compiler on new scenarios for FUZZ_SECONDS, decoders and node on FUZZ_INPUTS inputs
	$(BIN)/python tests/differential/fuzz_engines.py --seconds $(FUZZ_SECONDS)
	$(BIN)/python tests/fuzz/fuzz_decoders.py $(FUZZ_INPUTS)
	$(BIN)/python tests/fuzz/fuzz_rpc.py $(FUZZ_INPUTS)
	$(BIN)/python tests/fuzz/fuzz_compiler.py $(FUZZ_SOURCES)
	$(BIN)/python tests/fuzz/fuzz_http.py
	$(BIN)/python tests/fuzz/fuzz_websocket.py
	$(BIN)/python tests/lang/fuzz_programs.py --seconds $(FUZZ_SECONDS)

eels: ## Install Ethereum's executable specification in an environment of its own (build/eels)
	$(PYTHON) -m venv $(EELS)
	$(EELS)/bin/python -m pip install --quiet ethereum-execution==2.20.0

fuzz-specs: eels ## The native engine against the executable specification for FUZZ_SECONDS
	$(BIN)/python tests/differential/fuzz_specs.py --seconds $(FUZZ_SECONDS)

test-native: ## Run the tests of the Rust code
	cargo test --locked --release --no-default-features --manifest-path native/Cargo.toml

test-readme: ## Run the README's test command with the native engine and solc required
	export PATH="$(BIN):$$PATH" CTC_REQUIRE_NATIVE=1 CTC_REQUIRE_SOLC=1 HYPOTHESIS_PROFILE=gate && $(shell sed -n '/^pip install .*pytest/p' README.md | head -1)

test-pure: ## Install without Rust in an environment of its own and run the main job there
	rm -rf $(PURE) && $(PYTHON) -m venv $(PURE)/venv
	$(PURE)/venv/bin/python -m pip install --quiet --upgrade pip
	PATH="$(PURE)/venv/bin:/usr/bin:/bin" pip install --quiet .
	.ci/main-job $(PURE)/venv/bin py-evm

test-main: ## Run the README's main job with each engine in an empty folder
	.ci/main-job $(BIN) revm
	.ci/main-job $(BIN) py-evm

bless: ## Rewrite the golden files
	$(BIN)/python -m pytest tests -q --bless

bench: ## Run the benchmarks and print their tables
	for f in tests/bench/bench_*.py; do $(BIN)/python $$f; done

ci: ## Everything that has to pass before a change lands
	$(MAKE) setup
	$(MAKE) eels
	$(MAKE) lint
	$(MAKE) lint-rust
	$(MAKE) test-native
	$(MAKE) test-main
	$(MAKE) test-pure
	$(MAKE) test-readme

.PHONY: help setup solc fmt lint lint-rust native test test-native test-readme test-pure test-main bless bench conformance fuzz eels fuzz-specs ci
