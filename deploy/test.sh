#!/bin/sh
# Lint, then every test on two cores, then the coverage that is promised.
set -eu
cd "$(dirname "$0")/.."
say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
say "lint, types, import rules"
sh deploy/lint.sh
say "tests"
rm -f .coverage .coverage.*
.venv/bin/python -m pytest -n 2 --dist worksteal --cov --cov-report= "$@"
say "coverage: shared at least 98 %; the whole at least 92 %"
.venv/bin/coverage combine --append --quiet 2>/dev/null || true
.venv/bin/coverage report --include='shared/*' --fail-under=98
.venv/bin/coverage report --fail-under=92
