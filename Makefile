# Every target does its own set-up, once. `make PYTHON=python3.12 …` selects another Python for it.
PYTHON ?= python3
export PYTHON

# One thread for each test process: the machine's cores go to `-n`. Three processes keep two cores busy, because
# tests also wait for processes, servers and disks.
export OMP_NUM_THREADS = 1
# Python keeps the compiled modules of the tests, even if the environment says otherwise.
unexport PYTHONDONTWRITEBYTECODE
PYTEST = .venv/bin/pytest

.PHONY: help demo loop test lint docs bench soak audit dist clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 8

demo: ## make a few rooms, build questions from them, and print some
	@bash scripts/demo.sh

loop: .venv/ready-train ## train a tiny model on rooms made here, and score it before and after
	.venv/bin/python scripts/loop.py

test: .venv/ready-dev ## run the tests, except benchmarks and long tests
	$(PYTEST) -n 3 --dist worksteal -m "not soak" --ignore=tests/benchmarks

lint: .venv/ready-dev ## check style and types
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy

# Not with --quiet: it hides the warnings that count as errors.
docs: .venv/ready-docs ## build the documentation into site/; open site/index.html
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build
	@echo "Open site/index.html. The search needs a server: .venv/bin/python -m http.server --directory site"

bench: .venv/ready-dev ## measure speed
	$(PYTEST) tests/benchmarks --benchmark-enable --benchmark-only

soak: .venv/ready-dev ## run the long tests, and both make commands in a bare Debian (as root)
	$(PYTEST) -m soak
	bash tests/fresh-root.sh

audit: .venv/ready ## look up known vulnerabilities of the packages, if there is a network
	@bash scripts/audit.sh

dist: .venv/ready-dev ## build wheel and source archive into dist/, check both, and try the wheel in a new environment
	rm -rf dist
	.venv/bin/python -m build --outdir dist
	.venv/bin/twine check --strict dist/*
	$(PYTEST) tests/test_distribution.py

clean: ## remove what the other targets made, but not the packages installed in .venv
	rm -rf demo loop site build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find vsidata vsitrain tests -name __pycache__ -prune -exec rm -rf {} +

.venv/ready: pyproject.toml scripts/setup.sh scripts/install.py
	@bash scripts/setup.sh

.venv/ready-train: pyproject.toml scripts/setup.sh scripts/install.py
	@bash scripts/setup.sh train

.venv/ready-docs: pyproject.toml scripts/setup.sh scripts/install.py
	@bash scripts/setup.sh docs

.venv/ready-dev: pyproject.toml scripts/setup.sh scripts/install.py
	@bash scripts/setup.sh dev
