# shellcheck shell=bash
# Installs what is missing from deploy/packages. apt is touched only when something is.

LIF_PACKAGE_LIST="$LIF_ROOT/deploy/packages"

# wanted_packages GROUP…: prints "<package>[/<suite>]" lines of the groups.
wanted_packages() {
  local group package
  while read -r group package; do
    [[ " $* " != *" $group "* ]] || echo "$package"
  done < <(grep -v '^#' "$LIF_PACKAGE_LIST")
}

is_installed() {
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# missing_packages GROUP…: what the groups want and this machine lacks.
missing_packages() {
  local package
  for package in $(wanted_packages "$@"); do
    is_installed "${package%%/*}" || echo "$package"
  done
}

debian_codename() { (. /etc/os-release && echo "${VERSION_CODENAME:-}"); }

# install_packages GROUP…: leaves the machine as it is when nothing is missing.
install_packages() {
  local missing log="$LIF_STATE/log/apt.log"
  mapfile -t missing < <(missing_packages "$@" | skip_engine_when_one_answers | skip_scanner_tools)
  if ((${#missing[@]} == 0)); then
    note "nothing missing"
    return
  fi
  command -v apt-get >/dev/null || die setup "this is no Debian: apt-get is missing" \
    "install these by hand: ${missing[*]}"
  mkdir -p "$LIF_STATE/log"
  : >"$log"
  refresh_package_lists "$log"
  if [[ ${missing[*]} == */* ]]; then
    add_missing_suites "$log" "${missing[@]}"
    mapfile -t missing < <(printf '%s\n' "${missing[@]}" | drop_own_suite)
  fi
  apt_run install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1 ||
    die apt "can't install: ${missing[*]}" "repeat by hand: apt-get install ${missing[*]}"
  note "${#missing[@]} packages"
}

refresh_package_lists() {
  apt_run update -o APT::Update::Error-Mode=any >>"$1" 2>&1 ||
    die apt "the package lists can't be read" "check the sources in /etc/apt and the network"
}

apt_run() {
  # Daemons that packages bring are never started by apt: the factory starts its own.
  as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# An engine that works, with its buildx, stays as its owner installed it.
skip_engine_when_one_answers() {
  if engine_answers && docker buildx version >/dev/null 2>&1; then
    grep -v '^docker[.-]' | cat
  else
    cat
  fi
}

# drop_own_suite: on a release that is the named suite, or newer, the package needs no suite.
drop_own_suite() {
  if [[ $(debian_codename) == bookworm ]]; then cat; else sed 's|/.*||'; fi
}

# add_missing_suites LOG PACKAGE/SUITE…: the newer suites of the mirror that the machine uses
# already, at a priority so low that nothing is ever upgraded to them by itself.
add_missing_suites() {
  local log=$1 suite list mirror added=0
  shift
  for suite in $(printf '%s\n' "$@" | drop_own_suite | sed -n 's|.*/||p' | sort -u); do
    list="/etc/apt/sources.list.d/lif-$suite.list"
    [[ ! -e $list ]] || continue
    mirror=$(debian_mirror) || die setup "no Debian mirror found in /etc/apt" \
      "add the $suite suite of a Debian mirror to /etc/apt/sources.list.d by hand"
    printf 'Package: *\nPin: release n=%s\nPin-Priority: 100\n' "$suite" |
      as_root tee "/etc/apt/preferences.d/lif-$suite" >/dev/null
    echo "deb $mirror $suite main" | as_root tee "$list" >/dev/null
    added=1
  done
  ((added == 0)) || refresh_package_lists "$log"
}

# debian_mirror: prints "[options] URI" of the machine's own main archive. apt reads its sources
# for us, whichever form they are written in; the lists must have been fetched once.
debian_mirror() {
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg uri
  uri=$(debian_mirror_uri) || return 1
  [[ ! -e $keyring ]] || printf '[signed-by=%s] ' "$keyring"
  echo "$uri"
}

debian_mirror_uri() {
  local uri
  # shellcheck disable=SC2016  # the $(…) are apt's placeholders
  uri=$(apt-get indextargets --format '$(CODENAME)|$(COMPONENT)|$(ORIGIN)|$(REPO_URI)' \
    'Created-By: Packages' 2>/dev/null |
    awk -F'|' -v want="$(debian_codename)" \
      '$1 == want && $2 == "main" && $3 == "Debian" { print $4; exit }')
  [[ -n $uri ]] || return 1
  echo "${uri%/}"
}

# debian_sources SUITE: the machine's own Debian sources as one-line entries for SUITE: its main
# archive and, where the machine has them, updates and security.
debian_sources() {
  local suite=$1 own
  own=$(debian_codename)
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(RELEASE)|$(CODENAME)|$(COMPONENT)|$(ORIGIN)|$(REPO_URI)' \
    'Created-By: Packages' 2>/dev/null |
    awk -F'|' -v own="$own" -v suite="$suite" \
      '$3 == "main" && $4 == "Debian" && index($2, own) == 1 && $2 !~ /backports|proposed/ {
         sub(own, suite, $2); sub("/$", "", $5); print "deb", $5, $2, "main" }' | sort -u
}
