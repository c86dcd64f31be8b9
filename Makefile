# Every target installs what it needs into a virtual environment with hash-locked dependencies.
PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
TOOLS := .venv-tools

# The tests start a hundred processes, each of which would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check suite run lint translations screenshots docs bench bench-arrival bench-pacing chaos chaos-webhooks simulate mutants audit sbom lock clean

demo: $(READY)  ## run the bot against simulated AliExpress and Telegram, with a chat page in the browser
	$(PY) -m bot demo

run: $(READY)  ## run the bot with the settings from .env
	$(PY) -m bot run

test: check suite  ## lint, type check, and the whole test suite

check: $(READY)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

suite: $(READY)  ## the tests alone; with AGAIN=1 without what a run on another Python has shown for all
	$(PY) -m pytest -m alone tests/chaos
	$(PY) -m pytest -n auto -m "not alone $(if $(AGAIN),and not once)"

lint: $(READY)
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	$(PY) -m mypy

translations: $(READY)  ## extract texts, update all catalogs, and check that they are complete
	$(VENV)/bin/pybabel -q extract -F babel.cfg --no-default-keywords -k t -k plural:1,2 -c "Translators:" --no-wrap --add-location=file --sort-by-file --omit-header -o locales/bot.pot .
	$(VENV)/bin/pybabel -q update -i locales/bot.pot -d locales -D bot --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(PY) -m pytest -q tests/test_i18n.py

screenshots: $(READY)  ## update the pictures in docs/images from the browser tests
	mkdir -p docs/images
	SCREENSHOTS=docs/images $(PY) -m pytest -q -m browser tests/test_browser.py tests/test_page_browser.py

bench: $(READY)  ## measure speed as ratios to bare clients
	$(PY) -m tests.bench.speed

bench-pacing: $(READY)  ## compare pacing with fixed intervals and others at equal calls: make bench-pacing [TIMELINES=FILE] [WORLDS=air,bags]
	mkdir -p build
	nice -n 15 $(PY) -m tests.bench.pacing $(if $(TIMELINES),--timelines $(TIMELINES)) --worlds $(or $(WORLDS),all) --json build/pacing.json --plot build/pacing.svg

bench-arrival: $(READY)  ## compare arrival estimates with AliExpress's promise and past times: make bench-arrival [TIMELINES=FILE]
	mkdir -p build
	$(PY) -m tests.bench.arrival $(if $(TIMELINES),--timelines $(TIMELINES)) --plot build/arrival.svg

chaos: $(READY)  ## run real processes with faults and kill -9: make chaos SEED=7 MINUTES=10 (REPLICAS=3 DATABASE=postgresql INTAKE=webhook)
	$(PY) -m tests.chaos --seed $(or $(SEED),1) --minutes $(or $(MINUTES),5) --replicas $(or $(REPLICAS),1) --database $(or $(DATABASE),sqlite) --intake $(or $(INTAKE),polling)

chaos-webhooks: $(READY)  ## send events through kill -9 and count: make chaos-webhooks EVENTS=100000 KILLS=1000
	$(PY) -m tests.chaos.webhooks --events $(or $(EVENTS),100000) --kills $(or $(KILLS),1000)

simulate: $(READY)  ## run the engine in virtual time from seeds: make simulate SEEDS=20
	$(PY) -m tests.simulation --seeds $(or $(SEEDS),10)

mutants: $(READY)  ## mutation testing of the pure modules: make mutants MINUTES=30 MODULES="bot.timeline bot.ids" AGAIN=1
	$(PY) -m tests.mutants --minutes $(or $(MINUTES),30) $(if $(AGAIN),--again) $(MODULES)

audit: $(TOOLS)/.ready  ## check the locked versions for known vulnerabilities
	$(TOOLS)/bin/pip-audit --require-hashes --disable-pip -r requirements.txt

sbom: $(TOOLS)/.ready  ## write a bill of materials as CycloneDX JSON
	$(TOOLS)/bin/cyclonedx-py requirements requirements.txt --output-reproducible -o sbom.json

docs: $(READY)  ## generate reference pages, .env.example and dashboard from the code
	$(PY) docs/generate.py

lock:  ## update the pinned versions (needs uv); the files carry hashes and no index address
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade pyproject.toml --extra speed --extra sentry -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade pyproject.toml --extra speed --extra sentry --group dev -o requirements-dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade --group build -o requirements-build.txt

clean:
	rm -rf .venv .venv-*

$(TOOLS)/.ready:
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/pip install --quiet --disable-pip-version-check pip-audit==2.10.1 cyclonedx-bom==7.5.0
	touch $@

# What is installed is a copy of its list, so that a shared environment, linked as .venv, is not made anew.
$(READY): requirements-dev.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; set PYTHON=python3.12, say")'
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	cmp -s $< $@ || $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	cp $< $@
