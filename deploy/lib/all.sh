# shellcheck shell=bash
# Everything in this folder, in the order of its needs.
LIF_LIB=$(dirname -- "${BASH_SOURCE[0]}")
for part in common process packages scanner engine redis registry postgres arm64 base_image factory status; do
  # shellcheck source=/dev/null
  source "$LIF_LIB/$part.sh"
done
