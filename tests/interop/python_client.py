"""A client in Python: connects to a URL by some transports, makes a virtual request, prints what it hears as JSON."""
import json
import sys

import socketio

url = sys.argv[1]
client = socketio.Client(reconnection=False)


def say(kind, value):
    print(json.dumps({"kind": kind, "value": value}), flush=True)


@client.on("news")
def on_news(*args):
    say("news", [list(each) if isinstance(each, bytes) else each for each in args])


@client.on("question")
def on_question(number):
    return number + 1


@client.on("bye")
def on_bye():
    client.disconnect()


sdk = "__sails_io_sdk_version=1.2.1&__sails_io_sdk_platform=python&__sails_io_sdk_language=python"
client.connect(f"{url}/?{sdk}", headers={"Origin": url}, transports=sys.argv[2:])
say("connected", client.get_sid())
request = {"method": "get", "url": "/user?limit=1", "headers": {}, "data": {}}
say("answer", client.call("get", request, timeout=10))
client.wait()
say("ended", None)
