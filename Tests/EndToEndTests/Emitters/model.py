"""A model that is always of the same opinion, behind the interface that OpenAI's clients speak."""

import http.server
import json
import threading

MODEL = "gpt-4o-mini"
# What it charges: first for asking for the tool, then for the answer.
USAGES = [(120, 30), (210, 45)]


class Model(http.server.BaseHTTPRequestHandler):
    """Asks for the tool `get_weather`, and answers once it has been told what the tool said."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        knows = any(message["role"] == "tool" for message in asked["messages"])
        if knows:
            message, reason = {"role": "assistant", "content": "It is sunny."}, "stop"
        else:
            call = {
                "id": "call_1", "type": "function",
                "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'},
            }
            message = {"role": "assistant", "content": None, "tool_calls": [call]}
            reason = "tool_calls"
        (taken, given) = USAGES[knows]
        usage = {
            "prompt_tokens": taken, "completion_tokens": given, "total_tokens": taken + given,
        }
        head = {"id": f"chatcmpl-{int(knows)}", "created": 1, "model": MODEL}
        if asked.get("stream"):
            self.stream(head, message, reason, usage)
        else:
            choice = {"index": 0, "message": message, "finish_reason": reason}
            self.answer(
                "application/json",
                json.dumps(
                    {**head, "object": "chat.completion", "choices": [choice], "usage": usage}))

    def stream(self, head, message, reason, usage):
        delta = dict(message)
        if "tool_calls" in delta:
            delta["tool_calls"] = [{"index": 0, **delta["tool_calls"][0]}]
        parts = [
            {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
            {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]},
            {"choices": [], "usage": usage},
        ]
        lines = [
            f"data: {json.dumps({**head, 'object': 'chat.completion.chunk', **part})}\n\n"
            for part in parts
        ]
        self.answer("text/event-stream", "".join(lines) + "data: [DONE]\n\n")

    def answer(self, kind, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def serve():
    """Starts it on a free port of this machine, and returns its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/v1"
