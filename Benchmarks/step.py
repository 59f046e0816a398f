"""What a step costs a Python program: prints the median and the 99.9th percentile, in nanoseconds.

python3 step.py COUNT, with clients/python in PYTHONPATH.
"""

import sys
import time

import stint

durations = []
while len(durations) < int(sys.argv[1]):
    with stint.execution("bench") as run:
        for number in range(20):
            begin = time.perf_counter_ns()
            with run.step("step"):
                pass
            durations.append(time.perf_counter_ns() - begin)
durations.sort()
print(durations[len(durations) // 2], durations[len(durations) * 999 // 1000])
