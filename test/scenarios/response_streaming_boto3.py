"""Reads a streamed response with boto3. Prints the milliseconds at which each chunk came, its text, and the last event, as JSON."""

import json
import sys
import time

import boto3

answer = boto3.client("lambda").invoke_with_response_stream(FunctionName=sys.argv[1], Payload=b"{}", LogType="Tail")
start = time.monotonic()
chunks, complete = [], None
for event in answer["EventStream"]:
    if "PayloadChunk" in event:
        chunks.append([(time.monotonic() - start) * 1000, event["PayloadChunk"]["Payload"].decode()])
    else:
        complete = event["InvokeComplete"]
print(
    json.dumps(
        {
            "chunks": chunks,
            "complete": complete,
            "contentType": answer["ResponseStreamContentType"],
            "version": answer["ExecutedVersion"],
        }
    )
)
