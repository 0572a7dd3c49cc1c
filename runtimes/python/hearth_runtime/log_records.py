"""The root logger of functions, in text and in JSON."""

import json
import time
import traceback

from . import log

_TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_TEXT_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"

# Attributes of a record that are its own; what a function adds beside them becomes a member of the JSON line.
_RESERVED = frozenset(
    "name msg args levelname levelno pathname filename module exc_info exc_text stack_info lineno funcName created msecs "
    "relativeCreated thread threadName processName process aws_request_id tenant_id".split()
)

_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


def set_up_root_logger(logging, is_json, level):
    logging.Formatter.converter = time.gmtime

    class LambdaLoggerHandler(logging.Handler):
        def emit(self, record):
            known_level = None
            if is_json or level:
                known_level = logging.getLevelName(_rounded_level(record.levelno))
            log.write(self.format(record), known_level, is_json)

    class LambdaLoggerFilter(logging.Filter):
        def filter(self, record):
            record.aws_request_id = log.current_request_id() or ""
            record.tenant_id = log.current_tenant_id()
            return True

    class JsonFormatter(logging.Formatter):
        def __init__(self):
            super().__init__(datefmt=_TIME_FORMAT)

        def format(self, record):
            return _json_line(logging, self, record)

    handler = LambdaLoggerHandler()
    handler.setFormatter(JsonFormatter() if is_json else logging.Formatter(_TEXT_FORMAT, "%Y-%m-%dT%H:%M:%S"))
    handler.addFilter(LambdaLoggerFilter())
    root = logging.getLogger()
    if level in logging._nameToLevel:
        root.setLevel(level)
    root.addHandler(handler)


def error_record(result):
    """The JSON line of a failure that ends an invocation or the init phase."""
    record = {"timestamp": time.strftime(_TIME_FORMAT, time.gmtime()), "level": "ERROR"}
    record.update(result)
    return json.dumps(record, ensure_ascii=False) + "\n"


def _json_line(logging, formatter, record):
    record.levelno = _rounded_level(record.levelno)
    record.levelname = logging.getLevelName(record.levelno)
    exception = record.exc_info if record.exc_info else None
    line = {
        "timestamp": formatter.formatTime(record, formatter.datefmt),
        "level": record.levelname,
        "message": record.msg if isinstance(record.msg, dict) and not record.args else record.getMessage(),
        "logger": record.name,
        "stackTrace": traceback.format_tb(exception[2]) if exception else None,
        "errorType": exception[0].__name__ if exception and exception[0] else None,
        "errorMessage": str(exception[1]) if exception else None,
        "requestId": getattr(record, "aws_request_id", None),
        "location": f"{record.pathname}:{record.funcName}:{record.lineno}" if exception else None,
    }
    tenant_id = getattr(record, "tenant_id", None)
    if tenant_id is not None:
        line["tenantId"] = tenant_id
    for name, value in record.__dict__.items():
        if name not in _RESERVED and name not in line:
            line[name] = value
    return _encode({name: value for name, value in line.items() if value is not None}) + "\n"


def _rounded_level(level):
    return min(50, max(0, level)) // 10 * 10
