# Two commands matter: `make demo` and `make test`. Each sets up whatever is missing first, and says what it does.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint unit bench soak screens clean

help:
	@echo "make demo            set up whatever is missing, then run a whole delivery day  (ARGS=--exit ends afterwards)"
	@echo "make test            set up whatever is missing, then pass every test"
	@echo "make bench           benchmarks, beside peers in the same run"
	@echo "make soak            the long fault campaigns"
	@echo "make screens         render every screen and page to var/screens"

setup:
	@sh deploy/setup.sh $(PYTHON)

demo: setup
	@$(BIN)/handover demo $(ARGS)

test: setup
	@sh deploy/test.sh $(ARGS)

lint: setup
	@sh deploy/lint.sh

bench: setup
	@$(BIN)/python -m bench $(ARGS)

soak: setup
	@$(BIN)/python -m pytest -m soak -p no:cacheprovider -o addopts="--disable-socket --allow-unix-socket --allow-hosts=127.0.0.1,::1,localhost -q -s" $(ARGS)

screens: setup
	@sh deploy/screens.sh

clean:
	rm -rf $(VENV) node_modules server/static/vendor build var bench/results .coverage* .mypy_cache .ruff_cache .pytest_cache
