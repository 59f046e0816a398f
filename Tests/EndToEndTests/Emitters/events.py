"""events.py NAME URL: lets a library that is not ours say what agents and workflows did, and send it to
a server. Writes one line of JSON: which executions there must be then."""

import datetime
import json
import sys
import uuid

import requests

START = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=5)


def at(seconds):
    return START + datetime.timedelta(seconds=seconds)


# What an agent did, in the words of our own events: their types, and their data.
RUN = [
    ("execution.started", 0, {"agent": "Émile", "attributes": {"ticket": 4711}}),
    ("step.started", 1, {"step": "look-up", "kind": "tool"}),
    ("model.called", 2, {
        "step": "look-up", "model": "gpt-4o-mini", "call": "c1",
        "tokens": {"input": 330, "output": 75}}),
    ("step.finished", 3, {"step": "look-up", "status": "succeeded"}),
    ("execution.finished", 4, {"status": "failed", "error": {
        "type": "RateLimitError", "message": "50 % of “all”\nrequests"}}),
]


def execution(subject):
    return f'{subject} "ünïcode" 100%'


def change(name, status, envelope):
    """A change of status of Step Functions, whole or its detail alone."""
    arn = f"arn:aws:states:us-west-2:123456789012:execution:report-agent:{name}"
    begin, end = (round(at(second).timestamp() * 1000) for second in (0, 4))
    detail = {
        "executionArn": arn, "name": name, "status": status, "startDate": begin,
        "stateMachineArn": "arn:aws:states:us-west-2:123456789012:stateMachine:report-agent",
        "stopDate": None if status == "RUNNING" else end, "input": "{}", "output": None,
        "error": None, "cause": None,
    }
    if not envelope:
        return arn, detail
    return arn, {
        "version": "0", "id": str(uuid.uuid4()), "source": "aws.states", "account": "123456789012",
        "detail-type": "Step Functions Execution Status Change", "region": "us-west-2",
        "time": at(5).strftime("%Y-%m-%dT%H:%M:%SZ"), "resources": [arn], "detail": detail,
    }


def post(url, headers, body):
    answer = requests.post(f"{url}/v1/cloudevents", headers=headers, data=body, timeout=60)
    answer.raise_for_status()
    assert answer.json()["rejected"] == [], answer.text
    return answer.json()["accepted"]


def cloudevents(url):
    """Every mode of both of the package's interfaces: the present one, and the one before it."""
    from cloudevents.core.bindings import http
    from cloudevents.core.formats.json import JSONFormat
    from cloudevents.core.v1.event import CloudEvent
    from cloudevents.v1.conversion import to_binary, to_structured
    from cloudevents.v1.http import CloudEvent as OldEvent

    form = JSONFormat()

    def event(kind, second, subject, data, **more):
        return CloudEvent(
            attributes={
                "id": str(uuid.uuid4()), "type": kind, "source": "https://example.com/agents",
                "specversion": "1.0", "subject": subject, "time": at(second), **more,
            },
            data=data)

    def old_event(kind, second, subject, data, **more):
        return OldEvent(
            {
                "type": kind, "source": "https://example.com/agents", "subject": subject,
                "time": at(second).isoformat(), **more,
            }, data)

    def message(sent):
        return sent.headers, sent.body

    typed = {"datacontenttype": "application/json"}
    modes = {
        "structured": lambda *told: message(http.to_structured(event(*told), form)),
        "structured-typed": lambda *told: message(http.to_structured(event(*told, **typed), form)),
        "structured-bytes": lambda *told: message(
            http.to_structured(event(*told[:3], json.dumps(told[3]).encode(), **typed), form)),
        "binary": lambda *told: message(http.to_binary(event(*told), form)),
        "binary-typed": lambda *told: message(http.to_binary(event(*told, **typed), form)),
        "old-structured": lambda *told: to_structured(old_event(*told)),
        "old-binary": lambda *told: to_binary(old_event(*told)),
        "old-binary-typed": lambda *told: to_binary(old_event(*told, **typed)),
    }
    runs, changes, left = [], [], []
    for mode, send in modes.items():
        # The old interface leaves headers as they are, and HTTP takes no other than these.
        subject = execution(mode) if "old-binary" not in mode else mode
        runs.append(subject)
        for kind, second, data in RUN:
            for name in (kind, f"com.example.agents.{kind}") if kind == "step.started" else (kind,):
                headers, body = send(name, second, subject, data)
                assert post(url, headers, body) == 1
        for envelope in (True, False):
            for status in ("RUNNING", "SUCCEEDED"):
                arn, data = change(f"{mode}-{envelope}", status, envelope)
                headers, body = send("com.example.states.change", 5, "states", data)
                post(url, headers, body)
            changes.append(arn)
        # Nothing is made of what tells of no execution, and nobody is to blame for it.
        for data in ({"nothing": "of use"}, None):
            headers, body = send("com.example.weather", 0, "sky", data)
            assert post(url, headers, body) == 1

    # A batch, as the structured form of each in an array, whose order is not theirs.
    subject = execution("batch")
    batch = [
        json.loads(form.write(event(kind, second, subject, data))) for kind, second, data in RUN
    ]
    arn, data = change("batch", "SUCCEEDED", True)
    batch.append(json.loads(form.write(event("com.example.states.change", 5, "states", data))))
    headers = {"content-type": "application/cloudevents-batch+json; charset=utf-8"}
    assert post(url, headers, json.dumps(batch[::-1]).encode()) == len(batch)
    assert post(url, headers, b"[]") == 0
    return {"runs": runs + [subject], "changes": changes + [arn]}


def openlineage(url):
    """The client's own transports, compressed or not, and one that sends while the program goes on."""
    from openlineage.client import OpenLineageClient
    from openlineage.client.event_v2 import Dataset, Job, JobEvent, Run, RunEvent, RunState
    from openlineage.client.generated.base import StaticDataset, DatasetEvent
    from openlineage.client.generated import (
        documentation_job, environment_variables_run, error_message_run, execution_parameters_run,
        external_query_run, extraction_error_run, job_type_job, nominal_time_run, ownership_job,
        parent_run, processing_engine_run, source_code_location_job, sql_job, tags_run,
    )

    producer = "https://example.com/scheduler/1.0"
    told = {}
    for kind, compression in (("http", None), ("http", "gzip"), ("async_http", "gzip")):
        settings = {"type": kind, "url": url, "timeout": 60}
        if compression:
            settings["compression"] = compression
        client = OpenLineageClient(config={"transport": settings})
        name = f"{kind}-{compression}"
        parent = str(uuid.uuid4())
        ends = {"COMPLETE": "succeeded", "FAIL": "failed", "ABORT": "aborted", "": "running"}
        for end, status in ends.items():
            identity = str(uuid.uuid4())
            told[identity] = {"agent": f"{name}-{end}", "status": status, "parent": parent}
            job = Job(
                namespace="warehouse", name=f"{name}-{end}",
                facets={
                    "jobType": job_type_job.JobTypeJobFacet(
                        processingType="BATCH", integration="AIRFLOW", jobType="TASK"),
                    "documentation": documentation_job.DocumentationJobFacet(description="§"),
                    "ownership": ownership_job.OwnershipJobFacet(
                        owners=[ownership_job.Owner(name="team:data", type="MAINTAINER")]),
                    "sql": sql_job.SQLJobFacet(query="SELECT '{\"a\": 1}'"),
                    "sourceCodeLocation": source_code_location_job.SourceCodeLocationJobFacet(
                        type="git", url="https://example.com/repository"),
                })
            facets = {
                "parent": parent_run.ParentRunFacet(
                    run=parent_run.Run(runId=parent),
                    job=parent_run.Job(namespace="warehouse", name="daily"),
                    root=parent_run.Root(
                        run=parent_run.RootRun(runId=parent),
                        job=parent_run.RootJob(namespace="warehouse", name="daily"))),
                "nominalTime": nominal_time_run.NominalTimeRunFacet(
                    nominalStartTime=at(-60).isoformat(), nominalEndTime=at(60).isoformat()),
                "processing_engine": processing_engine_run.ProcessingEngineRunFacet(
                    version="3.5", name="spark", openlineageAdapterVersion="1.54.0"),
                "tags": tags_run.TagsRunFacet(
                    tags=[tags_run.TagsRunFacetFields(key="team", value="data", source="USER")]),
                "environmentVariables":
                    environment_variables_run.EnvironmentVariablesRunFacet(
                        environmentVariables=[
                            environment_variables_run.EnvironmentVariable(name="A", value="B")]),
            }
            failure = {
                "errorMessage": error_message_run.ErrorMessageRunFacet(
                    message="ValueError: no “such” table", programmingLanguage="PYTHON",
                    stackTrace="Traceback\n  at 1"),
            }
            events = [(RunState.START, 0, facets), (RunState.RUNNING, 1, {})]
            if end:
                events.append((RunState[end], 4, failure if end == "FAIL" else {}))
            events.append((RunState.OTHER, 5, {}))
            for state, second, more in events:
                data = [Dataset(namespace="s3://bucket", name="orders")]
                client.emit(
                    RunEvent(
                        eventTime=at(second).isoformat(), eventType=state, producer=producer,
                        run=Run(runId=identity, facets=more), job=job,
                        inputs=data if second == 0 else [], outputs=[]))
        # Neither tells of a run.
        client.emit(
            JobEvent(
                eventTime=at(0).isoformat(), producer=producer,
                job=Job(namespace="warehouse", name="idle")))
        client.emit(
            DatasetEvent(
                eventTime=at(0).isoformat(), producer=producer,
                dataset=StaticDataset(namespace="s3://bucket", name="orders")))
        assert client.close(60) is not False
    return told


LIBRARIES = [cloudevents, openlineage]

if __name__ == "__main__":
    name, url = sys.argv[1:]
    print(json.dumps({library.__name__: library for library in LIBRARIES}[name](url)))
