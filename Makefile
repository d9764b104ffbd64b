# Everything runs inside a virtual environment that `make` builds; only Python >= 3.10 is needed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export HF_HUB_DISABLE_TELEMETRY = 1
unexport PYTHONDONTWRITEBYTECODE  # tests start hundreds of processes, which would each compile all

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c

.PHONY: demo app test test-fast check format screenshots clean

$(VENV)/.packages: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing packages into $(VENV), a few minutes: 0.8 GB to download, 2.5 GB on disk. PyPI's torch"
	@echo "for Linux brings CUDA: 3.3 GB, about 7 on disk. Without a GPU, the smaller one comes with"
	@echo "PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu before make."
	@$(BIN)/pip install --disable-pip-version-check --progress-bar off -r requirements.txt \
		| sed -unE -e 's/^ *(Downloading|Using cached) (.*\/)?([^ \/-]+)-.*(whl|gz) (\(.*)/  \1 \3 \5/p' \
		-e 's/^Installing collected.*/  unpacking and installing all of them/p' \
		-e 's/^Successfully.*/  installed/p'
	@touch $@

# Installed editable, so that a notebook anywhere imports explorer, vecdb and classifier.
$(VENV)/.runtime: pyproject.toml $(VENV)/.packages
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
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

# Three processes, two for the cores and one for what waits; whole files each: the apps and
# servers that a file shares start once.
PYTEST := $(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

test: $(VENV)/.dev  ## the whole test suite
	$(PYTEST)

test-fast: $(VENV)/.dev  ## the tests that need no browser and take no long time
	$(PYTEST) --numprocesses 4 -m "not browser and not slow"

check: $(VENV)/.dev  ## format, lint, types and tests: what CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	@# What the oldest Python lacks; Streamlit's types for it are wrong, so without the pages.
	$(BIN)/mypy --python-version 3.10 api classifier commandline encoder explorer ingest sample tuning vecdb
	pages/grid/check.sh
	$(PYTEST)

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

screenshots: $(VENV)/.dev  ## the README's and docs' pictures, taken from the running app
	$(BIN)/python -m docs.screenshots

clean:  ## what make and the checks have built; photos and labels in data/ stay
	rm -rf $(VENV) *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
