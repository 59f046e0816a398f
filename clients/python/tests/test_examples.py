"""The examples that tell with Python or curl, each before a real server."""

import json
import os
import shutil
import subprocess
import sys
import unittest

from harness import FOLDER
from test_server import ServerTestCase

EXAMPLES = FOLDER.parent.parent / "Examples"


class ExampleTests(ServerTestCase):
    def run_example(self, *command):
        environment = {key: value for key, value in os.environ.items() if key != "STINT_DISABLED"}
        environment.update(STINT_URL=self.url, STINT_SPOOL=self.folder + "/spool", PYTHONPATH=str(FOLDER),
                           PYTHONDONTWRITEBYTECODE="1")
        ended = subprocess.run(command, env=environment, cwd=self.folder, capture_output=True, text=True, timeout=120)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        return ended.stdout

    def test_an_agent(self):
        output = self.run_example(sys.executable, EXAMPLES / "python-agent" / "agent.py", "ada")
        (run,) = self.all()
        self.assertTrue(output.startswith(run["id"]))
        shown = self.execution(run["id"])
        self.assertEqual((shown["status"], shown["goalMet"], shown["user"]), ("succeeded", True, "ada"))
        self.assertEqual([step["key"] for step in shown["steps"]], ["reporter", "writer"])
        self.assertEqual(shown["modelCalls"][0]["model"], "large-2")

    def test_lambda_behind_step_functions(self):
        arn = self.run_example(sys.executable, EXAMPLES / "lambda-behind-step-functions" / "run.py").strip()
        shown = self.execution(arn)
        self.assertEqual((shown["status"], shown["agent"]), ("failed", "trade-matching"))
        self.assertEqual([(step["name"], step["status"]) for step in shown["steps"]], [
            ("extract", "succeeded"), ("read-document", "succeeded"), ("match", "failed"), ("ask-model", "succeeded")])
        self.assertEqual(len(self.all()), 1)

    def test_a_worker_of_a_queue(self):
        self.run_example(sys.executable, EXAMPLES / "sqs-worker" / "worker.py")
        runs = self.all()
        self.assertEqual(sorted(run["status"] for run in runs), ["failed", "succeeded", "succeeded", "succeeded"])
        messages = [run["attributes"]["messageId"] for run in runs]
        self.assertEqual(len(set(messages)), 3)
        for run in runs:
            self.assertIsNotNone(run["queueWaitSeconds"])

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_a_cron_job(self):
        self.run_example(EXAMPLES / "cron-job" / "report.sh")
        (run,) = self.all()
        self.assertEqual((run["agent"], run["status"], run["goalMet"]), ("nightly-report", "succeeded", True))
        self.assertIn("disk", run["summary"])

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_plain_curl(self):
        answers = [json.loads(line) for line in self.run_example(EXAMPLES / "plain-curl" / "tell.sh").splitlines() if line]
        self.assertEqual([answer["accepted"] for answer in answers if "accepted" in answer], [1, 3, 3])
        (run,) = self.all()
        shown = answers[-1]
        self.assertEqual((shown["id"], shown["status"], shown["goalMet"]), (run["id"], "succeeded", False))
        self.assertEqual([step["status"] for step in shown["steps"]], ["succeeded", "failed"])
        self.assertEqual(shown["tokens"]["output"], 740)


if __name__ == "__main__":
    unittest.main()
