# shellcheck shell=bash
# Base images without a hub: Debian from the machine's own mirror, and a tiny one for tests.

# base_reference NAME: "<registry>/<repository>@<digest>" as it was pushed last.
base_reference() { cat "$LIF_STATE/etc/base-$1.ref"; }

# base_is_there NAME: whether what we pushed is still in the registry.
base_is_there() {
  local digest
  digest=$(sed 's/.*@//' "$LIF_STATE/etc/base-$1.ref" 2>/dev/null)
  [[ -n $digest ]] && registry_has "lif/bases/$1" "$digest"
}

# push_base NAME TAR: imports the root file system and pushes it; remembers its digest.
push_base() {
  local name=$1 tar=$2 repository digest tag=latest
  repository="$(registry_address)/lif/bases/$name"
  docker import --platform linux/amd64 "$tar" "$repository:$tag" >/dev/null
  docker push -q "$repository:$tag" >/dev/null ||
    die engine "can't push $repository:$tag" \
      "the engine must treat 127.0.0.0/8 as an insecure registry (docker info shows it)"
  digest=$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$repository:$tag")
  echo "$repository@$digest" >"$LIF_STATE/etc/base-$name.ref"
}

# make_debian_base: once; the archive is kept, so that an emptied registry is filled in seconds.
make_debian_base() {
  local tar="$LIF_STATE/data/base/debian-12.tar"
  if base_is_there debian-12; then
    note "in the registry"
    return
  fi
  mkdir -p "$LIF_STATE/data/base"
  if [[ ! -s $tar ]]; then
    if [[ -s ${LIF_DEBIAN_BASE_TAR:-} ]]; then
      ln -sf "$LIF_DEBIAN_BASE_TAR" "$tar"
    else
      bootstrap_debian bookworm "$tar"
    fi
  fi
  push_base debian-12 "$tar"
  note "$(base_reference debian-12 | sed 's/\(@sha256:............\).*/\1…/')"
}

# bootstrap_debian SUITE TAR: from the sources that this machine uses, written into the image too.
bootstrap_debian() {
  local suite=$1 tar=$2 log="$LIF_STATE/log/mmdebstrap.log" sources
  sources=$(debian_sources "$suite")
  [[ -n $sources ]] || die mmdebstrap "no Debian mirror found in /etc/apt" \
    "run apt-get update and try again"
  local -a include=()
  # A base that can't verify its mirror can't install the certificates to verify it with.
  [[ $sources != *https:* ]] || include=(--include=ca-certificates)
  as_root mmdebstrap --variant=minbase --format=tar "${include[@]}" "$suite" "$tar.new" - \
    <<<"$sources" >"$log" 2>&1 ||
    die mmdebstrap "can't make the Debian base" "read the log; is the mirror reachable?"
  as_root chown "$(id -u):$(id -g)" "$tar.new"
  mv -f "$tar.new" "$tar"
}

# make_busybox_base: 2 MB, for tests that only need a shell.
make_busybox_base() {
  local root="$LIF_STATE/data/base/busybox" tar="$LIF_STATE/data/base/busybox.tar"
  base_is_there busybox && return
  mkdir -p "$root"/{bin,tmp,etc,var,root}
  cp /bin/busybox "$root/bin/busybox"
  "$root/bin/busybox" --list | while read -r applet; do
    ln -sf busybox "$root/bin/$applet"
  done
  echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
  chmod 1777 "$root/tmp"
  tar -C "$root" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$tar" .
  push_base busybox "$tar"
}
