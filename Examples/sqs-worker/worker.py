"""A worker of a queue. `QUEUE_URL` names an SQS queue (with boto3); without one a small queue in memory stands in for it."""

import collections
import os
import time
import uuid

import stint


class MemoryQueue:
    """As much of SQS as a worker sees: what is not deleted is received again."""

    def __init__(self, *bodies):
        self._messages = collections.deque(
            {"MessageId": str(uuid.uuid4()), "ReceiptHandle": None, "Body": body,
             "Attributes": {"SentTimestamp": str(int(time.time() * 1_000)), "ApproximateReceiveCount": "0"}}
            for body in bodies)

    def receive(self):
        if not self._messages:
            return None
        attributes = self._messages[0]["Attributes"]
        attributes["ApproximateReceiveCount"] = str(int(attributes["ApproximateReceiveCount"]) + 1)
        return self._messages[0]

    def delete(self, message):
        self._messages.remove(message)


class SQSQueue:
    def __init__(self, url):
        import boto3

        self._url, self._sqs = url, boto3.client("sqs")

    def receive(self):
        # Names and waits of messages come only if they are asked for.
        answer = self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=1, WaitTimeSeconds=20, AttributeNames=["All"])
        return (answer.get("Messages") or [None])[0]

    def delete(self, message):
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])


def work(message):
    """An execution each time a message is received: two of one `messageId` are told apart, and found as duplicates."""
    system = message["Attributes"]
    run = stint.execution("invoice-reader", source="sqs", timeout=300, attributes={
        "messageId": message["MessageId"], "receiveCount": int(system["ApproximateReceiveCount"])})
    run.queued(queue="invoices", at=int(system["SentTimestamp"]) / 1_000)
    with run:
        with stint.step("parse"):
            if message["Body"] == "late" and system["ApproximateReceiveCount"] == "1":
                raise ConnectionError("the store of documents did not answer")
        with stint.step("book"):
            time.sleep(0.02)


def main():
    url = os.environ.get("QUEUE_URL")
    queue = SQSQueue(url) if url else MemoryQueue("first", "late", "last")
    while True:
        message = queue.receive()
        if message is None:
            if url:
                continue
            break
        try:
            work(message)
        except ConnectionError as error:
            print("%s comes again: %s" % (message["MessageId"], error))
        else:
            queue.delete(message)
            print("%s is done" % message["MessageId"])


if __name__ == "__main__":
    main()
