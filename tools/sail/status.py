"""`sail status`: one JSON line per process."""
import json

from sail import services, state, stores
from sail.console import step
from sail.layout import Layout
from sail.supervisor import ready


def status(data: str) -> int:
    """Prints the lines; 0 when there are some and all are ready."""
    layout = Layout(data)
    known = state.read(layout)
    if not known:
        step(f"Nothing runs on {layout.data}.")
        return 1
    lines = [_line(record) for record in known["processes"]]
    for line in lines:
        print(json.dumps(line))
    return 0 if lines and all(line["state"] == "ready" for line in lines) else 1


def _line(record: dict) -> dict:
    shown = {name: record[name] for name in ("role", "name", "index", "pid", "address", "grpc", "admin") if name in record}
    identity = state.identity(record)
    if not identity or not identity.alive():
        shown["state"] = "down"
    elif _answers(record):
        shown["state"] = "ready"
    else:
        shown["state"] = "starting"
    return shown


def _answers(record: dict) -> bool:
    if record["admin"]:
        return ready(record["admin"])
    return services.listens(record["grpc"]) if record["grpc"] else stores.answers(record["role"], record["address"])
