"""Sends one golden call with boto3. Reads {"endpoint", "service", "operation", "input"} from standard input.

Used by capture-golden-requests.ts; see there.
"""

import base64
import datetime
import json
import sys

import boto3
from botocore import xform_name
from botocore.config import Config


def untag(value):
    if isinstance(value, list):
        return [untag(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$bytes" in value:
        return base64.b64decode(value["$bytes"])
    if "$date" in value:
        return datetime.datetime.fromisoformat(value["$date"])
    return {name: untag(item) for name, item in value.items()}


def main():
    call = json.load(sys.stdin)
    client = boto3.client(
        call["service"],
        endpoint_url=call["endpoint"],
        config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
    )
    # Fails once the request is sent, since the recorder answers nothing that could be parsed.
    getattr(client, xform_name(call["operation"]))(**untag(call["input"]))


main()
