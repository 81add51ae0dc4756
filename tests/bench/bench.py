#!/usr/bin/env python3
"""What scripts/bench runs: see there."""
import argparse
import csv
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
REQUEUE = os.environ.get("REQUEUE", os.path.join(TOP, "build/release/requeue"))
PEERS = ["rsync", "restic", "borgbackup", "jdupes", "hashdeep", "maildir-utils", "libgmime-3.0-dev", "pkg-config", "gcc"]

parser = argparse.ArgumentParser()
parser.add_argument("--smoke", action="store_true")
parser.add_argument("--sizes", default="1000 20000", help="messages; 100000x3: so many runs of that size")
parser.add_argument("--runs", type=int, default=5)
parser.add_argument("--kind", choices=["mixed", "small", "large"], default="mixed")
parser.add_argument("--where", default=None, help="a folder on the disk to be measured")
parser.add_argument("--csv", default="bench.csv")
parser.add_argument("--svg", default=None, help="a plot of cost against size")
asked = parser.parse_args()
if asked.smoke:
    asked.sizes, asked.runs = "1000", 1

rows = []  # size, work, who, run, seconds
# work -> (ours, peer, what the ratio should be at most)
GOALS = [
    ("evacuate", "copy", "by hand", 0.6),
    ("evacuate", "link", "by hand", 0.2),
    ("evacuate", "copy", "restic", 0.5),
    ("evacuate", "copy", "borg", 0.5),
    ("evacuate", "copy", "rsync", None),
    ("plan", "after evacuate", "GMime", 0.1),
    ("plan", "nothing kept", "GMime, warm", 0.35),
    ("plan", "nothing kept", "mu index", None),
    ("duplicates", "plan", "jdupes", 1.0),
    ("replay", "replay", "cp and sync", 1.5),
    ("audit", "audit", "sha256sum -c", 1.3),
    ("audit", "audit", "hashdeep -a", None),
]


def shell(command, **extra):
    return subprocess.run(command, shell=isinstance(command, str), check=True, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, **extra)


def install():
    missing = [p for p in PEERS if subprocess.run(["dpkg-query", "-W", p], capture_output=True).returncode != 0]
    if missing:
        print("installing:", " ".join(missing), flush=True)
        as_root = [] if os.geteuid() == 0 else ["sudo"]
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        subprocess.run(as_root + ["apt-get", "install", "-y", "-q", "--no-install-recommends"] + missing,
                       env=environment, stdout=subprocess.DEVNULL, check=False)


def drop_caches():
    """Cold: what was read before must come from the disk again. Only root may; else the run is warm, and said so."""
    if asked.smoke:
        return False
    os.sync()
    try:
        with open("/proc/sys/vm/drop_caches", "w") as file:
            file.write("3")
        return True
    except OSError:
        return False


class Bench:
    def __init__(self, size, folder):
        self.size, self.folder = size, folder
        self.mailroot = os.path.join(folder, "mailroot")
        self.made = os.path.join(folder, "made")
        shell([sys.executable, os.path.join(TOP, "tests/bench/queue.py"), self.made, "--messages", str(size), "--kind",
               asked.kind])

    def path(self, name):
        return os.path.join(self.folder, name)

    def fresh(self, *names):
        for name in names:
            shutil.rmtree(self.path(name), ignore_errors=True)

    def time(self, work, who, run, command, environment=None, warm=False):
        if not warm:
            drop_caches()
        begun = time.monotonic()
        shell(command, cwd=self.folder, env=dict(os.environ, **(environment or {})))
        seconds = time.monotonic() - begun
        rows.append((self.size, work, who, run, round(seconds, 4)))
        print(f"  {self.size} {work}, {who}: {seconds:.2f} s", flush=True)

    def evacuations(self, run):
        for method in ("copy", "link"):
            self.fresh("mailroot", "R")
            shell(["cp", "-a", self.made, self.mailroot])
            self.time("evacuate", method, run, [REQUEUE, "evacuate", "--mailroot", "mailroot", "--recovery", "R",
                                                "--service", "none", "--method", method])
        self.fresh("mailroot", "hand")
        shell(["cp", "-a", self.made, self.mailroot])
        drop = "echo 3 > /proc/sys/vm/drop_caches" if os.geteuid() == 0 and not asked.smoke else "true"
        self.time("evacuate", "by hand", run,
                  "cp -a mailroot hand && sync && (cd hand && find . -type f -exec sha256sum {} +) > sums && "
                  f"{drop} && (cd hand && sha256sum --quiet -c ../sums) && find mailroot -mindepth 2 -type f -delete && sync")
        if asked.smoke:
            return
        if shutil.which("restic"):
            self.fresh("repository")
            secret = {"RESTIC_PASSWORD": "bench", "RESTIC_REPOSITORY": self.path("repository")}
            shell(["restic", "init"], env=dict(os.environ, **secret))
            self.time("evacuate", "restic", run, "restic backup made && restic check --read-data", secret)
        if shutil.which("rsync"):
            self.fresh("rsync")
            self.time("evacuate", "rsync", run, f"rsync -a made/ rsync && sync && {drop} && rsync -anc --delete made/ rsync")
        if shutil.which("borg"):
            self.fresh("borg")
            shell(["borg", "init", "-e", "none", self.path("borg")])
            self.time("evacuate", "borg", run, "borg create borg::a made && borg check --verify-data borg",
                      {"BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes"})

    def after(self, run):
        """Plan, replay and audit on one evacuation."""
        self.fresh("mailroot", "R", "P", "P2")
        shell(["cp", "-a", self.made, self.mailroot])
        shell([REQUEUE, "evacuate", "--mailroot", "mailroot", "--recovery", "R", "--service", "none"], cwd=self.folder)
        os.mkdir(self.path("P"))
        os.mkdir(self.path("P2"))
        self.time("plan", "after evacuate", run, [REQUEUE, "plan", "--recovery", "R"])
        rows.append((self.size, "duplicates", "plan", run, rows[-1][4]))
        # What a snapshot that another version took would cost: every message is opened.
        os.rename(self.path("R/cache"), self.path("kept"))
        shell([REQUEUE, "plan", "--recovery", "R"], cwd=self.folder)
        self.time("plan", "nothing kept", run, [REQUEUE, "plan", "--recovery", "R"], warm=True)
        os.rename(self.path("kept"), self.path("R/cache"))
        self.time("replay", "replay", run, [REQUEUE, "replay", "--recovery", "R", "--pickup", "P", "--no-probe", "bench"])
        self.time("audit", "audit", run, [REQUEUE, "audit", "--recovery", "R"])
        self.time("audit", "sha256sum -c", run, "cd R/snapshot && sha256sum --quiet -c manifest-sha256.txt")
        self.time("replay", "cp and sync", run, "cp made/Queue/*.EML P2/ 2>/dev/null || find made/Queue -type f -exec cp -t P2 {} +; sync")
        if asked.smoke:
            return
        if shutil.which("jdupes"):
            self.time("duplicates", "jdupes", run, "jdupes -r -q made > /dev/null; true")
        gmime = self.path("gmime")
        if os.path.exists(gmime):
            self.time("plan", "GMime", run, f"find made/Queue -type f | {gmime}")
            self.time("plan", "GMime, warm", run, f"find made/Queue -type f | {gmime}", warm=True)
        if shutil.which("mu"):
            self.fresh("maildir", "index")
            for name in ("cur", "new", "tmp"):
                os.makedirs(self.path(f"maildir/{name}"))
            shell(["cp", "-al", os.path.join(self.made, "Queue/."), self.path("maildir/cur")])
            where = {"XDG_CACHE_HOME": self.path("index"), "HOME": self.folder}
            shell(["mu", "init", "--maildir", self.path("maildir")], env=dict(os.environ, **where))
            self.time("plan", "mu index", run, "mu index", where, warm=True)
            self.fresh("maildir", "index")
        if shutil.which("hashdeep"):
            shell("hashdeep -c sha256 -r R/snapshot/data > hashes", cwd=self.folder)
            self.time("audit", "hashdeep -a", run, "hashdeep -c sha256 -r -a -k hashes R/snapshot/data")

    def build_gmime(self):
        source = os.path.join(TOP, "tests/bench/headers_gmime.c")
        built = subprocess.run(f"gcc -O2 -o {self.path('gmime')} {source} $(pkg-config --cflags --libs gmime-3.0)",
                               shell=True, capture_output=True)
        if built.returncode != 0:
            print("GMime: cannot be built here; that comparison is left out")


def versions():
    for command in (["mu", "--version"], ["restic", "version"], ["borg", "--version"], ["rsync", "--version"], ["jdupes", "-v"]):
        if shutil.which(command[0]):
            print("  " + subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[0])


def median(size, work, who):
    found = [row[4] for row in rows if row[:3] == (size, work, who)]
    return statistics.median(found) if found else None


def table(runs):
    sizes = list(runs)
    if asked.smoke:
        print("a smoke run: one run each, warm, beside whatever else this machine does; its figures say nothing")
    print(f"\n{'work':<12}{'ours':<16}{'against':<14}{'messages':>9}{'ours s':>10}{'theirs s':>10}{'ratio':>8}{'goal':>7}")
    for work, who, peer, goal in GOALS:
        for size in sizes:
            ours, theirs = median(size, work, who), median(size, work, peer)
            if ours is None or theirs is None:
                continue
            ratio = ours / theirs
            aim = f"{goal:>7.2f}" if goal else f"{'-':>7}"
            print(f"{work:<12}{who:<16}{peer:<14}{size:>9}{ours:>10.2f}{theirs:>10.2f}{ratio:>8.2f}{aim}"
                  f"{'  missed' if goal and ratio > goal else ''}")
    print("medians of " + ", ".join(f"{runs[size]} runs of {size:,} messages" for size in sizes))


# Seconds against messages, both in powers of ten. Drawn by hand: one polyline for each kind of work and program.
PLOTTED = [("evacuate", "copy", "#1f5fa8", ""), ("evacuate", "by hand", "#1f5fa8", "4 4"),
           ("plan", "after evacuate", "#2a8a3e", ""), ("plan", "GMime", "#2a8a3e", "4 4"),
           ("replay", "replay", "#b3541e", ""), ("replay", "cp and sync", "#b3541e", "4 4"),
           ("audit", "audit", "#6b3fa0", ""), ("audit", "sha256sum -c", "#6b3fa0", "4 4")]


def plot(sizes, path):
    lines = [(work, who, colour, dash, [(size, median(size, work, who)) for size in sizes])
             for work, who, colour, dash in PLOTTED]
    lines = [(work, who, colour, dash, [p for p in points if p[1]]) for work, who, colour, dash, points in lines]
    seconds = [p[1] for line in lines for p in line[4]]
    if not seconds:
        return
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))
    left, right = math.log10(min(sizes)), math.log10(max(sizes)) + 0.01
    x = lambda size: 60 + 420 * (math.log10(size) - left) / (right - left)
    y = lambda value: 330 - 300 * (math.log10(value) - low) / (high - low)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="720" height="380" font-family="sans-serif" font-size="12">',
           '<rect width="720" height="380" fill="white"/>']
    for power in range(low, high + 1):
        out.append(f'<line x1="60" y1="{y(10 ** power):.1f}" x2="480" y2="{y(10 ** power):.1f}" stroke="#ddd"/>')
        out.append(f'<text x="52" y="{y(10 ** power) + 4:.1f}" text-anchor="end">{10.0 ** power:g} s</text>')
    for size in sizes:
        out.append(f'<text x="{x(size):.1f}" y="350" text-anchor="middle">{size:,}</text>')
    out.append('<text x="270" y="370" text-anchor="middle">messages</text>')
    for number, (work, who, colour, dash, points) in enumerate(lines):
        if not points:
            continue
        at = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in points)
        out.append(f'<polyline points="{at}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>')
        row = 40 + 20 * number
        out.append(f'<line x1="500" y1="{row - 4}" x2="530" y2="{row - 4}" stroke="{colour}" stroke-width="2" '
                   f'stroke-dasharray="{dash}"/><text x="538" y="{row}">{work}: {who}</text>')
    out.append("</svg>")
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n")


def main():
    if not os.path.exists(REQUEUE):
        shell(["cmake", "--preset", "release"], cwd=TOP)
        shell(["cmake", "--build", "--preset", "release", "--target", "requeue"], cwd=TOP)
    if not asked.smoke:
        install()
        versions()
    runs = {}
    for each in asked.sizes.split():
        size, _, count = each.partition("x")
        runs[int(size)] = int(count or asked.runs)
    sizes = list(runs)
    print(f"cold cache: {'yes' if drop_caches() else 'no'}; {os.cpu_count()} CPUs; queue: {asked.kind}")
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=asked.where) as folder:
            bench = Bench(size, folder)
            if not asked.smoke:
                bench.build_gmime()
            for run in range(runs[size]):
                bench.evacuations(run)
                bench.after(run)
    with open(asked.csv, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["messages", "work", "who", "run", "seconds"])
        writer.writerows(rows)
    table(runs)
    if asked.svg:
        plot(sizes, asked.svg)
    print(f"raw figures: {asked.csv}")


main()
