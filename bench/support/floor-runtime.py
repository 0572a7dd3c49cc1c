# The least a runtime can be: a frame in, JSON parsed, the handler's answer as JSON, a frame out.
import json
import socket
import struct


def handler(event, context):
    return event


def receive(connection, size):
    data = b""
    while len(data) < size:
        chunk = connection.recv(size - len(data))
        if not chunk:
            raise SystemExit(0)
        data += chunk
    return data


connection = socket.socket(fileno=3)
connection.sendall(struct.pack("<I", 0))
while True:
    (length,) = struct.unpack("<I", receive(connection, 4))
    body = json.dumps(handler(json.loads(receive(connection, length)), None)).encode()
    connection.sendall(struct.pack("<I", len(body)) + body)
