# shellcheck shell=bash
# Daemons by process ID: start in the background, tell whether one lives, stop it.
# A pid file holds "<pid> <start time>": a pid that the kernel gave to someone else is not ours.

pid_file() { echo "$LIF_STATE/run/$1.pid"; }

# start_time PID: when the process started, in clock ticks since boot; fails when it is gone.
start_time() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # The command name may hold spaces: count fields after its closing parenthesis.
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  [[ $1 != Z ]] || return 1
  echo "${20}"
}

# remember_pid NAME PID: a process that outlives this shell belongs to component NAME.
remember_pid() {
  local started
  started=$(start_time "$2") || return 1
  echo "$2 $started" >"$(pid_file "$1")"
}

# pid_of NAME: prints the pid of component NAME; fails when it doesn't run.
pid_of() {
  local pid started now
  read -r pid started 2>/dev/null <"$(pid_file "$1")" || return 1
  now=$(start_time "$pid") || return 1
  [[ $now == "$started" ]] || return 1
  echo "$pid"
}

is_running() { pid_of "$1" >/dev/null; }

# start_daemon NAME COMMAND…: in its own session, output appended to log/NAME.log.
# The caller then waits for readiness with wait_ready.
start_daemon() {
  local name=$1 log="$LIF_STATE/log/$1.log"
  shift
  keep_log_small "$log"
  printf -- '---- %s starts: %s\n' "$(date -u +%FT%TZ)" "$1" >>"$log"
  # A daemon outlives this shell: it must not hold the lock that ends with this shell.
  (
    [[ -z ${LIF_LOCK:-} ]] || exec {LIF_LOCK}>&-
    exec setsid "$@"
  ) >>"$log" 2>&1 </dev/null &
  local pid=$!
  disown "$pid"
  remember_pid "$name" "$pid" || die "$name" "it ended at once" "read the log above"
}

# keep_log_small FILE: one old generation is kept once a log passes 64 MiB.
keep_log_small() {
  local size
  size=$(stat -c %s "$1" 2>/dev/null || echo 0)
  ((size < 64 * 1024 * 1024)) || mv -f "$1" "$1.1"
}

# wait_ready NAME SECONDS REMEDY COMMAND…: polls COMMAND; dies early when the process ends.
wait_ready() {
  local name=$1 seconds=$2 remedy=$3 deadline
  shift 3
  deadline=$(($(now_ms) + seconds * 1000))
  until "$@" >/dev/null 2>&1; do
    is_running "$name" || die "$name" "it ended before it was ready" "$remedy"
    (($(now_ms) < deadline)) || die "$name" "not ready after $seconds s" "$remedy"
    sleep 0.05
  done
}

# stop_daemon NAME [SECONDS] [SIGNAL]: asks it to end, and kills it when the deadline passes.
stop_daemon() {
  local name=$1 seconds=${2:-20} signal=${3:-TERM} pid
  if pid=$(pid_of "$name"); then
    send_signal "$signal" "$pid"
    if ! wait_for "$seconds" is_gone "$name"; then
      say "$name did not end within $seconds s after $signal: killing it"
      send_signal KILL "$pid"
      wait_for 5 is_gone "$name" || die "$name" "process $pid can't be killed"
    fi
  fi
  rm -f "$(pid_file "$name")"
}

is_gone() { ! is_running "$1"; }

send_signal() {
  kill -s "$1" "$2" 2>/dev/null || as_root kill -s "$1" "$2" 2>/dev/null || true
}
