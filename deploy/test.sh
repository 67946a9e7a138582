#!/bin/sh
# Lint, then every test on two cores, then the coverage that is promised.
set -eu
cd "$(dirname "$0")/.."
say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
# one core would wait for the other: lint runs beside the first tests, and says at the end what it found
lint=$(mktemp)
trap 'rm -f "$lint"' EXIT
say "lint, types, import rules (beside the tests)"
sh deploy/lint.sh >"$lint" 2>&1 &
linting=$!
say "tests"
rm -f .coverage .coverage.*
.venv/bin/python -m pytest -n 2 --dist worksteal --cov --cov-report= "$@" || { kill $linting 2>/dev/null || true; exit 1; }
say "what lint, types and import rules said"
if wait $linting; then cat "$lint"; else cat "$lint"; exit 1; fi
say "coverage: shared at least 98 %; the whole at least 92 %"
.venv/bin/coverage combine --append --quiet 2>/dev/null || true
.venv/bin/coverage report --include='shared/*' --fail-under=98
.venv/bin/coverage report --fail-under=92
