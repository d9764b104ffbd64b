# Everything runs inside a virtual environment that `make` builds; only Python >= 3.10 is needed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export HF_HUB_DISABLE_TELEMETRY = 1

.PHONY: demo app test check format screenshots clean

$(VENV)/.runtime: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements-bare.txt $(VENV)/.runtime
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r requirements-bare.txt
	@touch $@

demo: $(VENV)/.runtime  ## the sample collection, ingested, and the app on http://localhost:8501
	$(BIN)/python -m sample
	VECDB_TABLE=sample $(BIN)/streamlit run app.py

app: $(VENV)/.runtime  ## the app on what is already ingested
	$(BIN)/streamlit run app.py

test: $(VENV)/.dev  ## the whole test suite
	$(BIN)/python -m pytest

check: $(VENV)/.dev  ## format, lint, types and tests: what CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	pages/grid/check.sh
	$(BIN)/python -m pytest

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

screenshots: $(VENV)/.dev  ## the README's and docs' pictures, taken from the running app
	$(BIN)/python -m docs.screenshots

clean:
	rm -rf data
