"""Does on this machine what Step Functions, EventBridge and Lambda do: calls the functions, and tells of the execution."""

import json
import os
import time
import urllib.request
import uuid

import handler

ACCOUNT = "eu-central-1:123456789012"


class Context:
    """What Lambda hands to a handler."""

    function_version, log_stream_name = "$LATEST", "2026/11/21/[$LATEST]0f1e2d"

    def __init__(self, name, seconds=30):
        self.function_name, self.log_group_name = name, "/aws/lambda/" + name
        self.aws_request_id = str(uuid.uuid4())
        self.ends_at = time.monotonic() + seconds

    def get_remaining_time_in_millis(self):
        return int(1_000 * (self.ends_at - time.monotonic()))


def status_changed(arn, started, status, **more):
    """What the rule for `Step Functions Execution Status Change` sends to the API destination."""
    machine, name = arn.split(":")[-2:]
    event = {
        "version": "0", "id": str(uuid.uuid4()), "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states", "account": "123456789012", "region": "eu-central-1", "resources": [arn],
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "detail": dict(
            executionArn=arn, stateMachineArn="arn:aws:states:%s:stateMachine:%s" % (ACCOUNT, machine), name=name,
            status=status, startDate=started, stopDate=None if status == "RUNNING" else int(time.time() * 1_000),
            **more),
    }
    headers = {"Content-Type": "application/json"}
    if os.environ.get("STINT_KEY"):
        headers["Authorization"] = "Bearer " + os.environ["STINT_KEY"]
    url = os.environ.get("STINT_URL", "http://127.0.0.1:8790") + "/v1/eventbridge"
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(event).encode(), headers), timeout=10).close()


def main():
    arn = "arn:aws:states:%s:execution:trade-matching:%s" % (ACCOUNT, uuid.uuid4())
    started = int(time.time() * 1_000)
    status_changed(arn, started, "RUNNING")
    # In the definition: "Payload": {"Execution.$": "$$.Execution", …}
    carried = {"Execution": {"Id": arn}}
    try:
        result = handler.extract(carried, Context("extract"))
        handler.match(dict(result, **carried), Context("match"))
    except ValueError as error:
        status_changed(arn, started, "FAILED", error=type(error).__name__, cause=str(error))
    else:
        status_changed(arn, started, "SUCCEEDED")
    print(arn)


if __name__ == "__main__":
    main()
