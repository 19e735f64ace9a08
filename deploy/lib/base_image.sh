# shellcheck shell=bash
# Base images without a hub: Debian from the machine's own mirror, and a tiny one for tests.

# base_reference NAME [ARCH]: "<registry>/<repository>@<digest>" as it was pushed last.
base_reference() { cat "$(base_file "$@")"; }

# base_file NAME [ARCH]: amd64 was there first, and keeps the short name.
base_file() {
  local suffix=""
  [[ ${2:-amd64} == amd64 ]] || suffix="-$2"
  echo "$LIF_STATE/etc/base-$1$suffix.ref"
}

# base_is_there NAME ARCH: whether what we pushed is still in the registry.
base_is_there() {
  local digest
  digest=$(sed 's/.*@//' "$(base_file "$1" "$2")" 2>/dev/null)
  [[ -n $digest ]] && registry_has "lif/bases/$1" "$digest"
}

base_repository() { echo "$(registry_address)/lif/bases/$1"; }

# push_base NAME ARCH TAR: packs the root file system and pushes it; remembers its digest.
push_base() {
  local name=$1 arch=$2 tar=$3 log="$LIF_STATE/log/base.log" repository layout digest
  repository=$(base_repository "$name")
  layout="$LIF_STATE/data/base/$name-$arch.oci"
  digest=$(python3 -B "$LIF_LIB/oci_layout.py" "$arch" "$tar" "$layout") ||
    die base "can't pack $tar" "is the disk full?"
  skopeo --insecure-policy copy --preserve-digests --dest-tls-verify=false \
    "oci:$layout" "docker://$repository:linux-$arch" >"$log" 2>&1 ||
    die base "can't push $repository" "is the registry at $(registry_address) up?"
  rm -rf "$layout"
  echo "$repository@$digest" >"$(base_file "$name" "$arch")"
}

# tag_base NAME: "latest" is what update-base asks for: all platforms that were pushed.
tag_base() {
  local name=$1 log="$LIF_STATE/log/base.log" arch
  local -a parts=()
  for arch in amd64 arm64; do
    if base_is_there "$name" "$arch"; then parts+=("$(base_reference "$name" "$arch")"); fi
  done
  docker buildx imagetools create -t "$(base_repository "$name"):latest" "${parts[@]}" \
    >"$log" 2>&1 || die base "can't tag $(base_repository "$name"):latest" "read the log"
}

# make_debian_base ARCH: once; the archive is kept, so that an emptied registry is filled in seconds.
make_debian_base() {
  local arch=${1:-amd64} tar given=${LIF_DEBIAN_BASE_TAR:-}
  tar="$LIF_STATE/data/base/debian-12.tar"
  if [[ $arch != amd64 ]]; then
    tar="$LIF_STATE/data/base/debian-12-$arch.tar"
    given=${LIF_DEBIAN_ARM64_BASE_TAR:-}
  fi
  if base_is_there debian-12 "$arch"; then
    note "in the registry"
    return
  fi
  mkdir -p "$LIF_STATE/data/base"
  if [[ ! -s $tar ]]; then
    if [[ -s $given ]]; then
      ln -sf "$given" "$tar"
    else
      bootstrap_debian bookworm "$arch" "$tar"
    fi
  fi
  push_base debian-12 "$arch" "$tar"
  tag_base debian-12
  note "$(base_reference debian-12 "$arch" | sed 's/\(@sha256:............\).*/\1…/')"
}

# bootstrap_debian SUITE ARCH TAR: from the sources that this machine uses, written into the image too.
bootstrap_debian() {
  local suite=$1 arch=$2 tar=$3 log="$LIF_STATE/log/mmdebstrap.log" sources
  sources=$(debian_sources "$suite")
  [[ -n $sources ]] || die mmdebstrap "no Debian mirror found in /etc/apt" \
    "run apt-get update and try again"
  local -a include=()
  # A base that can't verify its mirror can't install the certificates to verify it with.
  [[ $sources != *https:* ]] || include=(--include=ca-certificates)
  as_root mmdebstrap --variant=minbase --architectures="$arch" --format=tar "${include[@]}" \
    --customize-hook="$(trust_hook)" "$suite" "$tar.new" - <<<"$sources" >"$log" 2>&1 ||
    die mmdebstrap "can't make the Debian base for $arch" "read the log; is the mirror reachable?"
  as_root chown "$(id -u):$(id -g)" "$tar.new"
  mv -f "$tar.new" "$tar"
}

# trust_hook: what gives the image the root certificates that this machine's administrator added, as a
# company with an inspecting proxy does. Without them npm and curl could not work inside a RUN. They
# take effect when ca-certificates is installed, by the mirror's need or by a module.
trust_hook() {
  cat <<'HOOK'
set -eu
added=/usr/local/share/ca-certificates
[ -n "$(find "$added" -name "*.crt" 2>/dev/null)" ] || exit 0
mkdir -p "$1$added"
find "$added" -name "*.crt" -exec install -m 0644 -t "$1$added" {} +
[ ! -x "$1/usr/sbin/update-ca-certificates" ] || chroot "$1" update-ca-certificates
HOOK
}

# make_busybox_base [ARCH]: 2 MB, for tests that only need a shell.
make_busybox_base() {
  local arch=${1:-amd64} root="$LIF_STATE/data/base/busybox" applet
  local tar="$root.tar"
  if base_is_there busybox "$arch"; then return; fi
  rm -rf "$root" "$root.deb"
  mkdir -p "$root"/{bin,tmp,etc,var,root}
  for applet in $(/bin/busybox --list); do
    ln -sf busybox "$root/bin/$applet"
  done
  if [[ $arch == amd64 ]]; then
    cp --remove-destination /bin/busybox "$root/bin/busybox"
  else
    foreign_package "$arch" busybox-static "$root.deb"
    cp --remove-destination "$root.deb"/*bin/busybox "$root/bin/busybox"
  fi
  echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
  chmod 1777 "$root/tmp"
  tar -C "$root" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$tar" .
  push_base busybox "$arch" "$tar"
  tag_base busybox
}
