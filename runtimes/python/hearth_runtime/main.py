import importlib
import os
import sys

from . import context, log
from .faults import FaultError
from .marshal import Marshaller, parse_json

_RUNTIME_DIRECTORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def main():
    environ = os.environ
    if "_HEARTH_PARKED" in environ:
        from .framed_channel import wait_for_role

        wait_for_role(int(environ["_HEARTH_CHANNEL_FD"]))
    channel_fd = environ.pop("_HEARTH_CHANNEL_FD", None)
    runtime_api = environ.get("AWS_LAMBDA_RUNTIME_API")
    given_runtime_api = environ.pop("_HEARTH_RUNTIME_API_GIVEN", runtime_api)
    # A wrapper or an extension may have put itself between the runtime and the Runtime API: then it must see HTTP.
    if channel_fd is not None and "AWS_LAMBDA_EXEC_WRAPPER" not in environ and given_runtime_api == runtime_api:
        from .framed_channel import FramedChannel

        channel = FramedChannel(int(channel_fd))
    else:
        from .http_channel import HttpChannel

        channel = HttpChannel(runtime_api)

    _extend_path(environ.get("LAMBDA_TASK_ROOT", os.getcwd()), environ.pop("_HEARTH_SDK_PATH", ""))
    log.set_up(environ)
    context.set_up(environ)
    handler = _load_or_exit(environ.get("_HANDLER", ""), channel)
    marshaller = Marshaller(environ.get("AWS_EXECUTION_ENV"))
    while True:
        _serve(channel, handler, marshaller)


def _extend_path(task_root, sdk_path):
    """AWS's order: the function, layers, the AWS SDK, the runtime, the standard library. Packages of the host's system stay out.

    Where the SDK is comes as a variable, because a driver without mounts puts another path into it.
    """
    version = "python%d.%d" % sys.version_info[:2]
    first = [task_root, "/opt/python/lib/%s/site-packages" % version, "/opt/python", sdk_path]
    sys.path[:] = [entry for entry in first if entry] + [entry for entry in sys.path if not entry.endswith("/dist-packages")]


def _load_or_exit(name, channel):
    try:
        return _load_handler(name)
    except FaultError as fault:
        error = fault.report("")
    except Exception:
        from .faults import exception_report

        error = exception_report("", _RUNTIME_DIRECTORY)
    log.warn_of_unhandled_exception()
    log.error(error.result)
    channel.fail_init(error)
    sys.exit(1)


def _load_handler(name):
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as error:
        raise FaultError("Runtime.MalformedHandlerName", "Bad handler '{}': {}".format(name, error))
    try:
        if module_name.split(".")[0] in sys.builtin_module_names:
            raise FaultError("Runtime.BuiltInModuleConflict", "Cannot use built-in module {} as a handler module".format(module_name))
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise FaultError("Runtime.ImportModuleError", "Unable to import module '{}': {}".format(module_name, error))
    except SyntaxError as error:
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
        raise FaultError("Runtime.UserCodeSyntaxError", "Syntax error in module '{}': {}".format(module_name, error), trace)
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise FaultError("Runtime.HandlerNotFound", "Handler '{}' missing on module '{}'".format(function_name, module_name))


def _serve(channel, handler, marshaller):
    """One invocation, from the question for it to its answer."""
    meta, event = channel.next()
    request_id = meta["requestId"]
    log.set_invocation(request_id, meta.get("tenantId"))
    trace_id = meta.get("traceId")
    if trace_id is not None:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    try:
        invocation = context.LambdaContext(
            request_id,
            _context_member(meta.get("clientContext"), "Client Context"),
            _context_member(meta.get("cognitoIdentity"), "Cognito Identity"),
            meta["deadlineMs"],
            meta["functionArn"],
            meta.get("tenantId"),
        )
        body = marshaller.response(handler(marshaller.request(event), invocation))
    except FaultError as fault:
        error = fault.report(request_id)
    except Exception:
        from .faults import exception_report

        error = exception_report(request_id, _RUNTIME_DIRECTORY)
    else:
        channel.respond(body)
        return
    log.error(error.result)
    channel.fail(error)


def _context_member(text, name):
    if not text:
        return None
    try:
        return parse_json(text)
    except Exception as error:
        raise FaultError("Runtime.LambdaContextUnmarshalError", "Unable to parse {} JSON: {}".format(name, error))
