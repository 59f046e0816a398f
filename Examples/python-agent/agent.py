"""An agent that plans a portfolio with two others, one of which asks a model. The model is a stand-in."""

import random
import sys
import time

import stint


def ask_model(question):
    """What a provider's library would do."""
    began = time.monotonic()
    time.sleep(random.uniform(0.05, 0.2))
    answer = "Sell the %d smallest." % len(question.split())
    usage = {"input": 40 * len(question), "output": 9 * len(answer)}
    # No handle: the call belongs to the step around it.
    stint.current_step().model_call("large-2", latency=time.monotonic() - began, **usage)
    return answer


@stint.step("reporter", kind="agent")
def report(positions):
    for number in range(0, positions, 10):
        stint.current_step().activity("Reading position %d of %d" % (number, positions))
        time.sleep(0.02)
    return "%d positions" % positions


@stint.step("writer", kind="agent")
def write(findings):
    return ask_model("What would you do with %s?" % findings)


def plan(user):
    with stint.execution("portfolio-planner", user=user, steps=["reporter", "writer"], timeout=60) as run:
        proposal = write(report(42))
        run.goal("Sell" in proposal)
        run.summary(proposal)
        return run.id


if __name__ == "__main__":
    execution = plan(user=sys.argv[1] if len(sys.argv) > 1 else "ada")
    delivery = stint.flush(5)
    print("%s: %d of %d events delivered" % (execution, delivery.delivered, delivery.made))
