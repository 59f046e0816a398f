"""Two functions of a state machine. Each invocation is a step of the execution that called it."""

import time

import stint


@stint.lambda_handler("extract")
def extract(event, context):
    with stint.step("read-document", kind="tool"):
        time.sleep(0.05)
    return {"trades": 3}


@stint.lambda_handler("match")
def match(event, context):
    with stint.step("ask-model", kind="model"):
        stint.current_step().model_call("large-2", input=1500, output=500, latency=0.05)
    if event["trades"] > 2:
        raise ValueError("trade 3 matches nothing")
    return {"matched": event["trades"]}
