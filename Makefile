# The menu. `make` alone lists it; anything longer than a few lines is a script in scripts/ or bench/.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FLOOR := --manifest-path bench/floor/Cargo.toml --target-dir bench/build/target
PYTHON_SOURCES := python tests examples bench

# One thing after the other: two cargo builds at once only wait for each other.
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help demo test test-servers test-reporters test-rust test-python test-web lint fmt bench bench-peers build web tools clean

help: ## List what there is
	@awk -f scripts/help.awk $(MAKEFILE_LIST)

demo: build ## Build, run examples/shop.py for 10 s against the bundled target, show where the run is stored
	@bash scripts/demo.sh $(BIN)/squall examples/shop.py

test: web lint test-servers test-rust test-python test-web ## Check and test everything, Rust, Python and the report, from nothing; includes lint

test-servers: ## Install the servers that reporters are tested against (apt-get, npm, go, mvn); a missing one is said, its tests are skipped
	@bash scripts/test_servers.sh

test-reporters: tools ## Test each reporter against its real backend alone, and print a table
	@bash scripts/test_reporters.sh

test-rust: tools ## Run the Rust tests alone
	cargo test --workspace --locked
	cargo test --locked --quiet $(FLOOR)

test-python: build ## Build the release wheel, install it in .venv, and run the Python tests against it
	$(BIN)/python -m pytest

test-web: web ## Test the HTML report and the dashboard, also in Chromium; says what is skipped where node or Chromium are missing
	@bash scripts/web.sh test

lint: tools $(VENV)/.dev-tools ## Check format, lints and types (rustfmt, clippy, ruff, mypy), change nothing
	cargo fmt --all --check
	cargo fmt --check --manifest-path bench/floor/Cargo.toml
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo clippy --locked --all-targets $(FLOOR) -- -D warnings
	$(BIN)/ruff format --check $(wildcard $(PYTHON_SOURCES))
	$(BIN)/ruff check $(wildcard $(PYTHON_SOURCES))
	$(BIN)/mypy --strict python/squall
	@bash scripts/web.sh lint

fmt: tools $(VENV)/.dev-tools ## Format Rust and Python in place
	cargo fmt --all
	cargo fmt --manifest-path bench/floor/Cargo.toml
	$(BIN)/ruff format $(wildcard $(PYTHON_SOURCES))
	$(BIN)/ruff check --fix $(wildcard $(PYTHON_SOURCES))
	@bash scripts/web.sh format

bench: build ## Compare Squall with the floor and the peers that are installed (BENCH=--quick: a first look)
	$(BIN)/python bench/run.py $(BENCH)

bench-peers: ## Install the peers that the registries have: wrk, h2load, shb, oha, k6, Locust; a missing one is no error
	@bash scripts/bench_peers.sh

build: tools web $(VENV)/.dev-tools ## Build the release wheel into dist/ and install it in .venv
	rm -rf dist
	$(BIN)/maturin build --release --locked --quiet --out dist
	$(BIN)/pip install --quiet --force-reinstall --no-deps dist/squall-*.whl
	$(BIN)/pip check --quiet

web: ## Build the pages (report, dashboard) into web/dist with npm; without node the program is built without it
	@bash scripts/web.sh build

tools: ## Check that the tools are here; a missing one is named with the command that installs it
	@PYTHON=$(PYTHON) bash scripts/tools.sh

clean: ## Remove what was built (.venv, dist, target, bench/build, web/dist); stored runs and bench results stay
	rm -rf $(VENV) dist target bench/build web/node_modules web/dist/*.html
	find python tests examples bench -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# The tools of the `dev` group in pyproject.toml; `pip --group` needs pip 25.1.
$(VENV)/.dev-tools: pyproject.toml | tools
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --group dev
	@touch $@
