"""calls.py CASE PORT [CERTIFICATE]: calls OTLP over gRPC as the exporter of the SDK does, and as its gRPC
does by itself. The key is in KEY. Writes one line of JSON: what each came to."""

import json
import os
import sys

import grpc
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


def spans(agent, text=""):
    memory = InMemorySpanExporter()
    traces = TracerProvider()
    traces.add_span_processor(SimpleSpanProcessor(memory))
    with traces.get_tracer("calls").start_as_current_span(
        f"invoke_agent {agent}",
        attributes={
            "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": agent, "text": text,
        },
    ):
        pass
    return memory.get_finished_spans()


def export(agent, text="", seconds=20, key=os.environ.get("KEY"), **more):
    """What the exporter makes of the server's answers, however often it tries."""
    exporter = OTLPSpanExporter(
        f"127.0.0.1:{port}", timeout=seconds,
        headers={"authorization": f"Bearer {key}"} if key else None,
        **({"credentials": credentials} if credentials else {"insecure": True}), **more)
    result = exporter.export(spans(agent, text)).name
    exporter.shutdown()
    return result


def call(message, encoding=grpc.Compression.NoCompression, key=os.environ.get("KEY")):
    """The code of one call, and whether it says how long to wait."""
    address = f"127.0.0.1:{port}"
    with grpc.secure_channel(address, credentials) if credentials else grpc.insecure_channel(
        address
    ) as channel:
        try:
            channel.unary_unary(METHOD)(
                message, timeout=60, compression=encoding,
                metadata=[("authorization", f"Bearer {key}")] if key else None)
            return "OK"
        except grpc.RpcError as error:
            waits = any(
                name == "grpc-status-details-bin" and b"RetryInfo" in value
                for name, value in error.trailing_metadata() or [])
            return error.code().name + (" RETRY" if waits else "")


def refusals():
    """Each is tried once: none of them would come to another end."""
    return {
        "no key": export("none", key=None),
        "read key": export("none", key=os.environ["READ_KEY"]),
        "too large": export("none", text="x" * 100_000),
        "too large, gzip": export("none", text="x" * 100_000, compression=grpc.Compression.Gzip),
    }


def codes():
    whole = ExportTraceServiceRequest().SerializeToString()
    large = bytes([0x0A, 0]) * 50_000
    gzip, deflate = grpc.Compression.Gzip, grpc.Compression.Deflate
    return {
        "empty": call(whole), "bad": call(b"\xff\xff\xff"), "bad gzip": call(b"\xff" * 100, gzip),
        "gzip": call(bytes([0x0A, 0]) * 100, gzip),
        "deflate": call(bytes([0x0A, 0]) * 100, deflate),
        "large": call(large), "large gzip": call(large, gzip), "large deflate": call(large, deflate),
        "again": call(whole),
    }


def patient():
    """Goes on for as long as the exporter's own patience lasts."""
    return {"patient": export("patient", seconds=110)}


def secured():
    return {
        agent: export(agent, seconds=8, compression=encoding)
        for agent, encoding in (
            ("plain", grpc.Compression.NoCompression), ("gzip", grpc.Compression.Gzip))
    }


if __name__ == "__main__":
    case, port, *files = sys.argv[1:]
    credentials = None
    for file in files:
        with open(file, "rb") as certificate:
            credentials = grpc.ssl_channel_credentials(certificate.read())
    print(json.dumps({"refusals": refusals, "codes": codes, "patient": patient,
                      "secured": secured}[case]()))
