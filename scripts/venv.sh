# Sourced by scripts/test and scripts/demo: ensure_venv sets $python to the interpreter of a virtual environment, made
# where needed; install puts xbec with some extras into it.
#
# The active environment is used; otherwise .venv, made with $PYTHON or the first Python >= 3.11 found.
# shellcheck shell=bash

is_new_enough() {
  "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

version_of() {
  "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

find_base() {
  local candidate
  if [ -n "${PYTHON:-}" ]; then
    is_new_enough "$PYTHON" && echo "$PYTHON" && return 0
    echo "PYTHON=$PYTHON does not run, or is older than 3.11" >&2
    return 1
  fi
  for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
    is_new_enough "$candidate" && echo "$candidate" && return 0
  done
  echo "no Python >= 3.11 found; set PYTHON to one, e.g. PYTHON=python3.12 $0" >&2
  return 1
}

ensure_venv() {
  if [ -n "${VIRTUAL_ENV:-}" ] && is_new_enough "$VIRTUAL_ENV/bin/python"; then
    python="$VIRTUAL_ENV/bin/python"
    return 0
  fi
  python=.venv/bin/python
  if is_new_enough "$python" && "$python" -m pip --version >/dev/null 2>&1; then
    if [ -z "${PYTHON:-}" ] || [ "$(version_of "$PYTHON")" = "$(version_of "$python")" ]; then
      return 0
    fi
  fi
  local base
  base=$(find_base)
  echo "making .venv with Python $(version_of "$base")"
  "$base" -m venv --clear .venv || {
    echo "the environment could not be made; some systems keep it in a package of its own, such as python3-venv" >&2
    return 1
  }
}

# Installs once per state of pyproject.toml, so that a second run needs no network.
install() {
  local extras=$1
  local mark state
  mark="$(dirname "$(dirname "$python")")/.xbec-installed-$extras"
  state="$PWD $(cksum <pyproject.toml)"
  if [ "$(cat "$mark" 2>/dev/null)" = "$state" ] && "$python" -c 'import xbec' 2>/dev/null; then
    return 0
  fi
  "$python" -m pip install --quiet --disable-pip-version-check --editable ".[$extras]"
  echo "$state" >"$mark"
}
