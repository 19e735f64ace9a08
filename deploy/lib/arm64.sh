# shellcheck shell=bash
# linux/arm64 on this machine: QEMU, registered with the kernel, runs the programs of that platform,
# in builds and in tests. Several times slower than a machine of its kind, and otherwise the same.

LIF_BINFMT=/proc/sys/fs/binfmt_misc
# What an aarch64 program begins with; a handler of any name does.
LIF_ARM64_MAGIC='magic 7f454c460201010000000000000000000200b7'

# Asked for once, it stays until it is no more wanted: `up` after `down` starts it again.
want_arm64() { : >"$LIF_STATE/etc/arm64"; }
arm64_wanted() { [[ -e $LIF_STATE/etc/arm64 ]]; }

# leave_arm64_out: its executor ends. What was published and built for it stays.
leave_arm64_out() {
  arm64_wanted || return 0
  stop_daemon executor-arm64 60
  rm -f "$LIF_STATE/etc/arm64" "$LIF_STATE/etc/executor-arm64.ini"
}

# arm64_handler: the file of the handler that serves containers too. Flag F is what makes it do so:
# the kernel holds the program open, which a container's file system lacks.
arm64_handler() {
  local file
  for file in "$LIF_BINFMT"/*; do
    if [[ $file != */register && $file != */status ]] && serves_arm64 "$file"; then
      echo "$file"
      return
    fi
  done
  return 1
}

serves_arm64() {
  grep -q "^$LIF_ARM64_MAGIC" "$1" 2>/dev/null && grep -qx enabled "$1" && grep -q '^flags:.*F' "$1"
}

register_qemu() {
  local log="$LIF_STATE/log/qemu.log" handler rule=/usr/lib/binfmt.d/qemu-aarch64.conf
  if [[ $(uname -m) == aarch64 ]]; then
    note "not needed here"
    return
  fi
  if handler=$(arm64_handler); then
    note "registered already, $(sed -n 's/^interpreter //p' "$handler")"
    return
  fi
  : >"$log"
  [[ -s $rule ]] || die qemu "$rule is not there" "apt-get install qemu-user-static"
  mount_binfmt "$log"
  # A rule of that name that is off, or serves no containers, would be in the way.
  [[ ! -e $LIF_BINFMT/qemu-aarch64 ]] || echo -1 | as_root tee "$LIF_BINFMT/qemu-aarch64" >/dev/null
  as_root tee "$LIF_BINFMT/register" <"$rule" >/dev/null 2>>"$log" || true
  handler=$(arm64_handler) || die qemu "the kernel does not take $rule" \
    "register it by hand: cat $rule > $LIF_BINFMT/register, as root, outside of a container"
  note "registered with the kernel until it restarts, $(sed -n 's/^interpreter //p' "$handler")"
}

mount_binfmt() {
  [[ ! -e $LIF_BINFMT/register ]] || return 0
  as_root modprobe -q binfmt_misc 2>>"$1" || true
  as_root mount -t binfmt_misc binfmt_misc "$LIF_BINFMT" 2>>"$1" || die qemu \
    "the kernel's binfmt_misc can't be mounted" \
    "do it where the kernel's settings can be changed: mount -t binfmt_misc binfmt_misc $LIF_BINFMT"
}

# foreign_package ARCH PACKAGE DIR: the package's files of another architecture, below DIR. apt gets
# directories of its own: nothing of the machine's package lists changes.
foreign_package() {
  local arch=$1 package=$2 to=$3 log="$LIF_STATE/log/apt-$1.log" own
  own=$(mktemp -d)
  mkdir -p "$own"/{lists,cache}/partial "$to"
  local -a options=(-o "APT::Architecture=$arch" -o "APT::Architectures=$arch"
    -o "Dir::State::Lists=$own/lists" -o "Dir::Cache=$own/cache" -o Dir::State::status=/dev/null)
  debian_sources "$(debian_codename)" >"$own/sources.list"
  options+=(-o "Dir::Etc::SourceList=$own/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o APT::Sandbox::User=root -o APT::Update::Error-Mode=any)
  if ! (
    set -e
    cd "$own"
    apt-get -q "${options[@]}" update
    apt-get -q "${options[@]}" download "$package"
    dpkg-deb --extract "$own"/*.deb "$to"
  ) >"$log" 2>&1; then
    die "apt-$arch" "can't get $package for $arch" "read the log; is the mirror reachable?"
  fi
  rm -rf "$own"
}
