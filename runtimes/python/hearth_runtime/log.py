"""What a function prints and logs. `logging` takes longer to import than Python to start, so it is set up only when the function
imports it."""

import os
import sys

_ERROR_INDENT = "\u00a0"

_sink = None
_json = False
_level = ""
_request_id = None
_tenant_id = None


def set_up(environ):
    global _sink, _json, _level
    _json = environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
    level = environ.get("AWS_LAMBDA_LOG_LEVEL", "")
    _level = "DEBUG" if level == "TRACE" else level.upper()
    sys.stdout = Unbuffered(sys.stdout)
    sys.stderr = Unbuffered(sys.stderr)
    telemetry_fd = environ.pop("_LAMBDA_TELEMETRY_LOG_FD", None)
    if telemetry_fd is not None:
        from .log_sinks import TelemetrySink

        _sink = TelemetrySink(int(telemetry_fd))
    if "logging" in sys.modules:
        _set_up_logging(sys.modules["logging"])
    else:
        sys.meta_path.insert(0, _LoggingFinder())


def set_invocation(request_id, tenant_id):
    global _request_id, _tenant_id
    _request_id = request_id
    _tenant_id = tenant_id


def current_request_id():
    return _request_id


def current_tenant_id():
    return _tenant_id


def write(message, level=None, is_json=False):
    if _sink is None:
        sys.stdout.write(message)
    else:
        _sink.write(message, level, is_json)


def error(result):
    """Logs a failure as AWS does: one event, whatever its number of lines."""
    if _json:
        from .log_records import error_record

        write(error_record(result), "ERROR", True)
        return
    lines = _error_lines(result)
    if _sink is None:
        sys.stdout.write("\r".join(lines) + "\n")
    else:
        _sink.write("\n".join(lines), "ERROR", False)


def warn_of_unhandled_exception():
    import logging

    logging.warning(
        "LAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in the function code. However, in rare cases, a Lambda "
        "runtime update can cause unexpected function behavior. For functions using managed runtimes, runtime updates can be triggered "
        "by a function change, or can be applied automatically. To determine if the runtime has been updated, check the runtime version "
        "in the INIT_START log entry. If this error correlates with a change in the runtime version, you may be able to mitigate this "
        "error by temporarily rolling back to the previous runtime version. For more information, see "
        "https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html\r"
    )


def _error_lines(result):
    first = "[ERROR]"
    if result["errorType"]:
        first += " " + result["errorType"]
    if result["errorMessage"]:
        first += (": " if result["errorType"] else " ") + result["errorMessage"]
    lines = [first, "Traceback (most recent call last):"]
    for entry in result["stackTrace"]:
        if entry == "":
            lines.append("")
        for line in entry.splitlines():
            text = line.lstrip(" ")
            lines.append(_ERROR_INDENT * (len(line) - len(text)) + text)
    return lines


def _set_up_logging(logging):
    from .log_records import set_up_root_logger

    set_up_root_logger(logging, _json, _level)


class _LoggingFinder:
    """Finds `logging` once, in the standard library, and sets the root logger up when it was executed."""

    def find_spec(self, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(self)
        from importlib.machinery import PathFinder

        spec = PathFinder.find_spec(name, [os.path.dirname(os.__file__)])
        loader = spec.loader
        execute = loader.exec_module

        def execute_and_set_up(module):
            del loader.exec_module
            execute(module)
            _set_up_logging(module)

        loader.exec_module = execute_and_set_up
        return spec


class Unbuffered:
    """A text stream that keeps nothing back: what is printed must be out when the environment is frozen."""

    def __init__(self, stream):
        self.stream = stream

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_value, exc_tb):
        pass

    def __getattr__(self, attribute):
        return getattr(self.stream, attribute)

    def write(self, message):
        self.stream.write(message)
        self.stream.flush()

    def writelines(self, messages):
        self.stream.writelines(messages)
        self.stream.flush()
