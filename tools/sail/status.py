"""`sail status`: one JSON line per process."""
import json

from sail import state, stores
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
    shown = {name: record[name] for name in ("role", "index", "pid", "address", "grpc", "admin")}
    identity = state.identity(record)
    if not identity or not identity.alive():
        shown["state"] = "down"
    elif ready(record["admin"]) if record["admin"] else stores.answers(record["role"], record["address"]):
        shown["state"] = "ready"
    else:
        shown["state"] = "starting"
    return shown
