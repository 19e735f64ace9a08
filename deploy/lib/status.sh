# shellcheck shell=bash
# What runs, where it answers, what to connect to: for people and, as JSON, for programs.

LIF_COMPONENTS="docker redis registry postgres controlplane"

component_health() {
  case $1 in
    docker) engine_answers ;;
    redis) redis_ready ;;
    registry) registry_ready ;;
    postgres) postgres_ready ;;
    controlplane) server_ready ;;
    # The list names a lost executor for a while: its process must be there too.
    executor-*) is_running "$1" && executor_ready "$1" ;;
  esac
}

component_address() {
  case $1 in
    docker) cat "$LIF_STATE/etc/engine.host" 2>/dev/null || true ;;
    redis | registry | postgres | controlplane)
      if [[ -s $LIF_STATE/etc/$1.port ]]; then echo "127.0.0.1:$(port_of "$1")"; fi ;;
  esac
}

# component_http NAME: where /metrics, /healthz and /readyz are, of those that have them.
component_http() {
  if [[ -s $LIF_STATE/etc/http-$1.port ]]; then echo "http://$(http_address "$1")"; fi
}

all_components() {
  echo "$LIF_COMPONENTS" | tr ' ' '\n'
  local file
  for file in "$LIF_STATE"/etc/executor-*.ini; do
    if [[ -e $file ]]; then basename "$file" .ini; fi
  done
}

# component_lines: "name|pid or -|ok or down|address|HTTP address" for each component.
component_lines() {
  local name pid health
  DOCKER_HOST=$(cat "$LIF_STATE/etc/engine.host" 2>/dev/null || true)
  export DOCKER_HOST
  for name in $(all_components); do
    pid=$(pid_of "$name" || echo -)
    health=down
    if component_health "$name" &>/dev/null; then health=ok; fi
    echo "$name|$pid|$health|$(component_address "$name")|$(component_http "$name")"
  done
}

show_status() {
  printf '%-14s %-8s %-6s %-24s %s\n' component process health address 'metrics and health'
  component_lines | while IFS='|' read -r name pid health address http; do
    printf '%-14s %-8s %-6s %-24s %s\n' "$name" "$pid" "$health" "${address:--}" "$http"
  done
  echo "state in $LIF_STATE, logs in $LIF_STATE/log; --json adds the connection strings"
}

# show_status_json: holds passwords; it is for the user who owns the state directory.
show_status_json() {
  {
    component_lines
    echo "=dsn"
    for role in $LIF_POSTGRES_ROLES; do echo "$role|$(postgres_dsn "$role")"; done
    echo "=redis"
    for user in controlplane executor admin; do echo "$user|$(redis_url "$user")"; done
  } | LIF_REGISTRY="$(registry_prefix)" LIF_SERVER="$(server_address)" \
    LIF_DOCKER="$(component_address docker)" python3 "$LIF_LIB/status_json.py"
}

all_healthy() { ! component_lines | grep -q '|down|'; }
