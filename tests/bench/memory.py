#!/usr/bin/env python3
"""How much memory each message costs: what scripts/bench --memory prints, and what the test `memory` checks.

    memory.py [--sizes "SMALL LARGE"] [--check] [--where DIR]

Each command runs on a queue of SMALL messages and on one of LARGE, of 2 KB each, made from a seed. What a message costs
is the difference of their peaks over the difference of their numbers, so that what the program needs anyway, and what
it reads ahead, is no part of it. --check: a message costs more than its bound, and the exit status is 1.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
REQUEUE = os.environ.get("REQUEUE", os.path.join(TOP, "build/release/requeue"))

# Bytes a message, of the peak of resident memory.
BOUNDS = {"plan": 400, "replay": 400, "plan after it": 400, "replay again": 400, "audit": 800, "report": 600}

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--sizes", default="100000 1000000")
parser.add_argument("--check", action="store_true")
IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
parser.add_argument("--where", default=IN_MEMORY, help="a folder to work in, with 8 KB and two files a message of room")


def run(arguments):
    """Peak in bytes, and seconds of the clock and of the processors."""
    begun = time.monotonic()
    process = subprocess.Popen([REQUEUE] + arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    words = process.stderr.read().decode(errors="replace")
    _, status, used = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 3):
        sys.exit(f"requeue {' '.join(arguments)} ended with {code}:\n{words}")
    return used.ru_maxrss * 1024, time.monotonic() - begun, used.ru_utime + used.ru_stime


def measure(size, folder):
    mailroot, recovery = os.path.join(folder, "mailroot"), os.path.join(folder, "recovery")
    subprocess.run([sys.executable, os.path.join(TOP, "tests/bench/queue.py"), mailroot, "--messages", str(size),
                    "--kind", "small", "--sparse"], check=True)
    common = ["--recovery", recovery, "--quiet", "--jobs", "2"]
    sure = ["--confirm", os.uname().nodename]
    replay = ["replay"] + common + sure + ["--no-probe", "it is a measurement"]
    outputs = [option for kind in ("csv", "jsonl", "html")
               for option in (f"--{kind}", os.path.join(folder, f"report.{kind}"))]
    run(["evacuate", "--mailroot", mailroot, "--method", "link"] + common + sure)
    return {
        "plan": run(["plan"] + common),
        "replay": run(replay),
        "plan after it": run(["plan"] + common),
        "replay again": run(replay),
        "audit": run(["audit"] + common),
        "report": run(["report", "--recovery", recovery, "--quiet"] + outputs),
    }


def main():
    asked = parser.parse_args()
    sizes = sorted(int(size) for size in asked.sizes.split())
    found = []
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=asked.where) as folder:
            found.append(measure(size, folder))
    small, large = found[0], found[-1]
    more = sizes[-1] - sizes[0]
    print("| command | " + " | ".join(f"{size:,}: MB, s, CPU s" for size in sizes) + " | bytes a message | at most |")
    print("| --- " * (len(sizes) + 3) + "|")
    over = []
    for command, bound in BOUNDS.items():
        cost = (large[command][0] - small[command][0]) / more
        peaks = " | ".join(f"{one[command][0] / 1e6:.1f}, {one[command][1]:.1f}, {one[command][2]:.1f}" for one in found)
        print(f"| {command} | {peaks} | {cost:.0f} | {bound} |")
        if cost > bound:
            over.append(f"{command}: {cost:.0f} bytes a message, {bound} allowed")
    if asked.check and over:
        sys.exit("too much memory: " + "; ".join(over))


main()
