"""The plain Lambda Runtime API, for when something stands between the runtime and the platform. `http.client` takes longer to
import than Python to start, so the little HTTP/1.1 that is needed is here."""

import os
import socket

from .marshal import Marshaller

_PREFIX = "/2018-06-01/runtime"
_READ_BYTES = 65536
# AWS's limit on the X-Ray cause, which travels in a header.
_MAX_XRAY_CAUSE_BYTES = 1024 * 1024


class HttpChannel:
    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self._address = (host, int(port))
        self._host = address
        self._connection = None
        self._request_id = ""
        self._invocation_id = None
        self._marshaller = Marshaller(os.environ.get("AWS_EXECUTION_ENV"))

    def next(self):
        status, headers, body = self._call("GET", "/invocation/next", {}, b"")
        if status != 200:
            raise RuntimeError("Failed to get next invocation. Reason: '%d'. Response body: %r" % (status, bytes(body)))
        self._request_id = headers["lambda-runtime-aws-request-id"]
        self._invocation_id = headers.get("lambda-runtime-invocation-id")
        meta = {
            "requestId": self._request_id,
            "deadlineMs": int(headers["lambda-runtime-deadline-ms"]),
            "functionArn": headers.get("lambda-runtime-invoked-function-arn"),
            "traceId": headers.get("lambda-runtime-trace-id"),
            "clientContext": headers.get("lambda-runtime-client-context"),
            "cognitoIdentity": headers.get("lambda-runtime-cognito-identity"),
            "tenantId": headers.get("lambda-runtime-aws-tenant-id"),
        }
        return meta, body

    def respond(self, body):
        self._post("/invocation/%s/response" % self._request_id, {}, body)

    def fail(self, error):
        headers = {"Lambda-Runtime-Function-Error-Type": _header_text(error.error_type)}
        cause = _header_text(self._marshaller.json(error.xray_fault))
        if len(cause) < _MAX_XRAY_CAUSE_BYTES:
            headers["Lambda-Runtime-Function-XRay-Error-Cause"] = cause
        self._post("/invocation/%s/error" % self._request_id, headers, self._body(error))

    def fail_init(self, error):
        self._post("/init/error", {"Lambda-Runtime-Function-Error-Type": _header_text(error.error_type)}, self._body(error))

    def _body(self, error):
        return self._marshaller.json(error.result).encode("utf-8", "replace")

    def _post(self, path, headers, body):
        if self._invocation_id is not None:
            headers["Lambda-Runtime-Invocation-Id"] = self._invocation_id
        headers["Content-Type"] = "application/json"
        status, _, answer = self._call("POST", path, headers, body)
        if status != 202:
            raise RuntimeError("Request to Lambda Runtime '%s' endpoint failed. Reason: '%d'. Response body: %r" % (path, status, bytes(answer)))

    def _call(self, method, path, headers, body):
        lines = ["%s %s%s HTTP/1.1" % (method, _PREFIX, path), "Host: %s" % self._host, "User-Agent: aws-lambda-python/hearth"]
        lines += ["%s: %s" % header for header in headers.items()]
        if method == "POST":
            lines.append("Content-Length: %d" % len(body))
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if self._connection is None:
            self._connection = _Connection(self._address)
        try:
            return self._exchange(head, body)
        except _ConnectionLost:
            # A kept connection may have been closed while nobody looked.
            self._connection = _Connection(self._address)
            return self._exchange(head, body)

    def _exchange(self, head, body):
        status, headers, answer = self._connection.exchange(head, body)
        if headers.get("connection", "").lower() == "close":
            self._connection = None
        return status, headers, answer


class _ConnectionLost(Exception):
    pass


class _Connection:
    def __init__(self, address):
        self._socket = socket.create_connection(address)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray()

    def exchange(self, head, body):
        """Sends a request and reads its response: status, headers in lower case, body."""
        try:
            self._socket.sendall(head + body)
            status_line = self._line()
        except ConnectionError:
            raise _ConnectionLost()
        status = int(status_line.split(" ", 2)[1])
        headers = {}
        while True:
            line = self._line()
            if not line:
                break
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return status, headers, self._chunks()
        if "content-length" in headers:
            return status, headers, self._bytes(int(headers["content-length"]))
        return status, headers, b""

    def _chunks(self):
        body = bytearray()
        while True:
            size = int(self._line().split(";")[0], 16)
            body += self._bytes(size)
            if size == 0:
                while self._line():
                    pass
                return body
            self._line()

    def _line(self):
        while True:
            end = self._buffer.find(b"\r\n")
            if end >= 0:
                line = self._buffer[:end].decode("utf-8", "surrogateescape")
                del self._buffer[: end + 2]
                return line
            self._fill()

    def _bytes(self, count):
        while len(self._buffer) < count:
            self._fill()
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def _fill(self):
        data = self._socket.recv(_READ_BYTES)
        if not data:
            raise ConnectionError("the Runtime API closed the connection")
        self._buffer += data


def _header_text(text):
    """Header values are Latin-1 without control characters; JSON says the rest in escapes."""
    return "".join(character if " " <= character <= "~" else "\\u%04x" % (ord(character) & 0xFFFF) for character in text)
