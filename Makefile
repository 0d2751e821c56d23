# Every target makes what it needs; nothing is installed outside .venv.
PYTHON ?= python3
BIN    := .venv/bin

.PHONY: help demo test check format docs hunt kill-test bench bench-million bench-console lock readme screens sheets clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    the whole thing on this machine, in about half a minute"
	@echo "make test    the test suite"
	@echo "make check   format, lint, strict types, import contracts"
	@echo "make format  put the code in order"
	@echo "make docs    renew the generated parts of docs/"
	@echo "make hunt    the long form of the state machine's search for faults"
	@echo "make kill-test  five hundred kills in the middle of sending"
	@echo "make bench   how fast, against its peers (some minutes; needs Debian's postfix package)"
	@echo "make bench-million  the same, and one dispatch to a million"
	@echo "make bench-console  how fast the console's pages are with a million copies"
	@echo "make lock    renew the hashed lock files (needs uv)"
	@echo "make readme  draw the README's picture again (needs chromium)"
	@echo "make screens draw the console's pages in docs/screens again (needs chromium)"
	@echo "make sheets  draw every message in every language, to be looked at (needs chromium)"
	@echo "make clean   remove .venv, demo/ and caches"

demo: .venv/installed
	@$(BIN)/python -m mailer demo

# On every core, but not on more than eight: each worker has its own parts to start.
test: .venv/installed-test
	@$(BIN)/python -m pytest -n auto --maxprocesses 8

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
	@MACHINE_EXAMPLES=20000 MACHINE_SEED=$$(date +%s) $(BIN)/python -m pytest -q -n auto --maxprocesses 4 tests/machine/test_machine.py

kill-test: .venv/installed-test
	@KILLS=500 $(BIN)/python -m pytest -q -s tests/faults/test_kill.py

bench: .venv/installed-test .venv-bench/tried
	@$(BIN)/python -m bench

bench-million: .venv/installed-test .venv-bench/tried
	@BENCH_MILLION=1 $(BIN)/python -m bench

bench-console: .venv/installed-test
	@$(BIN)/python -m bench.log_pages

# A peer that is only measured stays out of .venv; where it cannot be had, the bench says so.
.venv-bench/tried: bench/requirements.txt
	@rm -rf .venv-bench; "$(PYTHON)" -m venv .venv-bench && \
	  .venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	    -r bench/requirements.txt || rm -f .venv-bench/bin/python
	@mkdir -p .venv-bench && touch $@

readme: .venv/installed
	@$(BIN)/python docs/picture.py

screens: .venv/installed-test
	@$(BIN)/python docs/screens.py

sheets: .venv/installed-test
	@ONLY="$(ONLY)" $(BIN)/python docs/sheets.py

# Locks of their own, so that a press office does not install our test tools, nor we a peer.
# Mailman names an nntplib for newer Pythons that nobody publishes; no bench needs it.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --extra build pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --extra build --extra test -c requirements.lock pyproject.toml -o requirements-test.lock
	echo 'nntplib ; python_version < "3"' | uv pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-emit-index-url --only-binary mailman --override - bench/requirements.in -o bench/requirements.txt

.venv/installed: requirements.lock pyproject.toml .ci/venv
	@PYTHON="$(PYTHON)" sh .ci/venv requirements.lock
	@touch $@

.venv/installed-test: requirements-test.lock pyproject.toml .ci/venv
	@PYTHON="$(PYTHON)" sh .ci/venv requirements-test.lock
	@touch .venv/installed $@

clean:
	rm -rf .venv .venv-bench demo dist sheets .pytest_cache .mypy_cache .ruff_cache .hypothesis
