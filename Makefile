# Every target installs what it needs: python3 (3.11 or newer), its venv module and make are enough to begin with.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
NPM := tests/browser/node_modules/.package-lock.json web/node_modules/.package-lock.json
PYTEST := $(BIN)/pytest -n 2

.PHONY: help install demo check check-embedded quick bench bench-live bench-notify bench-metrics bench-console bench-pages bench-bursts seeds fit faults soak format servers dashboards pictures pages clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

install: $(READY)  ## make .venv with turfwatch, an embedded server and the development tools

$(READY): pyproject.toml uv.lock scripts/bootstrap
	PYTHON=$(PYTHON) scripts/bootstrap $(VENV)
	@touch $@

demo: install  ## simulate a stream, replay it, show what was found, with a page of it in build/demo.html
	$(BIN)/turfwatch simulate --scenario demo --seed 7 --out build/demo.jsonl.gz
	$(BIN)/turfwatch replay build/demo.jsonl.gz --report build/demo.html

quick: install  ## lint, types, unit and property tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) --dist worksteal tests/unit tests/property

servers:  ## install the servers that the tests run against (Debian)
	scripts/install-servers

%/node_modules/.package-lock.json: %/package-lock.json
	npm --prefix $* ci
	@touch $@

check: servers install  ## everything: lint, types, all tests with every server
	$(BIN)/python -c 'from pipeline.broker.jars import fetched; fetched()'
	$(MAKE) $(NPM)
	TURFWATCH_REQUIRE_SERVERS=1 $(MAKE) check-embedded

check-embedded: install  ## the same with the embedded server only, where no other is installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) --dist loadfile --durations=10

faults: install  ## kill a replay and its server at ten and three random places
	$(BIN)/pytest tests/faults --faults

bench: install  ## figures: posts/s, bytes a post, peers
	$(BIN)/python bench/run.py

bench-live: install  ## a live worker on a Kafka of its own: posts/s beside a bare Faust agent, how soon campaigns are told
	$(BIN)/python -m bench.live

bench-notify: install  ## a receiver that never answers, with 100,000 deliveries that wait: memory, and what another one notices
	$(BIN)/python -m bench.notify

bench-metrics: install  ## what metrics cost: posts/s of a live worker with and without, in turns; a scrape behind a million keywords
	$(BIN)/python -m bench.metrics

bench-console: install  ## what ten open pages cost a live worker: posts/s with and without, in turns
	$(BIN)/python -m bench.console

bench-pages: install  ## how long the page of an incident of 2,000 accounts takes to answer, in a real browser
	$(BIN)/python -m bench.pages

bench-bursts: install  ## keyword bursts: cost beside an engine without, memory with ten million keywords, accuracy
	$(BIN)/python -m bench.bursts $(RECORDINGS)

seeds: install  ## 20 simulated streams of all kinds: found, falsely opened, a textbook rule beside it
	$(BIN)/python bench/seeds.py

fit: install  ## fit the score on recordings and simulated streams, leaving one out each time
	$(BIN)/python bench/fit_score.py

soak: install  ## two million simulated posts: time and memory for every 200,000
	$(BIN)/python bench/soak.py

dashboards: install  ## write the Grafana dashboards from their code; DOCS=URL and CONSOLE=URL say where their links lead
	DOCS=$(DOCS) CONSOLE=$(CONSOLE) $(BIN)/python -m dashboards

pictures: dashboards  ## draw the dashboards with Grafana's own components into docs/pictures (Debian; installs npm packages)
	dashboards/preview/draw

pages: web/node_modules/.package-lock.json  ## build the script and style of the pages from web/ (needs npm), and test their pure parts
	npm --prefix web run build
	npm --prefix web test

format: install  ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove what the targets made
	rm -rf $(VENV) build dist web/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
