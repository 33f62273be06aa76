#!/usr/bin/env bash
# apt-get that waits while another process holds a lock: tools/apt-get.sh install -y PACKAGE ...
#
# apt-get itself fails at once. Its option DPkg::Lock::Timeout makes it wait for dpkg's lock only, not
# for the lock of the package lists (update) or of the download folder (install), so all three are
# waited for here, in the same way. Nothing has been done yet when apt-get finds a lock taken, so it
# can simply be started again.
set -uo pipefail

# As long as the upgrades of a machine that has just started may take.
readonly WAIT_MAX_S=900

# The messages are compared below; no package may ask a question.
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
waiting=

while true; do
  apt-get "$@" 2>"$errors"
  code=$?
  # "Could not open lock file" is a missing permission: waiting would not help.
  held=$(grep -m1 '^E: Could not get lock' "$errors")
  if [[ $code == 0 || -z $held ]] || ((SECONDS >= WAIT_MAX_S)); then break; fi
  [[ -n $waiting ]] || echo "waiting for another apt process: ${held#E: }" >&2
  waiting=yes
  sleep 1
done

cat "$errors" >&2
exit "$code"
