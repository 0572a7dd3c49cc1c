"""Speaks frames to the daemon over one descriptor; the format is described in src/environments/runtime-api/frames.ts."""

import os
import sys

from .marshal import Marshaller, parse_json

_SPECIALISE = 10
_INVOKE = 1
_READY = b"\x02"
_RESPONSE_READY = b"\x04"
_ERROR = b"\x05"
_INIT_ERROR = b"\x06"
_HEADER_BYTES = 9
_READ_BYTES = 65536
# Up to here one joined write is cheaper than a gathering one.
_JOINED_BYTES = 65536
# Most that a response may have: 6 MiB and the slack that AWS grants. The daemon refuses more.
_MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100
_MAX_ERROR_BYTES = 1024 * 1024


def wait_for_role(fd):
    """For a runtime that was started before it was known for which function: waits, and takes that function's environment for its own."""
    os.write(fd, bytes(4) + _READY + bytes(4))
    header = _read_exactly(fd, _HEADER_BYTES)
    environment = parse_json(str(_read_exactly(fd, int.from_bytes(header[:4], "little")), "utf-8"))
    if header[4] != _SPECIALISE:
        sys.exit(1)
    # All anew, so that they are in the daemon's order.
    os.environ.clear()
    os.environ.update(environment)
    # The code has appeared over the folder that this process stands in.
    os.chdir(environment["PWD"])


def _read_exactly(fd, count):
    data = b""
    while len(data) < count:
        more = os.read(fd, count - len(data))
        if not more:
            sys.exit(0)
        data += more
    return data


class FramedChannel:
    def __init__(self, fd):
        # Whoever holds the other copies of this descriptor may have made it non-blocking.
        os.set_blocking(fd, True)
        os.set_inheritable(fd, False)
        self._fd = fd
        self._attempt = 0
        self._asked = False

    def next(self):
        """Waits for an invocation. Returns its meta and the bytes of its event."""
        if not self._asked:
            self._send(_READY, b"")
        self._asked = False
        while True:
            frame = self._read_frame()
            if frame[4] != _INVOKE:
                continue
            self._attempt = int.from_bytes(frame[5:9], "little")
            event_start = _HEADER_BYTES + 2 + int.from_bytes(frame[9:11], "little")
            meta = parse_json(str(frame[_HEADER_BYTES + 2 : event_start], "utf-8"))
            return meta, frame[event_start:]

    def respond(self, body):
        """Answers, and asks for the next invocation in the same write."""
        if len(body) > _MAX_RESPONSE_BYTES:
            message = "Response payload size exceeded maximum allowed payload size (%d bytes)." % _MAX_RESPONSE_BYTES
            self._send_error(_ERROR, {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message})
            return
        self._send(_RESPONSE_READY, body)
        self._asked = True

    def fail(self, error):
        self._send_error(_ERROR, error.result)

    def fail_init(self, error):
        self._send_error(_INIT_ERROR, error.result)

    def _send_error(self, frame_type, result):
        error_type = result["errorType"].encode("utf-8", "replace")[:256]
        body = Marshaller(os.environ.get("AWS_EXECUTION_ENV")).json(result).encode("utf-8", "replace")[:_MAX_ERROR_BYTES]
        self._send(frame_type, len(error_type).to_bytes(2, "little") + error_type + body)

    def _send(self, frame_type, payload):
        header = len(payload).to_bytes(4, "little") + frame_type + self._attempt.to_bytes(4, "little")
        if len(payload) <= _JOINED_BYTES:
            frame = header + payload
            written = os.write(self._fd, frame)
            if written == len(frame):
                return
            rest = memoryview(frame)[written:]
        else:
            written = os.writev(self._fd, [header, payload]) - _HEADER_BYTES
            rest = memoryview(payload)[written:] if written >= 0 else memoryview(header + payload)[written + _HEADER_BYTES :]
        while rest:
            rest = rest[os.write(self._fd, rest) :]

    def _read_frame(self):
        """The bytes of one frame. The daemon sends nothing more before it is answered."""
        data = self._read(_READ_BYTES)
        while len(data) < _HEADER_BYTES:
            data += self._read(_READ_BYTES)
        length = _HEADER_BYTES + int.from_bytes(data[:4], "little")
        if len(data) == length:
            return data
        frame = bytearray(length)
        frame[: len(data)] = data
        rest = memoryview(frame)[len(data) :]
        while rest:
            count = os.readv(self._fd, [rest])
            if count == 0:
                sys.exit(0)
            rest = rest[count:]
        return frame

    def _read(self, count):
        data = os.read(self._fd, count)
        if not data:
            # The daemon is gone: nobody will ever ask anything again.
            sys.exit(0)
        return data
