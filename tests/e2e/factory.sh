#!/bin/bash
# A private factory for tests, from the same scripts as deploy/quickstart:
#   factory.sh up | arm64 | serve | stores | down | start NAME | stop NAME | restart NAME | publish DIR BASE… | json
# `serve` starts the control plane and its stores, with nothing to build; `stores` a database alone,
# and writes the configuration of a Redis that the caller starts.
# LIF_STATE is its state directory, LIF_BUILD holds the binaries, DOCKER_HOST the engine.
# With LIF_DEBIAN_BASE=off `up` makes the small base alone.
set -euo pipefail

LIF_ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
: "${LIF_STATE:?the state directory of the factory}"
# shellcheck source=../../deploy/lib/all.sh
source "$LIF_ROOT/deploy/lib/all.sh"
# Short, so that a lost executor is noticed within the patience of a test.
export LIF_LEASE="${LIF_LEASE:-5s}"

up() {
  phase scanner install_scanner
  phase engine start_engine
  phase postgres start_postgres
  phase redis start_redis
  phase registry start_registry
  phase schema migrate_schema
  write_wrapper
  phase controlplane start_controlplane
  phase executors start_executors
  phase busybox make_busybox_base
  [[ ${LIF_DEBIAN_BASE:-on} == off ]] || phase debian make_debian_base
}

serve() {
  phase postgres start_postgres
  phase redis start_redis
  phase schema migrate_schema
  write_wrapper
  phase controlplane start_controlplane
}

stores() {
  phase postgres start_postgres
  phase schema migrate_schema
  write_redis_users | write_private "$LIF_STATE/etc/redis-users.acl"
  write_redis_config | write_private "$LIF_STATE/etc/redis.conf"
  mkdir -p "$LIF_STATE/data/redis"
  local role
  for role in $LIF_POSTGRES_ROLES; do
    postgres_dsn "$role" | write_private "$LIF_STATE/etc/$role.dsn"
  done
}

# What `quickstart --with-arm64` adds, with the small base in place of Debian's.
arm64() {
  want_arm64
  phase qemu register_qemu
  phase executors start_executors
  phase busybox make_busybox_base arm64
}

down() {
  stop_executors
  stop_daemon controlplane 30
  stop_postgres
  stop_redis
  stop_registry
  if is_running docker; then
    stop_engine
    as_root rm -rf "$LIF_STATE/data/docker"
  fi
  rm_foreign_data
}

# rm_foreign_data: what lies outside the state directory, which the caller removes.
rm_foreign_data() {
  local data
  data=$(postgres_data)
  [[ $data == "$LIF_STATE"/* ]] || rm -rf "${data%/postgres}"
}

start() {
  case $1 in
    controlplane) start_controlplane ;;
    executor-*) start_executor "$1" ;;
    redis | postgres | registry) "start_$1" ;;
    docker) start_engine ;;
  esac
}

stop() {
  case $1 in
    redis | postgres | registry) "stop_$1" ;;
    docker) stop_engine ;;
    *) stop_daemon "$1" 60 ;;
  esac
}

restart() {
  stop "$1"
  start "$1"
}

publish() {
  local directory=$1
  shift
  LIF_BASES="$*" publish_catalog "$directory"
}

make_state_dirs
command=${1:?a command}
shift
case $command in
  up | arm64 | serve | stores | down | start | stop | restart | publish) "$command" "$@" ;;
  json) show_status_json ;;
  *) say "unknown command $command"; exit 2 ;;
esac
