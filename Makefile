# The chores of this project. `make app` and `make test` are all that a newcomer needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help app test quick hostile there lint types rule command kind bench docs fmt lock clean

help:  ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

app: $(VENV)/.app  ## set up, validate the pack and build the Splunk app into dist/
	$(BIN)/storypack validate
	$(BIN)/storypack build

test: $(VENV)/.test lint types  ## set up with the test extras and run the whole suite
	$(BIN)/python -m pytest -n 2 --dist worksteal

quick: $(VENV)/.test  ## the suite without its slow half
	$(BIN)/python -m pytest -n 2 -m "not slow"

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy

fmt: $(VENV)/.test  ## format code and searches
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/storypack fmt

hostile: $(VENV)/.test  ## random edits of packs, random searches and hostile input, far more than `make test` tries (a quarter of an hour)
	STORYPACK_EDITS=1000 STORYPACK_FUZZ=10 STORYPACK_TRIALS=500 $(BIN)/python -m pytest -n 2 --timeout 1800 tests/hostile tests/cli/test_library_failures.py tests/engine/test_fuzz.py tests/engine/test_failures.py tests/engine/test_together.py tests/testing/test_together.py

there: $(VENV)/.test  ## hunt in all real events (../shared/data) in files and on the stand-in instance (half an hour)
	STORYPACK_THERE=1 $(BIN)/python -m pytest --timeout 1800 tests/shared_data/test_hunt_there.py

rule: $(VENV)/.test  ## write the files of a new rule over SPL: make rule ID=SP398 FILE=searches/NAME
	$(BIN)/python tooling/new_rule.py "$(ID)" "$(FILE)"

command: $(VENV)/.test  ## write the files of a new command of SPL: make command NAME=squash [GRAMMAR=own]
	$(BIN)/python tooling/new_command.py "$(NAME)" "$(GRAMMAR)"

kind: $(VENV)/.test  ## write the files of a new kind of content: make kind NAME=event_type [CONF=eventtypes]
	$(BIN)/python tooling/new_kind.py "$(NAME)" "$(CONF)"

bench: $(VENV)/.test  ## measure, and print the table of ratios (docs/performance.md has the last one)
	$(BIN)/python bench/all.py $(if $(ONLY),--only $(ONLY))

docs: $(VENV)/.test  ## write the pages of docs/ that are made from code and content
	$(BIN)/python tooling/pages.py

lock: $(VENV)/.test  ## pin the dependencies anew (needs pip-tools)
	$(PIP) install pip-tools
	$(BIN)/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	  --no-header --build-deps-for editable -o requirements/app.lock pyproject.toml
	$(BIN)/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	  --no-header --build-deps-for editable --extra test -o requirements/test.lock pyproject.toml

clean:  ## remove the environment and everything built
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .storypack .bench

$(VENV)/pyvenv.cfg:
	PYTHON="$(PYTHON)" tooling/make-venv "$(VENV)"

$(VENV)/.app: $(VENV)/pyvenv.cfg requirements/app.lock pyproject.toml
	$(PIP) install --require-hashes -r requirements/app.lock
	$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.test: $(VENV)/pyvenv.cfg requirements/test.lock pyproject.toml
	$(PIP) install --require-hashes -r requirements/test.lock
	$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@ $(VENV)/.app
