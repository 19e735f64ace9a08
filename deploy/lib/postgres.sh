# shellcheck shell=bash
# PostgreSQL on loopback with passwords (scram). The server refuses to run as root: then it runs
# as the user postgres, and its data lives where that user can reach it.

LIF_POSTGRES_ROLES="lif_owner lif_controlplane lif_executor lif_publisher lif_janitor"

# postgres_dsn ROLE: connection string with the password; treat it as a secret.
postgres_dsn() {
  printf 'host=127.0.0.1 port=%s dbname=lif user=%s password=%s connect_timeout=5\n' \
    "$(port_of postgres)" "$1" "$(secret "postgres-$1")"
}

postgres_admin_dsn() {
  printf 'host=127.0.0.1 port=%s dbname=lif user=postgres password=%s connect_timeout=5\n' \
    "$(port_of postgres)" "$(secret postgres-superuser)"
}

postgres_bin() { find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1; }

# as_postgres COMMAND…: the user that owns the database files.
as_postgres() {
  if ((EUID == 0)); then runuser -u postgres -- "$@"; else "$@"; fi
}

# postgres_data: below the state directory, unless the user postgres can't go there.
postgres_data() {
  local kept="$LIF_STATE/etc/postgres.data"
  if [[ ! -s $kept ]]; then
    if as_postgres test -x "$LIF_STATE/data"; then
      echo "$LIF_STATE/data/postgres" >"$kept"
    else
      echo "/var/lib/lif-$LIF_INSTANCE/postgres" >"$kept"
    fi
  fi
  cat "$kept"
}

postgres_ready() {
  "$(postgres_bin)/pg_isready" -q -h 127.0.0.1 -p "$(port_of postgres)" -d postgres -t 2
}

# postgres_admin ARG…: psql as the superuser, through a private file for the password.
postgres_admin() {
  local pass="$LIF_STATE/secrets/pgpass"
  printf '127.0.0.1:*:*:postgres:%s\n' "$(secret postgres-superuser)" | write_private "$pass"
  PGPASSFILE="$pass" psql -X -q -At -v ON_ERROR_STOP=1 \
    -h 127.0.0.1 -p "$(port_of postgres)" -U postgres "$@"
}

start_postgres() {
  if is_running postgres && postgres_ready; then
    note "runs already, 127.0.0.1:$(port_of postgres)"
    return
  fi
  [[ -n $(postgres_bin) ]] || die postgres "the server is not installed" "install postgresql"
  stop_postgres
  ! port_answers "$(port_of postgres)" || move_port postgres
  [[ -s $(postgres_data)/PG_VERSION ]] || as_postgres test -s "$(postgres_data)/PG_VERSION" ||
    init_postgres
  run_postgres
  wait_ready postgres 60 "read the log above" postgres_ready
  make_roles
  note "127.0.0.1:$(port_of postgres)"
}

init_postgres() {
  local data log="$LIF_STATE/log/postgres.log" password
  data=$(postgres_data)
  password="$data.password"
  mkdir -p "$data"
  secret postgres-superuser | write_private "$password"
  if ((EUID == 0)); then chown -R postgres: "$data" "$password"; fi
  as_postgres "$(postgres_bin)/initdb" -D "$data" -U postgres -E UTF8 --locale=C \
    --auth=scram-sha-256 --pwfile="$password" >>"$log" 2>&1 ||
    die postgres "initdb failed" "remove $data and try again"
  rm -f "$password"
}

run_postgres() {
  local -a command=("$(postgres_bin)/postgres" -D "$(postgres_data)"
    -c listen_addresses=127.0.0.1 -c "port=$(port_of postgres)" -c unix_socket_directories=
    -c max_connections=200 -c log_min_messages=warning)
  if ((EUID == 0)); then
    # setpriv keeps the pid: the process that we remember is the server itself.
    command=(setpriv --reuid=postgres --regid=postgres --init-groups "${command[@]}")
  fi
  (cd / && start_daemon postgres "${command[@]}")
}

# make_roles: login roles with generated passwords, and the database. What each role may do is
# decided by the migrations in deploy/sql alone.
make_roles() {
  local role
  for role in $LIF_POSTGRES_ROLES; do
    printf "SELECT 'CREATE ROLE %s' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%s') \\\\gexec\n" \
      "$role" "$role"
    printf "ALTER ROLE %s LOGIN PASSWORD '%s';\n" "$role" "$(secret "postgres-$role")"
  done | postgres_admin -d postgres
  postgres_admin -d postgres <<'SQL'
ALTER ROLE lif_owner NOCREATEROLE;
SELECT 'CREATE DATABASE lif OWNER lif_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'lif') \gexec
REVOKE CONNECT, TEMPORARY ON DATABASE lif FROM PUBLIC;
GRANT CONNECT ON DATABASE lif TO lif_controlplane, lif_executor, lif_publisher, lif_janitor;
SQL
}

# INT is PostgreSQL's fast shutdown: sessions are ended, nothing is lost.
stop_postgres() { stop_daemon postgres 30 INT; }
