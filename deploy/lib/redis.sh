# shellcheck shell=bash
# Redis on loopback: every acknowledged write is on disk, nothing is evicted, one user a role.

redis_url() { echo "redis://$1:$(secret "redis-$1")@127.0.0.1:$(port_of redis)"; }

# redis_admin ARG…: redis-cli as the administrator. The password goes through the environment.
redis_admin() {
  REDISCLI_AUTH=$(secret redis-admin) timeout 10 \
    redis-cli --no-auth-warning --user admin -p "$(port_of redis)" "$@"
}

redis_ready() { [[ $(redis_admin ping) == PONG ]]; }

start_redis() {
  if is_running redis && redis_ready; then
    update_redis_users
    note "runs already, 127.0.0.1:$(port_of redis)"
    return
  fi
  stop_daemon redis
  ! port_answers "$(port_of redis)" || move_port redis
  mkdir -p "$LIF_STATE/data/redis"
  write_redis_users | write_private "$LIF_STATE/etc/redis-users.acl"
  write_redis_config | write_private "$LIF_STATE/etc/redis.conf"
  start_daemon redis redis-server "$LIF_STATE/etc/redis.conf"
  wait_ready redis 30 "a damaged append-only file is repaired by redis-check-aof --fix" redis_ready
  note "127.0.0.1:$(port_of redis)"
}

write_redis_config() {
  cat <<CONF
bind 127.0.0.1
port $(port_of redis)
dir "$LIF_STATE/data/redis"
aclfile "$LIF_STATE/etc/redis-users.acl"
appendonly yes
appendfsync always
save ""
maxmemory-policy noeviction
daemonize no
tcp-keepalive 60
CONF
}

# Nobody can log in as the user default, but Redis 7.0 replays the append-only file with its rights:
# without them each transaction in the file, which is each call of a function, is skipped in silence.
# Factory users may run functions and touch the factory's keys; administration is for admin.
write_redis_users() {
  local user
  echo "user default off resetpass ~* &* +@all"
  echo "user admin on >$(secret redis-admin) ~* &* +@all"
  for user in controlplane executor; do
    echo "user $user on >$(secret "redis-$user") ~lif:* &lif:* +@all -@admin -@dangerous +info"
  done
}

# update_redis_users: what another version of these scripts gave them is taken back at once.
update_redis_users() {
  local file="$LIF_STATE/etc/redis-users.acl"
  [[ $(write_redis_users) != "$(cat "$file")" ]] || return 0
  write_redis_users | write_private "$file"
  [[ $(redis_admin acl load) == OK ]] || die redis "its users can't be read anew" "read $file"
}

stop_redis() { stop_daemon redis 20; }
