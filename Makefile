# Two commands do everything on a fresh machine: `make run` and `make test`.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
TRIALS ?= 100
EXAMPLES ?= 100
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run test test-quick lint format bench chaos fuzz openapi vendor install install-dev clean

# What `make run` uses unless the environment says otherwise: everything on this machine, nothing to install but Python.
run: export PORT := $(PORT)
run: export MINO_PUBLIC_URL ?= http://127.0.0.1:$(PORT)
run: export MINO_SAMPLE_SITE ?= true
run: export MINO_ALLOWED_NETWORKS ?= 127.0.0.1/32
run: export MINO_ALLOWED_PORTS ?= $(PORT)
run: export MINO_WORKER_GRACE ?= 4
run: export MINO_EVENTS_PORT ?= $(shell expr $(PORT) + 1)
run: export MINO_EVENTS_URL ?= http://127.0.0.1:$(MINO_EVENTS_PORT)
# Celery warns at length about running as root, which on one's own machine is no news.
run: export PYTHONWARNINGS ?= ignore:You're running the worker with superuser
run: install
	honcho run sh -c "$$(sed -n 's/^release: //p' Procfile)"
	python manage.py demo --wait & honcho start --no-prefix web worker beat events

test: install-dev
	.ci/test

test-quick: install-dev
	pytest -q -m "not browser" -n 2

lint: install-dev
	ruff check .
	ruff format --check .
	lint-imports
	bandit --quiet --configfile pyproject.toml --severity-level medium --recursive accounts analytics executions mino projects webhooks
	.ci/audit
	mypy .
	python manage.py makemigrations --check --dry-run
	MINO_PUBLIC_URL=https://mino.example.com python manage.py check --deploy --fail-level WARNING

format: install-dev
	ruff check --fix .
	ruff format .

bench: install-dev $(VENV)-load/installed
	python -m benchmarks $(BENCH)

# Tries to break it: docs/operations.md. `make chaos TRIALS=1 SEED=12345` plays a trial again.
chaos: install-dev
	python -m executions.tests.chaos --trials $(TRIALS) $(if $(SEED),--seed $(SEED))

# Sends generated requests to every operation of the API: docs/operations.md. The suite sends 12 an operation and asker.
fuzz: install-dev
	pytest -q -n 2 --dist worksteal mino/tests/api/fuzz --examples $(EXAMPLES)

install: $(VENV)/installed
install-dev: $(VENV)/installed-dev

$(VENV)/installed: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/installed-dev: requirements.txt requirements-dev.txt $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

# Locust lives apart: what it brings (gevent, Brotli) would change how MINO's own packages behave.
$(VENV)-load/installed: requirements-load.txt
	test -x $(VENV)-load/bin/python || $(PYTHON) -m venv $(VENV)-load
	$(VENV)-load/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-load.txt
	touch $@

# The committed copy of the API's document: run it after a change of the API.
openapi: install
	python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

# The styles, scripts, icons and fonts of static/vendor, copied anew at the versions that package.json pins.
vendor: install
	python -m mino.vendor

clean:
	rm -rf var staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
