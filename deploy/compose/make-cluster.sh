#!/bin/sh
# Makes one Redis Cluster of servers: the first half are primaries, the others their replicas. At a later start the servers
# meet again, because containers get other addresses.
#   make-cluster.sh PASSWORD-FILE HOST:PORT…
set -eu
REDISCLI_AUTH=$(cat "$1")
export REDISCLI_AUTH
shift
first=$1

addresses=
for place in "$@"; do
  address=$(getent hosts "${place%:*}" | head -n 1 | cut -d ' ' -f 1)
  addresses="$addresses $address:${place##*:}"
done

at_first() {
  redis-cli --user admin -e -h "${first%:*}" -p "${first##*:}" "$@"
}

if at_first cluster info | grep -q '^cluster_known_nodes:1[^0-9]'; then
  # shellcheck disable=SC2086 # one word for each address
  redis-cli --user admin --cluster create $addresses --cluster-replicas 1 --cluster-yes
else
  for address in $addresses; do
    at_first cluster meet "${address%:*}" "${address##*:}"
  done
fi
