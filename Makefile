# Every target sets up what it needs: a virtual environment in .venv with the versions of uv.lock,
# by uv where it is found, by venv and pip otherwise.

PYTHON ?= python3
DATA   ?= data/sample
AS_OF  ?= 2026-11-15
OUT    ?= reports/sample
READY  := .venv/.ready
RUN    := .venv/bin/
UV     := $(shell command -v uv 2>/dev/null)
ADD    := $(if $(UV),$(UV) pip install --quiet --python .venv,$(RUN)python -m pip install --quiet)

.DEFAULT_GOAL := help
.PHONY: help report test test-slow test-spark fuzz lab notebooks docs sample lint bench

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

report: $(READY) ## run the suite on the sample shop and say where the page is
	@mkdir -p $(dir $(OUT))
	@$(RUN)shophelm report --data $(DATA) --as-of $(AS_OF) --out $(OUT) --ledger $(dir $(OUT))actions.xlsx

test: $(READY) ## run all tests but the slow ones, and the linter
	@$(RUN)ruff check . && $(RUN)ruff format --check .
	@$(RUN)python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m "not slow" --nbval-lax --nbval-current-env

test-slow: $(READY) ## run the simulations, the tests on large data, and those on Spark
	@$(ADD) --constraint .venv/locked.txt --editable '.[spark]'
	@$(RUN)python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m slow tests

test-spark: $(READY) ## start a Spark cluster, hold it against DuckDB, and stop it
	@$(ADD) --constraint .venv/locked.txt --editable '.[spark]'
	@$(RUN)python -m pytest -m slow tests/engines

fuzz: $(READY) ## look for five minutes for a file that an import cannot bear
	@$(ADD) --group fuzz
	@$(RUN)python tests/fuzz/fuzz_import.py -max_total_time=300

lab: $(READY) ## open the notebooks in JupyterLab
	@cd notebooks && ../$(RUN)jupyter lab

notebooks: $(READY) ## run the notebooks and refresh the outputs that tests compare
	@$(RUN)python tests/notebooks/refresh.py

docs: $(READY) ## write the glossary, the exports' page and the sample's dictionary anew
	@$(RUN)python tests/generated.py

sample: $(READY) ## simulate the sample shop anew
	@$(RUN)shophelm simulate --to data/sample
	@$(RUN)python tests/generated.py

lint: $(READY) ## format the code and mend what the linter can
	@$(RUN)ruff check --fix . ; $(RUN)ruff format .

bench: $(READY) ## the same work by this suite and by what one would use instead
	@$(RUN)python benchmarks/run.py

$(READY): pyproject.toml uv.lock
	@echo "setting up .venv: about a minute, once"
ifdef UV
	@$(UV) venv --quiet --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv
	@$(PYTHON) tests/locked.py > .venv/locked.txt
	@$(UV) pip install --quiet --python .venv --constraints .venv/locked.txt --editable '.[cjk,clickhouse,lab]' --group dev
else
	@$(PYTHON) -m venv .venv
	@$(PYTHON) tests/locked.py > .venv/locked.txt
	@$(RUN)python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(RUN)python -m pip install --quiet --constraint .venv/locked.txt --editable '.[cjk,clickhouse,lab]' --group dev
endif
	@touch $@
