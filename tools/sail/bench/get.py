"""GET of one record with a session, on the same table and the same session as a real Sails."""
import json
import re
import subprocess
import urllib.error
import urllib.request

from sail import packages
from sail.bench.report import compare, cpu_figures
from sail.bench.side import Side, Suite, peer
from sail.console import Failure, step

_ROUNDS = 5
_SECONDS = 5
_WARM_UP_SECONDS = 2
_CONNECTIONS = 64
_MILLISECONDS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


def get(suite: Suite) -> None:
    packages.ensure(packages.LOAD)
    packages.ensure_node()
    path, cookie = make_record(suite.side.address)
    environment = {
        "POSTGRES_URL": suite.stores["postgres"], "REDIS_URL": suite.stores["redis"], "SESSION_SECRET": suite.secret,
    }
    with peer("sails_peer", "app.js", suite, environment, ["redis", "postgres"]) as sails:
        sides = [suite.side, sails]
        answers = [_ask("GET", f"http://{side.address}{path}", cookie=cookie)[0] for side in sides]
        if json.loads(answers[0]) != json.loads(answers[1]):
            raise Failure(f"The two sides answer differently:\n{answers[0]}\n{answers[1]}")
        rounds = {side.name: [] for side in sides}
        for side in sides:
            _wrk(side, path, cookie, _WARM_UP_SECONDS)
        for number in range(_ROUNDS):
            for side in sides if number % 2 == 0 else sides[::-1]:
                figures = _round(side, path, cookie)
                step(f"round {number + 1} {side.name}: {figures['requests/s']:.0f} requests/s")
                rounds[side.name].append(figures)
    note = (f"GET {path} (a user with two pets populated) with a session cookie, {_CONNECTIONS} connections, {_SECONDS} s a round;\n"
            "the same Postgres table, Redis session and cookie on both sides, one process of each kind, equal answers")
    compare("get", note, rounds)


def make_record(address: str) -> tuple:
    """A user with two pets. Returns its path and a session cookie."""
    body, cookie = _ask("POST", f"http://{address}/user", {"name": "Ann", "email": "ann@example.com", "age": 30})
    user = json.loads(body)["id"]
    for name in ("Rex", "Tom"):
        _ask("POST", f"http://{address}/pet", {"name": name, "owner": user}, cookie)
    return f"/user/{user}", cookie


def _ask(method: str, url: str, body=None, cookie: str = "") -> tuple:
    """(body, cookie of the answer). Fails on anything but 200."""
    request = urllib.request.Request(url, method=method, data=json.dumps(body).encode() if body else None)
    request.add_header("Content-Type", "application/json")
    if cookie:
        request.add_header("Cookie", cookie)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode(), (answer.headers.get("Set-Cookie") or "").partition(";")[0]
    except urllib.error.HTTPError as error:
        raise Failure(f"{method} {url} was answered with {error.code}: {error.read().decode(errors='replace')[:300]}") from error


def _round(side: Side, path: str, cookie: str) -> dict:
    before = side.cpu()
    figures, count = _wrk(side, path, cookie, _SECONDS)
    return {**figures, **cpu_figures(before, side.cpu(), count, "request")}


def _wrk(side: Side, path: str, cookie: str, seconds: int) -> tuple:
    """({figure: value}, number of requests). Fails when an answer was not 200 or a connection broke."""
    said = subprocess.run(
        ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "--latency", "-H", f"Cookie: {cookie}", f"http://{side.address}{path}"],
        capture_output=True, text=True, check=True,
    ).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise Failure(f"{side.name} did not answer every request:\n{said}")
    latency = {share: float(value) * _MILLISECONDS[unit] for share, value, unit in re.findall(r"^ +(\d+)% +([\d.]+)(us|ms|s) *$", said, re.M)}
    rate = float(re.search(r"Requests/sec: +([\d.]+)", said).group(1))
    count = int(re.search(r"(\d+) requests in", said).group(1))
    return {"requests/s": rate, "p50 ms": latency["50"], "p99 ms": latency["99"]}, count
