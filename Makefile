# Every target makes what it needs; nothing is installed outside .venv.
PYTHON ?= python3
BIN    := .venv/bin

.PHONY: help demo test check format docs hunt kill-test bench lock readme clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    the whole thing on this machine, in about half a minute"
	@echo "make test    the test suite"
	@echo "make check   format, lint, strict types, import contracts"
	@echo "make format  put the code in order"
	@echo "make docs    renew the generated parts of docs/"
	@echo "make hunt    the long form of the state machine's search for faults"
	@echo "make kill-test  five hundred kills in the middle of sending"
	@echo "make bench   how fast, against its peers"
	@echo "make lock    renew the hashed lock files (needs uv)"
	@echo "make readme  draw the README's picture again (needs chromium)"
	@echo "make clean   remove .venv, demo/ and caches"

demo: .venv/installed
	@$(BIN)/python -m mailer demo

test: .venv/installed-test
	@$(BIN)/python -m pytest

check: .venv/installed-test
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/test_docs.py

format: .venv/installed-test
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: .venv/installed
	@$(BIN)/python docs/generate.py

hunt: .venv/installed-test
	@MACHINE_EXAMPLES=20000 $(BIN)/python -m pytest -q tests/test_machine.py

kill-test: .venv/installed-test
	@KILLS=500 $(BIN)/python -m pytest -q -s tests/faults/test_kill.py

bench: .venv/installed-test
	@$(BIN)/python -m bench

readme: .venv/installed
	@$(BIN)/python docs/picture.py

# Two locks, so that a press office does not install our test tools.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --extra build pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --extra build --extra test -c requirements.lock pyproject.toml -o requirements-test.lock

.venv/installed: requirements.lock pyproject.toml .ci/venv
	@PYTHON="$(PYTHON)" sh .ci/venv requirements.lock
	@touch $@

.venv/installed-test: requirements-test.lock pyproject.toml .ci/venv
	@PYTHON="$(PYTHON)" sh .ci/venv requirements-test.lock
	@touch .venv/installed $@

clean:
	rm -rf .venv demo dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
