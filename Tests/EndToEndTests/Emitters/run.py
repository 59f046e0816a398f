"""run.py NAME URL PORT: lets one program that is not ours run an agent once, and send what its traces
say to a server, over HTTP at URL or over gRPC at PORT."""

import sys

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as CallExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

import model

QUESTION = "What is the weather in Paris?"


def get_weather(city: str) -> str:
    """Tells the weather of a city."""
    return f"sunny in {city}"


def provider(exporter, processor=BatchSpanProcessor):
    provider = TracerProvider(resource=Resource.create({"service.name": "emitters"}))
    provider.add_span_processor(processor(exporter))
    return provider


def over_http(url):
    return OTLPSpanExporter(f"{url}/v1/traces")


def sdk(url, port):
    """The SDK alone, by every way it has."""
    import grpc

    exporters = {
        "http": lambda: OTLPSpanExporter(f"{url}/v1/traces"),
        "http-gzip": lambda: OTLPSpanExporter(f"{url}/v1/traces", compression=Compression.Gzip),
        "http-deflate": lambda: OTLPSpanExporter(
            f"{url}/v1/traces", compression=Compression.Deflate),
        "grpc": lambda: CallExporter(f"127.0.0.1:{port}", insecure=True),
        "grpc-gzip": lambda: CallExporter(
            f"127.0.0.1:{port}", insecure=True, compression=grpc.Compression.Gzip),
    }
    for name, exporter in exporters.items():
        for processor in [BatchSpanProcessor, SimpleSpanProcessor]:
            traces = provider(exporter(), processor)
            tracer = traces.get_tracer("emitters")
            agent = f"{name}-{processor.__name__.removesuffix('SpanProcessor').lower()}"
            with tracer.start_as_current_span(
                f"invoke_agent {agent}",
                attributes={"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": agent},
            ):
                for taken, given in model.USAGES:
                    with tracer.start_as_current_span(
                        f"chat {model.MODEL}",
                        attributes={
                            "gen_ai.operation.name": "chat", "gen_ai.request.model": model.MODEL,
                            "gen_ai.response.model": model.MODEL,
                            "gen_ai.usage.input_tokens": taken,
                            "gen_ai.usage.output_tokens": given,
                        },
                    ):
                        pass
                with tracer.start_as_current_span(
                    "execute_tool get_weather",
                    attributes={
                        "gen_ai.operation.name": "execute_tool",
                        "gen_ai.tool.name": "get_weather",
                    },
                ):
                    pass
            traces.shutdown()


def strands(url, port):
    from opentelemetry import trace
    from strands import Agent, tool
    from strands.models.openai import OpenAIModel

    traces = provider(over_http(url))
    trace.set_tracer_provider(traces)
    Agent(
        name="Weather", tools=[tool(get_weather)], callback_handler=None,
        model=OpenAIModel(
            client_args={"api_key": "none", "base_url": model.serve()}, model_id=model.MODEL),
    )(QUESTION)
    traces.shutdown()


def langgraph(url, port):
    from langchain_openai import ChatOpenAI
    from langgraph.prebuilt import create_react_agent
    from openinference.instrumentation.langchain import LangChainInstrumentor

    traces = provider(over_http(url))
    LangChainInstrumentor().instrument(tracer_provider=traces)
    create_react_agent(
        ChatOpenAI(model=model.MODEL, base_url=model.serve(), api_key="none"), [get_weather],
        name="Weather",
    ).invoke({"messages": [("user", QUESTION)]})
    traces.shutdown()


def pydantic(url, port):
    from pydantic_ai import Agent, InstrumentationSettings
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    traces = provider(CallExporter(f"127.0.0.1:{port}", insecure=True))
    Agent.instrument_all(InstrumentationSettings(tracer_provider=traces))
    Agent(
        OpenAIChatModel(
            model.MODEL, provider=OpenAIProvider(base_url=model.serve(), api_key="none")),
        name="Weather", tools=[get_weather],
    ).run_sync(QUESTION)
    traces.shutdown()


EMITTERS = [sdk, strands, langgraph, pydantic]

if __name__ == "__main__":
    name, url, port = sys.argv[1:]
    {emitter.__name__: emitter for emitter in EMITTERS}[name](url, port)
