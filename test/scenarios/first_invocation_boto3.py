"""What a new user does first, with boto3. Prints "all as expected" at the end; an assertion fails it."""

import base64
import io
import json
import zipfile

import boto3
from botocore.exceptions import ClientError

ROLE = "boto3-lambda-role"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
# Calls back into the platform with the credentials of its role, as functions do.
HANDLER = """
import os

import boto3

def handler(event, context):
    print("event", event)
    identity = boto3.client("sts").get_caller_identity()
    return {"echo": event, "arn": identity["Arn"], "stream": context.log_stream_name, "arn_invoked": context.invoked_function_arn}
"""

iam, functions, logs = boto3.client("iam"), boto3.client("lambda"), boto3.client("logs")


def archive(source):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("handler.py", source)
    return buffer.getvalue()


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return error.response
    raise AssertionError(f"{code} was expected")


role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
try:
    refused("EntityAlreadyExists", iam.create_role, RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))
    assert iam.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"] == TRUST
    created = functions.create_function(
        FunctionName="boto3-function",
        Runtime="python3.12",
        Handler="handler.handler",
        Role=role["Arn"],
        Code={"ZipFile": archive(HANDLER)},
        Timeout=20,
        Tags={"team": "core"},
    )
    assert created["State"] == "Pending", created
    functions.get_waiter("function_active_v2").wait(FunctionName="boto3-function")
    answer = functions.invoke(FunctionName="boto3-function", Payload=json.dumps({"n": 1}), LogType="Tail")
    body = json.load(answer["Payload"])
    assert "FunctionError" not in answer, body
    assert body["echo"] == {"n": 1}
    assert body["arn"] == f"arn:aws:sts::000000000000:assumed-role/{ROLE}/boto3-function", body
    assert body["arn_invoked"] == created["FunctionArn"]
    assert b"event {'n': 1}\n" in base64.b64decode(answer["LogResult"])
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-executed-version"] == "$LATEST"

    events = logs.filter_log_events(logGroupName="/aws/lambda/boto3-function", filterPattern="event")["events"]
    assert [event["message"] for event in events] == ["event {'n': 1}\n"], events
    assert events[0]["logStreamName"] == body["stream"]

    dry = functions.invoke(FunctionName="boto3-function", InvocationType="DryRun")
    assert dry["StatusCode"] == 204
    assert functions.get_function(FunctionName="boto3-function")["Tags"] == {"team": "core"}
    missing = refused("ResourceNotFoundException", functions.invoke, FunctionName="nobody")
    assert missing["Error"]["Message"] == "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody:$LATEST"
    invalid = refused("InvalidRequestContentException", functions.invoke, FunctionName="boto3-function", Payload=b"{")
    assert invalid["ResponseMetadata"]["HTTPStatusCode"] == 400

    stranger = boto3.client("sts", aws_access_key_id="test", aws_secret_access_key="wrong")
    refused("SignatureDoesNotMatch", stranger.get_caller_identity)
finally:
    functions.delete_function(FunctionName="boto3-function")
    iam.delete_role(RoleName=ROLE)
logs.delete_log_group(logGroupName="/aws/lambda/boto3-function")
print("all as expected")
