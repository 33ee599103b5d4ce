"""Messages to a room of 200 clients, against a Socket.IO server on Node with the classic Redis adapter.

On both sides the clients are plain Socket.IO 5 over WebSocket, and the publisher is the same program outside of the cluster: it
publishes on Redis what a Socket.IO Redis emitter would. So both sides do the same work: take the message from Redis, find
the room's members, write a frame to each. They differ in how a client gets into the room: at the peer by an event of its own,
at the suite by reading the record whose room it is.
"""
import json
import os
import subprocess
import urllib.parse

from sail import build, packages
from sail.bench.get import make_record
from sail.bench.report import compare, cpu_figures
from sail.bench.side import Side, Suite, peer
from sail.console import Failure, step

_ROUNDS = 3
_CLIENTS = 200
_WINDOWS = (4, 16)
_PEER_PREFIX = "peer"
_SDK = "&" + urllib.parse.urlencode({"__sails_io_sdk_version": "1.2.1", "__sails_io_sdk_platform": "node", "__sails_io_sdk_language": "javascript"})


def broadcast(suite: Suite) -> None:
    packages.ensure_node()
    load = build.ensure_target("tests/bench/socket_load")
    path, _ = make_record(suite.side.address)
    room = f"sails_model_user_{path.rpartition('/')[2]}:user"
    environment = {"REDIS_URL": suite.stores["redis"], "PREFIX": _PEER_PREFIX}
    suite.side.pids = {role: suite.side.pids[role] for role in ("gateway", "pubsub", "redis")}
    watch = ["get", {"method": "get", "url": path, "headers": {}, "data": {}}]
    with peer("socketio_peer", "server.js", suite, environment, ["redis"]) as node:
        joins = {
            suite.side.name: ["--join", json.dumps(watch), "--query", _SDK, "--origin", f"http://{suite.side.address}"],
            node.name: ["--join", json.dumps(["join", room]), "--prefix", _PEER_PREFIX],
        }
        for window in _WINDOWS:
            rounds = {side.name: [] for side in (suite.side, node)}
            for number in range(_ROUNDS):
                for side in (suite.side, node) if number % 2 == 0 else (node, suite.side):
                    command = [str(load), "--server", side.address, "--room", room, "--window", str(window), *joins[side.name]]
                    figures = _round(side, command, suite.stores["redis"])
                    step(f"window {window} round {number + 1} {side.name}: {figures['delivered/s']:.0f} delivered/s")
                    rounds[side.name].append(figures)
            note = (f"{_CLIENTS} clients in one room, {window} messages of 64 bytes in flight, published on Redis by a third program;\n"
                    "one gateway and one pubsub process against one Node process with the Redis adapter")
            compare(f"broadcast, window {window}", note, rounds)


def _round(side: Side, command: list, redis_url: str) -> dict:
    names = list(side.pids)
    pids = ",".join(str(side.pids[name]) for name in names)
    done = subprocess.run(
        [*command, "--clients", str(_CLIENTS), "--pids", pids], env={**os.environ, "REDIS_URL": redis_url}, capture_output=True,
        text=True, timeout=120, check=False,
    )
    if done.returncode:
        raise Failure(f"The load on {side.name} could not be made: {done.stderr.strip()}")
    said = json.loads(done.stdout)
    if said["undelivered"] or said["closed"]:
        raise Failure(f"{side.name} lost messages or connections: {done.stdout}")
    spent = dict(zip(names, said["cpu_s"]))
    figures = {"delivered/s": said["delivered_s"], "p50 ms": said["p50_us"] / 1e3, "p99 ms": said["p99_us"] / 1e3}
    return {**figures, **cpu_figures(dict.fromkeys(names, 0.0), spent, said["delivered"], "delivery")}
