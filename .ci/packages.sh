# Debian packages, for the machine that lacks them.

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -n "$@"
    else
        echo "this needs root, and there is no sudo: $*" >&2
        return 1
    fi
}

install() {
    echo "installing $*"
    if [ -z "${packages_listed:-}" ]; then
        as_root apt-get update -qq >/dev/null
        packages_listed=1
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

has_python() {
    local python
    for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
    done
    return 1
}
