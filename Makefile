# Two commands do everything on a machine with Python 3.11+, make and git: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo serve test slow lint bench validation frontend lock clean

demo: $(VENV)/ready
	$(BIN)/stationkeep run iss-partner-leaves --runs 50 --page verdict.html

serve: $(VENV)/ready
	$(BIN)/stationkeep serve

test: $(VENV)/ready
	$(BIN)/python -m pytest -n 2

slow: $(VENV)/ready
	$(BIN)/python -m pytest -m slow

lint: $(VENV)/ready
	$(BIN)/ruff check src tests tools benchmarks
	$(BIN)/mypy

bench: $(VENV)/ready
	$(BIN)/python -m pytest benchmarks --benchmark-only
	$(BIN)/python tools/step_shares.py

validation: $(VENV)/ready
	$(BIN)/python tools/validate.py $(if $(FACTS),--facts $(FACTS))

$(VENV)/ready: pyproject.toml requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps -e .
	touch $@

# The page of `serve`: needs Node 20 and npm; what it builds is committed, so nobody else does.
frontend:
	cd frontend && npm ci --no-audit --no-fund && npm run build

lock:
	$(BIN)/uv pip compile --universal --no-header --no-annotate --generate-hashes --python-version 3.11 \
	  --group dev --extra flight --extra web --extra dask --extra sensitivity pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV)
