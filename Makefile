# Commands for people and for CI alike; `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help run test test-thorough test-pg judge lint types translations check lock clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Threadwell needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/runtime: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/development: requirements-dev.lock .venv/runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

run: .venv/runtime ## Set everything up and serve the community on http://127.0.0.1:8000
	@PORT=$(PORT) $(BIN)/threadwell init
	@PORT=$(PORT) $(BIN)/threadwell demo --if-empty
	@PORT=$(PORT) exec $(BIN)/threadwell serve

test: .venv/development ## Run all tests (SQLite; browser tests if Chromium is there)
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-thorough: .venv/development ## Run all tests with everything: all real dumps, every measurement, every odd value everywhere
	THOROUGH=1 $(BIN)/python -m pytest -n 2 --dist loadfile

test-pg: .venv/development ## Run all tests on a PostgreSQL of their own
	TEST_DATABASE=postgresql $(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser"

translations: .venv/development ## Collect the messages of pages into the catalogs of all languages, and compile them
	$(BIN)/python -m tools.translations update
	$(BIN)/python -m tools.translations counts

judge: .venv/development ## Let Lighthouse, axe-core, the Nu checker and our own judge every kind of page (needs Node, Java, Chromium)
	$(BIN)/python -m bench.judges

lint: .venv/development ## Check style and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: .venv/development ## Check types
	$(BIN)/mypy

check: lint types test ## All of the above

lock: .venv/development ## Pin the newest versions of all dependencies
	$(BIN)/pip-compile --quiet --upgrade --all-build-deps --strip-extras --generate-hashes --allow-unsafe --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --upgrade --all-build-deps --extra dev -c requirements.lock --strip-extras --generate-hashes --allow-unsafe --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o requirements-dev.lock pyproject.toml

clean: ## Remove the virtual environment (data in instance/ stays)
	rm -rf .venv
