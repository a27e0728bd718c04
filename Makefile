# `make book` and `make test` need Python 3.11 to 3.13, make and git, and set up the rest in .venv.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Any of these settings can be given on the command line: make test PYTEST_ARGS="-k catalogue"
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2> /dev/null \
	&& { echo "$$name"; break; }; done)
PYTEST_ARGS ?= -n auto

# make test VENV=.venv-3.13 PYTHON=python3.13 tests on another Python, beside the usual environment.
VENV := .venv
BIN := $(VENV)/bin
# The set-up is done again when, and only when, what it installs has changed; its last act is to
# leave this mark. Where none is, it was interrupted: what it left may be half a package that an
# installer takes for whole, so the environment is made anew. Bytecode is compiled at once, as pip
# does: where Python may write none (PYTHONDONTWRITEBYTECODE), each worker would start 8 s later.
LOCK := $(shell cat requirements.txt pyproject.toml | cksum | tr -d ' ')
INSTALLED := $(VENV)/.installed-$(LOCK)
# Nitpicky, and a warning fails the build, after all of them have been shown.
BUILD := $(BIN)/jupyter-book build . -n -W --keep-going

export TF_CPP_MIN_LOG_LEVEL := 3
export KERAS_BACKEND := tensorflow
export PATH := $(abspath $(BIN)):$(PATH)

.PHONY: help
help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | sort | column -t -s "$$(printf '\t')"

$(INSTALLED):
	@test -n "$(PYTHON)" || { echo "no Python 3.11, 3.12 or 3.13 found: install one, or name it with make PYTHON=/path/to/python3.13" >&2; exit 1; }
	@if compgen -G '$(VENV)/.installed-*' > /dev/null; then rm -f $(VENV)/.installed-*; else rm -rf $(VENV); fi
	@if command -v uv > /dev/null; then \
		test -d $(VENV) || uv venv --quiet --python "$(PYTHON)" $(VENV); \
		uv pip install --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.txt; \
		uv pip install --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
		test -d $(VENV) || "$(PYTHON)" -m venv $(VENV); \
		$(BIN)/python -m pip install --require-hashes -r requirements.txt; \
		$(BIN)/python -m pip install --no-deps --no-build-isolation -e .; \
	fi
	@touch $@

.PHONY: setup
setup: $(INSTALLED) ## make .venv from the lock, if it is not there yet

.PHONY: book
book: $(INSTALLED) ## build the site from the published record, in _build/html
	$(BUILD)

.PHONY: pdf
pdf: book ## print the whole book into _build/activations-on-trial.pdf (needs Chromium)
	$(BUILD) --builder singlehtml
	cp _build/singlehtml/chapters/index.html _build/singlehtml/book.html # beside its style sheets
	$(BIN)/python _ext/print_book.py _build/singlehtml/book.html _build/activations-on-trial.pdf

.PHONY: quick
quick: $(INSTALLED) ## execute every chapter's training at the reduced tier, into _build/quick
	ACTIVATION_STUDY_TIER=quick $(BUILD) --path-output _build/quick

STUDIES := heads-2 averaging prior-bias-2 core-2 catalogue-2 scenes scenes-pairs loss-pairs loss-pairs-sgd confident-start confident-start-sgd many-classes rank-limit calibration-length calibration-long smoothing unknowns rare-labels regression regression-beyond shares two-units scenes-cnn dead-rate lesion revival dead-causes dead-causes-sgd signal depth depth-sgd centring centring-momentum softmax-hidden linear-and-step interplay interplay-sgd little-data cnn gelu-paper deep-momentum
# Apart from the record and from the working cache, which hold what is to be repeated.
AGAIN := $(CURDIR)/.cache/study

.PHONY: study
study: $(INSTALLED) ## train every study again at full size, from nothing, and compare the verdicts (needs MNIST; goes on where it was stopped)
	for study in $(STUDIES); do \
		ACTIVATION_STUDY_TIER=full ACTIVATION_STUDY_RECORDS=$(AGAIN)/runs ACTIVATION_STUDY_DATA=$(AGAIN)/data \
			$(BIN)/activation-study run $$study; \
	done
	ACTIVATION_STUDY_TIER=full $(BIN)/activation-study repetition $(AGAIN)/runs

.PHONY: test
test: $(INSTALLED) ## run the tests; PYTEST_ARGS='-n auto -m "not slow and not browser"' runs the short ones alone
	$(BIN)/python -m pytest $(PYTEST_ARGS)

.PHONY: lint
lint: $(INSTALLED) ## check style, formatting, types, imports and workflows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	@if command -v actionlint > /dev/null; then actionlint; else echo "actionlint is packaged for Linux alone: left out here"; fi

.PHONY: bench
bench: $(INSTALLED) ## time an epoch beside other libraries and the roofline, whole runs and growth (needs MNIST and two idle cores)
	$(BIN)/activation-study bench

# The long forms of what `make test` does in short. Each takes minutes on two cores.
LONG := ACTIVATION_STUDY_LONG=1 $(BIN)/python -m pytest -s

.PHONY: faults
faults: $(INSTALLED) ## kill, starve and interrupt sweeps again and again, and count what was lost
	$(LONG) tests/faults

.PHONY: damage
damage: $(INSTALLED) ## harm every kind of file at 200 random places each, and see it detected
	$(LONG) tests/damage

.PHONY: fuzz
fuzz: $(INSTALLED) ## give every entrance thousands of wild inputs
	$(LONG) tests/fuzz

AUDIT_SAMPLE ?= 40
AUDIT_SEED ?= 0

.PHONY: audit
audit: $(INSTALLED) ## train a sample of the published runs again and compare every value (needs MNIST)
	$(BIN)/activation-study audit --sample $(AUDIT_SAMPLE) --seed $(AUDIT_SEED)

.PHONY: links
links: $(INSTALLED) ## look whether links to the rest of the web still lead somewhere
	$(BUILD) --builder linkcheck

.PHONY: lock
lock: ## resolve the dependencies again (needs uv)
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --custom-compile-command "make lock" --quiet $(LOCK_ARGS) -o requirements.txt

.PHONY: clean
clean: ## remove what was built and every tool's cache, but neither .venv nor the working cache of runs
	rm -rf _build build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
