"""Serves fakesnow on a free loopback port, which the first line of output names. With --as-it-is it is neither mended nor quickened.

It ends when its standard input does, so it never outlives the test that started it.
"""

import os
import socket
import sys
import threading

import mend
import quick
import uvicorn
from fakesnow.server import app
from fakesnow.transforms import stage

internal_dir = stage.internal_dir


def made_dir(name: str) -> str:
    """A stage's directory, made: fakesnow leaves that to Python's client, and Go's does not do it."""
    path = internal_dir(name)
    os.makedirs(path, exist_ok=True)
    return path


def end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if "--as-it-is" not in sys.argv:
    quick.install()
    mend.install()
stage.internal_dir = made_dir
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
threading.Thread(target=end_with_parent, daemon=True).start()
uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])
