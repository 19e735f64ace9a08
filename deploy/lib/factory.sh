# shellcheck shell=bash
# The factory's own processes: build them, prepare the schema, start, stop, look at them.

LIF_BUILD="${LIF_BUILD:-$LIF_ROOT/build/release}"
LIF_EXECUTORS="${LIF_EXECUTORS:-1}"
LIF_SLOTS="${LIF_SLOTS:-2}"
export LIF_BUILD

server_address() { echo "127.0.0.1:$(port_of controlplane)"; }
http_address() { echo "127.0.0.1:$(port_of "http-$1")"; }
registry_prefix() { echo "$(registry_address)/lif"; }
executor_names() {
  seq -f 'executor-%.0f' 1 "$LIF_EXECUTORS"
  if arm64_wanted; then echo executor-arm64; fi
}
network_mode() { cat "$LIF_STATE/etc/engine.network" 2>/dev/null || echo default; }

# build_targets PRESET TARGET…: into build/PRESET; says how many steps there were.
build_targets() {
  local preset=$1 log="$LIF_STATE/log/build.log"
  local build="$LIF_ROOT/build/$preset"
  shift
  if [[ ! -e $build/build.ninja ]]; then
    (cd "$LIF_ROOT" && cmake --preset "$preset") >"$log" 2>&1 ||
      die build "cmake can't configure the tree" "read the log; are all packages there?"
  fi
  ninja -C "$build" ${LIF_JOBS:+-j "$LIF_JOBS"} "$@" >"$log" 2>&1 ||
    die build "the compiler stopped" "correct it, then run this again"
  note "$(grep -c '^\[' "$log" || true) steps"
}

build_binaries() { build_targets "$1" lif lif-controlplane lif-executor lif-migrate; }

# migrate_schema: brings the database to the newest numbered migration. As the superuser, since
# lif-migrate then also takes from all roles what no owner can (large objects); it acts as lif_owner.
migrate_schema() {
  LIF_POSTGRES_DSN=$(postgres_admin_dsn) timeout 120 \
    "$LIF_BUILD/bin/lif-migrate" --dir "$LIF_ROOT/deploy/sql" >"$LIF_STATE/log/migrate.log" 2>&1 ||
    die migrate "the schema can't be brought up to date" "read the log above"
  note "$(tail -n 1 "$LIF_STATE/log/migrate.log")"
}

# write_controlplane_config, write_executor_config NAME: CLI11 ini files; they hold passwords.
write_controlplane_config() {
  cat <<INI
listen="$(server_address)"
http-listen="$(http_address controlplane)"
postgres-dsn="$(postgres_dsn lif_controlplane)"
redis-url="$(redis_url controlplane)"
blob-dir="$LIF_STATE/data/blobs"
network="$(network_mode)"
INI
}

write_executor_config() {
  local arch=amd64
  [[ $1 != executor-arm64 ]] || arch=arm64
  cat <<INI
executor-id="$1"
http-listen="$(http_address "$1")"
postgres-dsn="$(postgres_dsn lif_executor)"
redis-url="$(redis_url executor)"
blob-dir="$LIF_STATE/data/blobs"
registry="$(registry_prefix)"
registry-insecure=true
pool="$arch"
platform="linux/$arch"
slots=$LIF_SLOTS
state-dir="$LIF_STATE/data/$1"
docker-host="$DOCKER_HOST"
network="$(network_mode)"
$(scanner_config)
INI
  [[ -z ${LIF_LEASE:-} ]] || echo "lease=\"$LIF_LEASE\""
}

# start_process NAME BINARY READY…: restarts it when its program or its configuration changed.
start_process() {
  local name=$1 binary=$2 config="$LIF_STATE/etc/$1.ini" stamp
  shift 2
  write_private "$config"
  stamp=$(stat -c '%i %Y' "$LIF_BUILD/bin/$binary" && sha256sum <"$config")
  if is_running "$name" && [[ $stamp == "$(cat "$LIF_STATE/run/$name.stamp" 2>/dev/null)" ]] &&
    "$@" &>/dev/null; then
    note "runs already"
    return
  fi
  stop_daemon "$name" 60
  start_daemon "$name" "$LIF_BUILD/bin/$binary" --config "$config"
  echo "$stamp" >"$LIF_STATE/run/$name.stamp"
  wait_ready "$name" 30 "read the log above" "$@"
}

# claim_server_port: one that was killed a moment ago may still be letting go of its port.
claim_server_port() {
  is_running controlplane && return
  if ! wait_for 5 port_is_free "$(port_of controlplane)"; then
    move_port controlplane
    write_wrapper
  fi
}

port_is_free() { ! port_answers "$1"; }

start_controlplane() {
  mkdir -p "$LIF_STATE/data/blobs"
  claim_server_port
  keep_http_port controlplane
  write_controlplane_config | start_process controlplane lif-controlplane server_ready
  note "${LIF_PHASE_NOTE:-$(server_address)}"
}

start_executor() {
  mkdir -p "$LIF_STATE/data/$1"
  keep_http_port "$1"
  write_executor_config "$1" | start_process "$1" lif-executor executor_ready "$1"
}

start_executors() {
  local name
  for name in $(executor_names); do start_executor "$name"; done
  note "${LIF_PHASE_NOTE:-$(executor_names | wc -l) × $LIF_SLOTS slots}"
}

# keep_http_port NAME: the port of /metrics and health, unless someone else took it meanwhile.
keep_http_port() { is_running "$1" || ! port_answers "$(port_of "http-$1")" || move_port "http-$1"; }

# is_ready NAME: what the component says of itself and of what it needs.
is_ready() { curl -fsS --noproxy '*' --max-time 5 "http://$(http_address "$1")/readyz"; }
server_ready() { is_ready controlplane && run_lif queues --output json; }
executor_ready() { is_ready "$1" && run_lif executors --output json | grep -q "\"$1\""; }

stop_executors() {
  local file
  for file in "$LIF_STATE"/run/executor-*.pid; do
    [[ ! -e $file ]] || stop_daemon "$(basename "$file" .pid)" 60
  done
}

# run_lif ARG…: the client against this factory.
run_lif() { "$LIF_STATE/bin/lif" "$@"; }

# write_wrapper: .lif/bin/lif, the client with this factory's addresses. Credentials of the
# publisher are given to the commands of the catalog alone, those that look deeper to the doctor.
write_wrapper() {
  write_private "$LIF_STATE/etc/publisher.env" <<ENV
export LIF_PUBLISHER_DSN='$(postgres_dsn lif_publisher)'
ENV
  write_private "$LIF_STATE/etc/doctor.env" <<ENV
export LIF_DOCTOR_POSTGRES_DSN='$(postgres_dsn lif_executor)'
export LIF_DOCTOR_REDIS_URL='$(redis_url admin)'
ENV
  cat >"$LIF_STATE/bin/lif" <<SH
#!/bin/bash
export LIF_SERVER='$(server_address)' LIF_REGISTRY='$(registry_prefix)' LIF_REGISTRY_INSECURE=true
export DOCKER_HOST='${DOCKER_HOST:-}' LIF_NETWORK='$(network_mode)'
export LIF_BLOB_DIR='$LIF_STATE/data/blobs' LIF_BASE_FROM='$LIF_STATE/catalog'
export $(scanner_environment | tr '\n' ' ')
if [[ \${1:-} == catalog ]]; then source '$LIF_STATE/etc/publisher.env'; fi
if [[ \${1:-} == doctor ]]; then source '$LIF_STATE/etc/doctor.env'; fi
exec '$LIF_BUILD/bin/lif' "\$@"
SH
  chmod +x "$LIF_STATE/bin/lif"
}

# publish_catalog SOURCE: a copy with this site's variables and its bases pinned, published.
publish_catalog() {
  local source="$LIF_STATE/data/catalog-source" log="$LIF_STATE/log/publish.log" base
  : >"$log"
  rm -rf "$source"
  cp -r "$1" "$source"
  set_variable "$source/catalog.yaml" registry "$(registry_prefix)"
  set_variable "$source/catalog.yaml" npm_registry "$(site_npm_registry)"
  for base in $LIF_BASES; do
    rm -rf "$LIF_STATE/catalog"
    run_lif catalog update-base "$base" --catalog "$source" --into "$LIF_STATE/catalog" \
      >>"$log" 2>&1 ||
      die publish "base $base can't be pinned" "is the registry at $(registry_address) up?"
    rm -rf "$source"
    cp -r "$LIF_STATE/catalog" "$source"
  done
  run_lif catalog publish "$LIF_STATE/catalog" >>"$log" 2>&1 ||
    die publish "the catalog is refused" "$(publish_remedy "$log")"
  note "$(tail -n 1 "$log")"
}

# publish_remedy LOG: what was published never changes, which the catalog's own files may have.
publish_remedy() {
  if ! grep -q 'is published with other content' "$1"; then
    echo "correct what the log names, then run this again"
    return
  fi
  echo "what this factory has published never changes. Either undo the change that the log names" \
    "and write it as a new version (docs/catalog.md), or begin with an empty factory:" \
    "deploy/quickstart down; mv $LIF_STATE $LIF_STATE.old; deploy/quickstart"
}

# set_variable FILE NAME VALUE: of a catalog that has the variable; nothing when VALUE is empty.
set_variable() {
  [[ -z $3 ]] || sed -i "s|^  $2: .*|  $2: \"$3\"|" "$1"
}

# site_npm_registry: where this machine's npm gets packages, when that is not npm's own default.
site_npm_registry() {
  local here default
  command -v npm >/dev/null || return 0
  here=$(cd / && npm config get registry 2>/dev/null) || return 0
  default=$(cd / && env npm_config_userconfig=/dev/null npm_config_globalconfig=/dev/null \
    npm config get registry 2>/dev/null) || return 0
  if [[ $here != "$default" ]]; then echo "$here"; fi
}
