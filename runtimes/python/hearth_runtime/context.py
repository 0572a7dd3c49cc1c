import time

_log_group_name = None
_log_stream_name = None
_function_name = None
_function_version = None
_memory_limit_in_mb = None

_W3C_FIELDS = ("traceparent", "tracestate", "baggage")


def set_up(environ):
    """Before the function's code can change its environment."""
    global _log_group_name, _log_stream_name, _function_name, _function_version, _memory_limit_in_mb
    _log_group_name = environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
    _log_stream_name = environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
    _function_name = environ.get("AWS_LAMBDA_FUNCTION_NAME")
    _function_version = environ.get("AWS_LAMBDA_FUNCTION_VERSION")
    _memory_limit_in_mb = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")


class _Record:
    """An object with fixed fields."""

    __slots__ = []

    def __repr__(self):
        fields = ",".join("%s=%s" % (field, getattr(self, field)) for field in self.__slots__)
        return "%s([%s])" % (self.__class__.__name__, fields)


class CognitoIdentity(_Record):
    __slots__ = ["cognito_identity_id", "cognito_identity_pool_id"]


class Client(_Record):
    __slots__ = ["installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"]


class ClientContext(_Record):
    __slots__ = ["custom", "env", "client"]


class LambdaContext:
    def __init__(self, aws_request_id, client_context, cognito_identity, deadline_ms, invoked_function_arn=None, tenant_id=None):
        self.aws_request_id = aws_request_id
        self.log_group_name = _log_group_name
        self.log_stream_name = _log_stream_name
        self.function_name = _function_name
        self.memory_limit_in_mb = _memory_limit_in_mb
        self.function_version = _function_version
        self.invoked_function_arn = invoked_function_arn
        self.tenant_id = tenant_id
        self._w3c_fields = _take_w3c(client_context) if client_context is not None else {}
        self.client_context = _client_context(client_context)
        self.identity = identity = CognitoIdentity()
        if cognito_identity is None:
            identity.cognito_identity_id = identity.cognito_identity_pool_id = None
        else:
            identity.cognito_identity_id = cognito_identity.get("cognitoIdentityId")
            identity.cognito_identity_pool_id = cognito_identity.get("cognitoIdentityPoolId")
        self._epoch_deadline_time_in_ms = deadline_ms

    def get_remaining_time_in_millis(self):
        return max(self._epoch_deadline_time_in_ms - int(time.time() * 1000), 0)

    def w3c(self):
        """The W3C trace context of this invocation."""
        return dict(self._w3c_fields)

    def log(self, message):
        from . import log

        log.write(str(message))

    def __repr__(self):
        return (
            f"{self.__class__.__name__}(["
            f"aws_request_id={self.aws_request_id},"
            f"log_group_name={self.log_group_name},"
            f"log_stream_name={self.log_stream_name},"
            f"function_name={self.function_name},"
            f"memory_limit_in_mb={self.memory_limit_in_mb},"
            f"function_version={self.function_version},"
            f"invoked_function_arn={self.invoked_function_arn},"
            f"client_context={self.client_context},"
            f"identity={self.identity},"
            f"tenant_id={self.tenant_id}"
            "])"
        )


def _client_context(values):
    if values is None:
        return None
    context = _filled(ClientContext(), values)
    if context.client is not None:
        context.client = _filled(Client(), context.client)
    return context


def _filled(record, values):
    """The record with its fields taken from a dictionary; a missing one is None."""
    for field in record.__slots__:
        setattr(record, field, values.get(field))
    return record


def _take_w3c(client_context):
    """Takes the trace context out of the client context, where functions must not see it."""
    if not isinstance(client_context, dict):
        return {}
    fields = client_context.pop("w3c", None)
    if not isinstance(fields, dict):
        return {}
    return {name: fields[name] for name in _W3C_FIELDS if isinstance(fields.get(name), str)}
