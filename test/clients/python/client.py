"""The client of grpc-core, through Python's grpcio. ../README.md has the commands."""

import collections
import sys
import threading

import grpc

CHECK = "/envoy.service.auth.v3.Authorization/Check"
UNKNOWN = "/envoy.service.auth.v3.Authorization/Allow"
HEALTH = "/grpc.health.v1.Health/"


def open_channel(address, files):
    options = [("grpc.enable_http_proxy", 0), ("grpc.enable_retries", 0)]
    if not files:
        return grpc.insecure_channel(address, options)
    ca, certificate, key = ([open(file, "rb").read() for file in files] + [None, None])[:3]
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(ca, key, certificate), options)


def health_request(service):
    name = service.removeprefix("-").encode()
    return b"\x0a" + bytes([len(name)]) + name if name else b""


def health_status(reply):
    return reply[1] if reply else 0


def check(channel, times, timeout_ms, cancel_ms, codec, file):
    request = open(file, "rb").read()
    method = channel.unary_unary(CHECK)
    calls = [
        method.future(
            request,
            timeout=int(timeout_ms) / 1000 or None,
            compression=grpc.Compression.Gzip if codec == "gzip" else grpc.Compression.NoCompression,
        )
        for _ in range(int(times))
    ]
    if int(cancel_ms) > 0:
        for call in calls:
            threading.Timer(int(cancel_ms) / 1000, call.cancel).start()
    counts = collections.Counter(call.code().value[0] for call in calls)
    reply = calls[0].result().hex() or "-" if counts.keys() == {0} else "-"
    counted = ",".join(f"{code}={count}" for code, count in sorted(counts.items()))
    print(counted, reply, calls[0].details() or "", flush=True)


def health(channel, service):
    try:
        print(0, health_status(channel.unary_unary(HEALTH + "Check")(health_request(service))), flush=True)
    except grpc.RpcError as error:
        print(error.code().value[0], 0, flush=True)


def watch(channel, service):
    stream = channel.unary_stream(HEALTH + "Watch")(health_request(service))
    try:
        for reply in stream:
            print("status", health_status(reply), flush=True)
    except grpc.RpcError:
        pass
    print("end", stream.code().value[0], flush=True)


def unknown(channel):
    print(channel.unary_unary(UNKNOWN).future(b"").code().value[0], flush=True)


def main():
    channel = open_channel(sys.argv[1], sys.argv[2:])
    commands = {"check": check, "health": health, "watch": watch, "unknown": unknown}
    for line in sys.stdin:
        command, *words = line.split()
        commands[command](channel, *words)


main()
