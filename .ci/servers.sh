# PostgreSQL and MariaDB for the tests: those that the environment names, else those that answer on this machine, else
# private ones in a temporary folder, on free ports, gone at the end. A server that already runs is never changed.
# FIXTUREGEN_CI_OWN_SERVERS=1 takes private ones in any case.

server_dir=""
postgresql_stop=""
mariadb_pid=""

use_postgresql() {
    local default=postgresql+psycopg://postgres@127.0.0.1:5432/postgres
    if [ -n "${FIXTUREGEN_TEST_POSTGRESQL:-}" ]; then return; fi
    if answers "$default"; then
        export FIXTUREGEN_TEST_POSTGRESQL=$default
        return
    fi
    [ -n "$(postgresql_programs)" ] || install postgresql
    start_postgresql
}

use_mariadb() {
    local default=mysql+pymysql://root@127.0.0.1:3306/mysql
    if [ -n "${FIXTUREGEN_TEST_MARIADB:-}" ]; then return; fi
    if answers "$default"; then
        export FIXTUREGEN_TEST_MARIADB=$default
        return
    fi
    PATH=$PATH:/usr/sbin command -v mariadbd >/dev/null || install mariadb-server
    start_mariadb
}

answers() {
    [ -z "${FIXTUREGEN_CI_OWN_SERVERS:-}" ] && .venv/bin/python - "$1" 2>/dev/null <<'PYTHON'
import sys
from sqlalchemy import create_engine
create_engine(sys.argv[1]).connect().close()
PYTHON
}

postgresql_programs() {
    if command -v initdb >/dev/null; then
        dirname "$(command -v initdb)"
    else
        ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1
    fi
}

start_postgresql() {
    local programs port home
    programs=$(postgresql_programs)
    port=$(free_port)
    home=$(own_dir postgresql postgres)
    as_user postgres "$programs/initdb" -D "$home/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >"$server_dir/postgresql.log"
    as_user postgres "$programs/pg_ctl" -D "$home/data" -l "$home/log" -w -s \
        -o "-p $port -k $home -c listen_addresses=127.0.0.1 -c fsync=off" start
    postgresql_stop="$programs/pg_ctl -D $home/data -m immediate -s stop"
    export FIXTUREGEN_TEST_POSTGRESQL=postgresql+psycopg://postgres@127.0.0.1:$port/postgres
    echo "PostgreSQL started on port $port"
}

start_mariadb() {
    local port home
    port=$(free_port)
    home=$(own_dir mariadb mysql)
    as_user mysql mariadb-install-db --no-defaults --auth-root-authentication-method=normal --skip-test-db \
        --datadir="$home/data" >"$server_dir/mariadb.log" 2>&1
    as_user mysql "$(PATH=$PATH:/usr/sbin command -v mariadbd)" --no-defaults --datadir="$home/data" --port="$port" \
        --socket="$home/socket" --pid-file="$home/pid" --bind-address=127.0.0.1 \
        --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci >>"$server_dir/mariadb.log" 2>&1 &
    export FIXTUREGEN_TEST_MARIADB=mysql+pymysql://root@127.0.0.1:$port/mysql
    for _ in $(seq 60); do
        if [ -s "$home/pid" ] && FIXTUREGEN_CI_OWN_SERVERS='' answers "$FIXTUREGEN_TEST_MARIADB"; then
            mariadb_pid=$(cat "$home/pid")
            echo "MariaDB started on port $port"
            return
        fi
        sleep 0.5
    done
    cat "$server_dir/mariadb.log" >&2
    return 1
}

stop_servers() {
    if [ -n "$postgresql_stop" ]; then as_user postgres $postgresql_stop || true; fi
    if [ -n "$mariadb_pid" ]; then
        as_user mysql kill "$mariadb_pid" 2>/dev/null || true
        while kill -0 "$mariadb_pid" 2>/dev/null; do sleep 0.1; done
    fi
    if [ -n "$server_dir" ]; then rm -rf "$server_dir"; fi
}

# A folder of a server's own; a server refuses to run as root, so there its user owns it.
own_dir() {
    mkdir -p "$server_dir/$1"
    if [ "$(id -u)" = 0 ]; then chown "$2" "$server_dir/$1"; fi
    echo "$server_dir/$1"
}

as_user() {
    local user=$1
    shift
    if [ "$(id -u)" = 0 ]; then (cd / && exec runuser -u "$user" -- "$@"); else "$@"; fi
}

free_port() {
    .venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

server_dir=$(mktemp -d)
chmod 755 "$server_dir"
