# shellcheck shell=bash
# The Docker engine: one that answers is used as it is, else our own dockerd is started.

# The factory needs the containerd image store: without it there is no OCI output with
# rewritten timestamps and no export of registry caches.
engine_has_image_store() {
  docker info -f '{{json .DriverStatus}}' 2>/dev/null | grep -q io.containerd.snapshotter
}

engine_answers() {
  command -v docker >/dev/null && timeout 10 docker version -f '{{.Server.Version}}' &>/dev/null
}

# Sockets live under /run because a socket path may not be longer than 107 bytes.
engine_run_dir() { echo "/run/lif-$LIF_INSTANCE"; }

own_engine_socket() { echo "unix://$(engine_run_dir)/docker.sock"; }

# start_engine: leaves DOCKER_HOST exported for whoever comes next.
start_engine() {
  prefer_packaged_docker
  if [[ ${LIF_ENGINE:-} != own ]] && ! is_running docker && engine_answers; then
    use_found_engine
    return
  fi
  DOCKER_HOST=$(own_engine_socket)
  export DOCKER_HOST
  if is_running docker && engine_answers; then
    note "runs already, $DOCKER_HOST"
  else
    start_own_engine
    note "own, $DOCKER_HOST"
  fi
  remember_engine own
}

use_found_engine() {
  DOCKER_HOST=${DOCKER_HOST:-$(docker context inspect -f '{{.Endpoints.docker.Host}}' 2>/dev/null ||
    echo unix:///var/run/docker.sock)}
  export DOCKER_HOST
  engine_has_image_store || die engine \
    "the Docker engine at $DOCKER_HOST has no containerd image store" \
    "set {\"features\": {\"containerd-snapshotter\": true}} in its daemon.json (Docker 24 or \
newer) and restart it, or export LIF_ENGINE=own to let the factory start its own"
  note "found, $DOCKER_HOST"
  remember_engine found
}

remember_engine() {
  printf '%s\n' "$1" >"$LIF_STATE/etc/engine.kind"
  printf '%s\n' "$DOCKER_HOST" >"$LIF_STATE/etc/engine.host"
}

# prefer_packaged_docker: a bare client elsewhere on the PATH may lack the buildx plugin.
prefer_packaged_docker() {
  docker buildx version &>/dev/null && return
  if [[ -x /usr/bin/docker ]]; then PATH="/usr/bin:$PATH"; fi
  docker buildx version &>/dev/null || die engine "docker has no buildx plugin" \
    "install docker-buildx, or let deploy/quickstart do it"
}

start_own_engine() {
  local run_dir config="$LIF_STATE/etc/dockerd.json"
  run_dir=$(engine_run_dir)
  command -v dockerd >/dev/null || die engine "dockerd is not installed" "install docker.io"
  prepare_kernel
  as_root mkdir -p "$run_dir"
  write_engine_config "$run_dir" >"$config"
  # BuildKit cuts the log of a step at 2 MiB and 200 KiB/s unless it is told not to.
  local -a command=(env BUILDKIT_STEP_LOG_MAX_SIZE=-1 BUILDKIT_STEP_LOG_MAX_SPEED=-1
    dockerd --config-file "$config")
  if ((EUID != 0)); then command=(sudo -n "${command[@]}"); fi
  # A crash leaves these behind, and dockerd would refuse to start or wait for them.
  as_root rm -f "$run_dir/docker.pid" "$run_dir/docker.sock"
  start_daemon docker "${command[@]}"
  wait_ready docker 60 "read the log; a machine without overlayfs, iptables or cgroups can't run \
Docker: then point DOCKER_HOST to an engine elsewhere" engine_answers
}

write_engine_config() {
  local run_dir=$1 bridge=""
  # Beside another engine: a bridge of our own, or the two would fight over docker0.
  if ip link show docker0 &>/dev/null && engine_elsewhere; then
    bridge=$(printf '"bridge": "%s", "iptables": false, "ip-masq": false,' "$(make_bridge)")
    echo host >"$LIF_STATE/etc/engine.network"
  fi
  cat <<JSON
{
  "features": {"containerd-snapshotter": true},
  "data-root": "$LIF_STATE/data/docker",
  "exec-root": "$run_dir/exec",
  "pidfile": "$run_dir/docker.pid",
  "hosts": ["unix://$run_dir/docker.sock"],
  "group": "$(id -gn)",
  $bridge
  "insecure-registries": ["127.0.0.0/8"],
  "log-driver": "local",
  "max-concurrent-uploads": 10
}
JSON
}

engine_elsewhere() { pgrep -x dockerd >/dev/null; }

make_bridge() {
  local name="lif$LIF_INSTANCE" third=$((RANDOM % 200 + 20))
  if ! ip link show "$name" &>/dev/null; then
    as_root ip link add "$name" type bridge
    as_root ip address add "10.213.$third.1/24" dev "$name"
    as_root ip link set "$name" up
  fi
  echo "$name"
}

# prepare_kernel: what systemd does elsewhere, for machines and containers without it.
prepare_kernel() {
  if [[ ! -e /sys/fs/cgroup/cgroup.controllers && -z $(ls -A /sys/fs/cgroup 2>/dev/null) ]]; then
    as_root mount -t cgroup2 cgroup2 /sys/fs/cgroup
  fi
  as_root modprobe -q overlay 2>/dev/null || true
}

stop_engine() {
  local run_dir
  run_dir=$(engine_run_dir)
  stop_daemon docker 30
  as_root rm -rf "$run_dir"
  if ip link show "lif$LIF_INSTANCE" &>/dev/null; then as_root ip link del "lif$LIF_INSTANCE"; fi
}
