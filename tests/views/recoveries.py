"""Recovery folders to look at: made by the program itself, in memory where there is a file system for that."""
import os
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile

ATTACK = """<script>window.owned=1</script>"'><img src=http://attack.example.net/x.png onerror="window.owned=2">"""
WIDE = "W" * 300


def skip(why):
    print("SKIPPED: " + why)
    sys.exit(0)


def fail(what):
    print("FAILED: " + what)
    sys.exit(1)


def check(holds, what):
    if not holds:
        fail(what)


class Folder:
    """A temporary folder, removed at the end."""

    def __enter__(self):
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) and "TMPDIR" not in os.environ else None
        self.path = tempfile.mkdtemp(prefix="requeue-views.", dir=memory)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def at(self, *names):
        return os.path.join(self.path, *names)


class Recovery:
    """An evacuated and replayed Mailroot, with its three reports."""

    def __init__(self, requeue, folder, name):
        self.requeue, self.root = requeue, folder.at(name)
        self.mailroot, self.recovery = os.path.join(self.root, "mailroot"), os.path.join(self.root, "recovery")
        os.mkdir(self.root)

    def file(self, name):
        return os.path.join(self.root, name)

    def put(self, source, data):
        path = os.path.join(self.mailroot, source)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(data)

    def run(self, *command, codes=(0, 3)):
        done = subprocess.run([self.requeue, *command], capture_output=True, cwd=self.root, check=False)
        check(done.returncode in codes, "%s ended with %d: %s" % (command[0], done.returncode, done.stderr.decode()))

    def finish(self, words=()):
        at = ["--recovery", self.recovery]
        self.run("evacuate", "--mailroot", self.mailroot, "--service", "none", *at, *words)
        os.makedirs(self.file("Pickup"), exist_ok=True)
        self.run("replay", "--pickup", self.file("Pickup"), "--no-probe", "a view of it", *at, *words)
        return self.report()

    def report(self):
        at = ["--recovery", self.recovery]
        self.run("report", "--html", self.file("report.html"), "--csv", self.file("manifest.csv"), "--jsonl",
                 self.file("manifest.jsonl"), *at)
        return self


def kept(requeue, folder, archive):
    """The record of the first sample queue that tests/golden keeps: the demo's, of another day and another host."""
    made = Recovery(requeue, folder, "kept")
    with tarfile.open(archive) as archived:
        archived.extractall(made.root)
    os.chmod(made.recovery, 0o700)
    return made.report()


def many(requeue, folder, count):
    """`count` messages to nine domains; every 50th is a bounce and held, every 70th a copy of the one before."""
    made = Recovery(requeue, folder, "many")
    order = random.Random(7)
    os.makedirs(made.file("mailroot/Pickup"))
    last = b""
    for number in range(count):
        to = "user%d@site%d.example.org" % (number % 977, order.randrange(9))
        head = b"x-sender: <>\r\nx-receiver: %s\r\n" % to.encode() if number % 50 == 49 else b""
        text = head + ("From: printer%d@example.com\r\nTo: %s\r\nSubject: Page %d of %d\r\n"
                       "Message-ID: <%d@example.com>\r\nDate: Mon, 18 Aug 2014 %02d:%02d:%02d +0000\r\n\r\nbody\r\n" %
                       (number % 31, to, number, count, number, number // 3600 % 24, number // 60 % 60, number % 60)).encode()
        made.put("Queue/NTFS_%08x01cfbab1%08x.EML" % (order.getrandbits(32), number), last if number % 70 == 69 else text)
        last = text
    return made.finish()


def attack(requeue, folder):
    """Every field that somebody else can write is an attack, or too wide for any page."""
    made = Recovery(requeue, folder, "attack")
    made.put("Pickup/plain.txt", b"x-sender: a@example.com\r\nx-receiver: b@example.org\r\nFrom: a@example.com\r\n\r\nx\r\n")
    names = ["<b onclick=x>&'\".EML", "=1+1.EML", "@SUM(A1).EML", "-2+3,4;=5.EML", WIDE[:200] + ".EML", "a\tb\r\n=c.EML",
             "\u202egnp.EML", "'quoted'.EML"]
    for number, name in enumerate(names):
        words = ATTACK if number % 2 == 0 else WIDE
        made.put("Queue/" + name,
                 ('From: "%s" <%s>\r\nTo: "=cmd|\' /C calc\'!A0"@example.org, <script>@example.net, b%d@example.org\r\n'
                  "Subject: %s %s\r\nMessage-ID: <%s>\r\nDate: %s\r\n\r\nx\r\n" %
                  (words.replace('"', ""), "a@example.com", number, "=1+1" if number % 2 else words, words, words,
                   words)).encode())
    made.put("Queue/held.EML", ("From: a@example.com\r\nSubject: =HYPERLINK(\"http://attack.example.net\";\"x\") %s\r\n\r\n" %
                                ATTACK).encode())
    made.put("Queue/bytes.EML", b"From: a@example.com\r\nTo: b@example.org\r\nSubject: \xff\xfe \\x41 \xe9 \x1b[31m\r\n\r\n")
    return made.finish(["--ticket", ATTACK, "--operator", ATTACK, "--reason", ATTACK])
