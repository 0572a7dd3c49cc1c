"""JSON of events and results. The `json` package takes as long to import as all the rest of this runtime, for its regular
expressions; the C functions beneath it do the same work. Only errors go to `json`, for their texts."""

import sys

from _json import encode_basestring, encode_basestring_ascii, make_encoder, make_scanner

from .faults import FaultError

# Python 3.12 and later write characters beyond ASCII as they are.
_ASCII_ENVIRONMENTS = {"AWS_Lambda_python3.%d" % minor for minor in range(6, 12)}

# Stands around a number in a string, which loses its quotes afterwards: the encoder knows no other way to pass digits through.
_RAW = "\ue000hearth-raw-number\ue001"

_NON_FINITE = {"-Infinity": float("-inf"), "Infinity": float("inf"), "NaN": float("nan")}


class _ScannerOptions:
    """What the C scanner reads from a `json.JSONDecoder`."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    array_hook = None
    parse_float = float
    parse_int = int
    parse_constant = _NON_FINITE.__getitem__


_scan = make_scanner(_ScannerOptions)


def parse_json(text):
    stripped = text.strip(" \t\n\r")
    try:
        value, end = _scan(stripped, 0)
        if end == len(stripped):
            return value
    except StopIteration:
        pass
    import json

    return json.loads(text)


class Marshaller:
    def __init__(self, execution_environment):
        ascii_only = execution_environment is None or execution_environment in _ASCII_ENVIRONMENTS
        self._encode_text = encode_basestring_ascii if ascii_only else encode_basestring
        self._encoder = self._new_encoder()
        self._has_raw = False

    def request(self, body):
        try:
            return parse_json(str(body, "utf-8"))
        except Exception as error:
            raise FaultError("Runtime.UnmarshalError", "Unable to unmarshal input: {}".format(error))

    def response(self, value):
        """The bytes of a result; bytes are passed on as they are."""
        if isinstance(value, bytes):
            return value
        try:
            return self.json(value).encode("utf-8")
        except Exception as error:
            raise FaultError("Runtime.MarshalError", "Unable to marshal response: {}".format(error))

    def json(self, value):
        try:
            text = "".join(self._encoder(value, 0))
        except BaseException:
            # It keeps what it was inside of, for the detection of circles.
            self._encoder = self._new_encoder()
            self._has_raw = False
            raise
        if self._has_raw:
            self._has_raw = False
            raw = self._encode_text(_RAW)[1:-1]
            text = text.replace('"' + raw, "").replace(raw + '"', "")
        return text

    def _new_encoder(self):
        return make_encoder({}, self._default, self._encode_text, None, ": ", ", ", False, False, True)

    def _default(self, value):
        if isinstance(value, bytes):
            return value.decode("utf-8")
        decimal = sys.modules.get("decimal")
        if decimal is not None and isinstance(value, decimal.Decimal):
            if value.is_nan():
                return float("nan")
            self._has_raw = True
            return _RAW + str(value) + _RAW
        raise TypeError("Object of type %s is not JSON serializable" % value.__class__.__name__)
