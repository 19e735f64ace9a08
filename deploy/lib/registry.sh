# shellcheck shell=bash
# The OCI registry on loopback, with its storage in the state directory.

registry_address() { echo "127.0.0.1:$(port_of registry)"; }

registry_ready() { curl -fsS -m 5 -o /dev/null "http://$(registry_address)/v2/"; }

start_registry() {
  if is_running registry && registry_ready; then
    note "runs already, $(registry_address)"
    return
  fi
  stop_daemon registry
  claim_registry_port
  mkdir -p "$LIF_STATE/data/registry"
  write_registry_config | write_private "$LIF_STATE/etc/registry.yml"
  start_daemon registry docker-registry serve "$LIF_STATE/etc/registry.yml"
  wait_ready registry 30 "read the log above" registry_ready
  note "$(registry_address)"
}

# What was published names its images by this address, so that it can't move once it was used.
claim_registry_port() {
  if ! port_answers "$(port_of registry)"; then return; fi
  if [[ -d $LIF_STATE/data/registry ]]; then
    die registry "another process listens on $(registry_address)" \
      "stop it (ss -ltnp shows it), or remove $LIF_STATE to begin anew"
  fi
  move_port registry
}

write_registry_config() {
  cat <<YAML
version: 0.1
log:
  level: warn
  accesslog:
    disabled: true
storage:
  filesystem:
    rootdirectory: "$LIF_STATE/data/registry"
  delete:
    enabled: true
http:
  addr: $(registry_address)
  secret: "$(secret registry-http)"
YAML
}

# registry_has REPOSITORY REFERENCE: whether the manifest is there.
registry_has() {
  curl -fsS -m 10 -o /dev/null -I "http://$(registry_address)/v2/$1/manifests/$2" \
    -H 'Accept: application/vnd.oci.image.index.v1+json' \
    -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
    -H 'Accept: application/vnd.docker.distribution.manifest.list.v2+json' \
    -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' 2>/dev/null
}

stop_registry() { stop_daemon registry 20; }
