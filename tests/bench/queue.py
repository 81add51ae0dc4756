#!/usr/bin/env python3
"""Makes a Mailroot with a queue as printers and scanners leave it, from a seed.

    queue.py DESTINATION --messages N [--kind mixed|small|large] [--seed S] [--sparse]

mixed: most messages some kilobytes (median 6 KB), one in a hundred some megabytes; small: 2 KB each; large: 4 MB each.
Bodies are base64 of chance, as those of scanned pages are: what compresses or stores equal parts once gains nothing by
them. One in twenty is a copy of another. --sparse leaves holes for bodies, for queues larger than the disk.
"""
import argparse
import binascii
import os
import random

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("destination")
parser.add_argument("--messages", type=int, required=True)
parser.add_argument("--kind", choices=["mixed", "small", "large"], default="mixed")
parser.add_argument("--seed", type=int, default=20261125)
parser.add_argument("--sparse", action="store_true")
asked = parser.parse_args()
chance = random.Random(asked.seed)

for folder in ("Queue", "Pickup", "Badmail", "Drop"):
    os.makedirs(os.path.join(asked.destination, folder))
queue = os.path.join(asked.destination, "Queue")


def size_of():
    if asked.kind == "small":
        return 2048
    if asked.kind == "large":
        return 4 << 20
    if chance.random() < 0.01:
        return chance.randrange(1 << 20, 5 << 20)
    return int(chance.lognormvariate(8.7, 0.6))


def body_of(size):
    text = binascii.b2a_base64(chance.randbytes(size * 57 // 78 + 1), newline=False)
    return b"".join(text[i : i + 76] + b"\r\n" for i in range(0, len(text), 76))


def message(number):
    device = chance.randrange(40)
    to = f"user{chance.randrange(400)}@{chance.choice(['example.com', 'example.org', 'example.net'])}"
    stamp = 0x01CFBB0000000000 + number * 10_000_000
    head = (
        f"Received: from device{device} ([192.0.2.{device + 1}]) by relay.example.com with Microsoft SMTPSVC(6.0);\r\n"
        f"\t Tue, 19 Aug 2014 0{number // 3600 % 10}:{number // 60 % 60:02}:{number % 60:02} +0100\r\n"
        f"From: device{device}@example.com\r\nTo: {to}\r\nSubject: Scan {number}\r\n"
        f"Message-ID: <{number}.{chance.randrange(1 << 40)}@device{device}.example.com>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
        f"X-OriginalArrivalTime: 19 Aug 2014 08:00:00.0000 (UTC) FILETIME=[{stamp & 0xFFFFFFFF:08X}:{stamp >> 32:08X}]\r\n\r\n"
    ).encode()
    return head, max(size_of() - len(head), 80)


earlier = []
for number in range(asked.messages):
    path = os.path.join(queue, f"NTFS_{number:08x}01cfbb0000000000.EML")
    if earlier and number % 20 == 19:
        with open(chance.choice(earlier), "rb") as source, open(path, "wb") as copy:
            copy.write(source.read())
        continue
    head, body = message(number)
    with open(path, "wb") as file:
        file.write(head)
        if asked.sparse:
            file.truncate(len(head) + body)
        else:
            file.write(body_of(body))
    if len(earlier) < 1000 and body < 65536:
        earlier.append(path)
