# Everything sets itself up: a virtual environment in the checkout with the locked dependencies.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO ?= demo
# One thread per process: two workers with one thread each beat one worker with two.
export OMP_NUM_THREADS ?= 1
# A worker per core, four at most: each may load PyTorch and PySCF. Neighbours stay together and share fixtures.
WORKERS ?= auto
PYTEST := $(BIN)/python -m pytest --numprocesses $(WORKERS) --maxprocesses 4 --dist worksteal

.PHONY: help demo test test-fast check lint types imports bench-demo bench-proposal lock clean

help:
	@echo "make demo        run the demonstration campaign (about a quarter of an hour on 2 cores)"
	@echo "make test        run every test, real PySCF and real Prefect included"
	@echo "make test-fast   run the tests that take seconds"
	@echo "make check       lint, types, import contract and tests: exactly what CI runs"
	@echo "make bench-demo  run the demonstration and print its numbers"

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "zincloop needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing zincloop and its locked dependencies into $(VENV) (once; a few minutes)"
	@# The CPU build of torch first, because the default one for Linux brings gigabytes of CUDA.
	@case "$$(uname -s)" in Linux) command -v nvidia-smi >/dev/null || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --retries 0 --timeout 15 \
	    --index-url https://download.pytorch.org/whl/cpu -c requirements.lock torch >/dev/null 2>&1 || \
	  echo "the CPU build of torch is out of reach; taking the default build";; esac
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[dev]'
	@touch $@

demo: $(READY)
	$(BIN)/zincloop run examples/demo.toml --directory $(DEMO)

test: $(READY)
	$(PYTEST)

test-fast: $(READY)
	$(PYTEST) -m 'not slow'

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

check: lint types imports test

bench-demo: $(READY)
	$(BIN)/python -m benchmarks.demo

bench-proposal: $(READY)
	$(BIN)/python -m benchmarks.proposal

# Resolve the newest versions the bounds in pyproject.toml admit, in an environment of their own.
lock:
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet '.[dev]'
	{ echo "# Written by 'make lock'; used as constraints, so that every set-up gets the same versions."; \
	  build/lock/bin/python -m pip freeze --exclude zincloop | sed 's/+cpu$$//'; } > requirements.lock
	rm -rf build/lock

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
