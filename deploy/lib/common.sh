# shellcheck shell=bash
# Shared by deploy/quickstart and the tests: messages, deadlines, state directories, secrets.
# A caller sets LIF_ROOT (the checkout) before it sources this file. State lives in LIF_STATE.

: "${LIF_ROOT:?set LIF_ROOT to the root of the checkout}"
LIF_STATE="${LIF_STATE:-$LIF_ROOT/.lif}"
[[ $LIF_STATE == /* ]] || LIF_STATE="$PWD/$LIF_STATE"
export LIF_ROOT LIF_STATE
# Where daemons are, which the PATH of an ordinary user lacks.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

say() { printf '%s\n' "$*" >&2; }

# die COMPONENT MESSAGE [REMEDY]: what failed, the end of its log when it has one, what to do.
die() {
  local component=$1 message=$2 remedy=${3:-} log
  log="$LIF_STATE/log/$component.log"
  say ""
  say "error: $component: $message"
  if [[ -s $log ]]; then
    say "last lines of $log:"
    tail -n 15 "$log" | sed 's/^/  | /' >&2
  fi
  [[ -z $remedy ]] || say "what to do: $remedy"
  exit 1
}

now_ms() { date +%s%3N; }

# phase NAME COMMAND…: runs COMMAND in this shell and prints how long it took.
phase() {
  local name=$1 started
  shift
  started=$(now_ms)
  LIF_PHASE_NOTE=""
  "$@"
  local took=$(($(now_ms) - started))
  printf '  %-34s %3d.%03d s  %s\n' "$name" $((took / 1000)) $((took % 1000)) \
    "${LIF_PHASE_NOTE:-}" >&2
}

# note TEXT: what `phase` prints beside the time.
note() { LIF_PHASE_NOTE=$*; }

# as_root COMMAND…: runs it as root, with sudo when we are not.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -- "$@"
  else
    die setup "'$1' needs root, and there is no sudo" "run this as root, or install sudo"
  fi
}

# wait_for SECONDS COMMAND…: polls until COMMAND succeeds; fails when the deadline passes.
wait_for() {
  local deadline=$(($(now_ms) + $1 * 1000))
  shift
  until "$@" >/dev/null 2>&1; do
    (($(now_ms) < deadline)) || return 1
    sleep 0.05
  done
}

make_state_dirs() {
  mkdir -p "$LIF_STATE"/{bin,data,etc,log,run,secrets}
  chmod 700 "$LIF_STATE/etc" "$LIF_STATE/secrets"
  # The instance ID names what can't live under the state directory (short socket paths, a
  # database that another user must reach), so that two checkouts never meet.
  [[ -s $LIF_STATE/instance ]] || random_hex 4 >"$LIF_STATE/instance"
  LIF_INSTANCE=$(<"$LIF_STATE/instance")
  export LIF_INSTANCE
}

random_hex() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

# write_private FILE: stdin to FILE, readable by its owner alone, replaced in one step.
write_private() {
  local temporary="$1.new.$$"
  (umask 077 && cat >"$temporary")
  mv -f "$temporary" "$1"
}

# secret NAME: prints the secret of that name; makes it on first use.
secret() {
  local file="$LIF_STATE/secrets/$1"
  [[ -s $file ]] || random_hex 24 | write_private "$file"
  cat "$file"
}

# port_of NAME: prints the loopback port kept for NAME; picks a free one on first use.
port_of() {
  local file="$LIF_STATE/etc/$1.port"
  [[ -s $file ]] || free_port >"$file"
  cat "$file"
}

# move_port NAME: forgets NAME's port, because someone else took it, and picks another one.
move_port() {
  rm -f "$LIF_STATE/etc/$1.port"
  port_of "$1" >/dev/null
}

# free_port: prints a TCP port that nobody listens on now and that no neighbour is given soon.
free_port() {
  local port taken
  taken=$(cat "$LIF_STATE"/etc/*.port 2>/dev/null || true)
  while :; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    grep -qx "$port" <<<"$taken" && continue
    port_answers "$port" || break
  done
  echo "$port"
}

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
