# Shared by .ci/run and .ci/deep: named, timed steps in a copy of the checkout and a new virtual environment.
# To be sourced from bash with `set -euo pipefail`.

unset PYTHONPATH PYTHONHOME VIRTUAL_ENV PYTEST_ADDOPTS PIP_REQUIRE_VIRTUALENV
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_PROGRESS_BAR=off

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/autograd_cnn-ci.XXXXXX")
copy=$work/checkout
current="(start)"
report=""

finish() {
    local status=$?
    cd /
    jobs -p | xargs -r kill 2>/dev/null || true
    rm -rf "$work"
    printf '\n%s' "$report"
    if [ "$status" -ne 0 ]; then
        printf 'FAILED in: %s (after %d s)\n' "$current" "$SECONDS"
    else
        printf 'passed in %d s\n' "$SECONDS"
    fi
    exit "$status"
}
trap finish EXIT

# step "name" command...: a failing command ends the run, and the report names the step.
step() {
    current=$1
    shift
    local start=$SECONDS
    printf '\n== %s\n' "$current"
    "$@" </dev/null
    local took=$((SECONDS - start))
    printf -- '-- %s: %d s\n' "$current" "$took"
    report+=$(printf '%5d s  %s' "$took" "$current")$'\n'
}

# Work on a copy, so that a run leaves nothing in the checkout and finds nothing that is not in it.
copy_checkout() {
    mkdir "$copy"
    tar -C "$checkout" --exclude=./.git --exclude=./out --exclude=./build --exclude=./dist --exclude=./.venv \
        --exclude=__pycache__ --exclude='.*_cache' --exclude=.hypothesis -cf - . | tar -C "$copy" -xf -
    cd "$copy"
}

new_environment() {
    local python=python3 candidate
    for candidate in python3 python3.11 python3.12 python3.13; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            python=$candidate
            break
        fi
    done
    if ! "$python" -m venv "$work/venv"; then
        # Debian's Python comes without the module that fills a virtual environment.
        rm -rf "$work/venv"
        apt-get update -qq && apt-get install -y -qq python3-venv
        "$python" -m venv "$work/venv"
    fi
    export PATH="$work/venv/bin:$PATH" VIRTUAL_ENV="$work/venv"
    hash -r
    python --version
}
