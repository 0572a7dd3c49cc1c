import os
import sys


class ErrorReport:
    """A failure: `result` is what the caller of the function gets, `xray_fault` what X-Ray wants."""

    __slots__ = ["result", "xray_fault"]

    def __init__(self, message, error_type, stack_trace, request_id, xray_fault):
        self.result = {
            "errorMessage": message or "",
            "errorType": error_type or "",
            "requestId": request_id,
            "stackTrace": stack_trace or [],
        }
        self.xray_fault = xray_fault

    @property
    def error_type(self):
        return self.result["errorType"]


class FaultError(Exception):
    """A failure that the runtime finds itself, such as `Runtime.ImportModuleError`."""

    def __init__(self, error_type, message, trace=None):
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.trace = trace

    def report(self, request_id):
        return ErrorReport(self.message, self.error_type, self.trace, request_id, _xray_fault("LambdaValidationError", self.message, []))


def exception_report(request_id, runtime_directory):
    """The exception being handled, with its stack from the first frame that is not the runtime's."""
    import traceback

    error_type, value, stack = sys.exc_info()
    frames = [(frame.filename, frame.lineno, frame.name, frame.line) for frame in traceback.extract_tb(stack)]
    for index, frame in enumerate(frames):
        if not frame[0].startswith(runtime_directory + "/"):
            frames = frames[index:]
            break
    fault = _xray_fault(error_type.__name__, str(value), frames)
    return ErrorReport(str(value), error_type.__name__, traceback.format_list(frames), request_id, fault)


def _xray_fault(error_type, message, frames):
    stack = [{"label": name, "path": path, "line": line} for path, line, name, _source in frames]
    return {
        "working_directory": os.getcwd(),
        "exceptions": [{"message": message, "type": error_type, "stack": stack}],
        "paths": list({path for path, _line, _name, _source in frames}),
    }
