"""The report's page in Chromium, opened from disk: search and sort work, an attack is text, nothing is fetched."""
import json
import os
import shutil
import sys
import time

import recoveries
from recoveries import check
from webdriver import Browser

DESKTOP, PHONE = (1280, 900), (390, 844)
LARGEST_PICTURE = 300_000
COLUMNS = {"no.": 0, "source": 1, "from": 2, "recipients": 3, "subject": 4, "arrival": 5, "state": 6}


def column(page, name):
    return page.script("return Array.from(document.querySelectorAll('#messages tbody tr:not([hidden])'))"
                       ".map(row => row.cells[arguments[0]].textContent)", COLUMNS[name])


def sort_by(page, name):
    page.click("#messages th:nth-child(%d) button" % (COLUMNS[name] + 1))


def records(made):
    with open(made.file("manifest.jsonl"), encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def opened(page, made):
    page.requested()
    began = time.monotonic()
    page.open(made.file("report.html"))
    return time.monotonic() - began


def asks_nobody(page, made):
    urls, complaints = page.requested()
    own = "file://" + os.path.abspath(made.file("report.html"))
    check([url for url in urls if url != own] == [], "the page asked for %s" % urls)
    check(complaints == [], "the browser complains: %s" % complaints)


def fits(page, name, made, folder, pictures):
    """No part of the page is wider than the window: a table may scroll by itself."""
    for width, height in (DESKTOP, PHONE):
        page.resize(width, height)
        wide = page.script("return [document.documentElement.scrollWidth, innerWidth]")
        check(wide[0] <= width, "%s at %d: the page is %d wide" % (name, width, wide[0]))
        narrow = page.script("""return Array.from(document.querySelectorAll('th, td:not(.n):not(.state)')).filter(
            cell => cell.offsetWidth < 60 && !cell.classList.contains('n') && cell.textContent.length > 9).length""")
        check(narrow == 0, "%s at %d: %d cells are as narrow as a letter" % (name, width, narrow))
        drawn = page.script("return document.querySelector('.scroll svg').getBoundingClientRect().width")
        check(drawn >= 600, "%s at %d: the chart's words cannot be read" % (name, width))
        page.picture(os.path.join(pictures or folder.path, "%s-%d.png" % (name, width)), 3000)
    page.resize(*DESKTOP)
    asks_nobody(page, made)


def searches_and_sorts(page, made, count):
    lines = records(made)
    check(len(lines) == count and len(column(page, "no.")) == count, "the table has not a row a message")
    held = [each["envelope_recipients"][0] for each in lines if each["disposition"] == "held"]
    domain = held[0].split("@")[1]
    wanted = sum(each.endswith("@" + domain) for each in held)
    page.type("#search", domain.upper() + " held")
    shown = "%d of %d" % (wanted, count)
    began = time.monotonic()
    page.wait("the search", lambda: page.script("return document.getElementById('shown').textContent") == shown)
    searched = time.monotonic() - began
    check(set(column(page, "state")) == {"held"} and len(column(page, "state")) == wanted, "other rows are shown")
    began = time.monotonic()
    sort_by(page, "source")
    sorted_in = time.monotonic() - began
    sources = column(page, "source")
    check(len(sources) == wanted and sources == sorted(sources, key=str.lower), "the sort is none")
    sort_by(page, "source")
    check(column(page, "source") == sources[::-1], "the second press does not turn it round")
    page.clear("#search")
    page.type("#search", " ")
    page.wait("all rows", lambda: len(column(page, "no.")) == count)
    sort_by(page, "no.")
    check([int(each) for each in column(page, "no.")] == list(range(1, count + 1)), "numbers are sorted as words")
    return searched, sorted_in


def without_scripts(page, made, count):
    page.devtools("Emulation.setScriptExecutionDisabled", {"value": True})
    opened(page, made)
    tools = page.script("return getComputedStyle(document.querySelector('.tools')).display")
    check(tools == "none", "a search is offered that cannot work")
    check(len(column(page, "no.")) == count, "rows are missing without scripts")
    page.devtools("Emulation.setScriptExecutionDisabled", {"value": False})


def is_text(page, made):
    check(page.script("return window.owned === undefined"), "a script of the mail's ran")
    for selector in ("img", "iframe", "object", "embed", "form", "a[href]", "[onclick]", "[onerror]", "[style]",
                     "link", "base"):
        check(page.script("return document.querySelectorAll(arguments[0]).length", selector) == 0,
              "the page has an element of the mail's: " + selector)
    check(page.script("return document.scripts.length") == 1, "the page has a script of the mail's")
    check(any(recoveries.ATTACK in each for each in column(page, "subject")), "the attack's text is not shown")
    check(len(column(page, "no.")) == len(records(made)), "rows are missing")


def main():
    requeue, kept = (os.path.abspath(each) for each in sys.argv[1:3])
    picture = os.path.abspath(sys.argv[sys.argv.index("--picture") + 1]) if "--picture" in sys.argv else None
    pictures = os.path.abspath(sys.argv[sys.argv.index("--all") + 1]) if "--all" in sys.argv else None
    driver, browser = shutil.which("chromedriver"), shutil.which("chromium")
    if not driver or not browser:
        recoveries.skip("chromium or chromium-driver is not installed (scripts/install-deps --viewers)")
    count = int(os.environ.get("REQUEUE_VIEWED_MESSAGES", "20000"))
    with recoveries.Folder() as folder:
        began = time.monotonic()
        shown = recoveries.kept(requeue, folder, kept)
        hostile, many = recoveries.attack(requeue, folder), recoveries.many(requeue, folder, count)
        print("made in %.1f s; the page of %d messages has %d bytes" %
              (time.monotonic() - began, count, os.path.getsize(many.file("report.html"))))
        with Browser(driver, browser, folder.at("profile")) as page:
            page.devtools("Network.enable", {})
            opened(page, shown)
            fits(page, "kept", shown, folder, pictures)
            if picture:
                page.picture(picture, 1330)
                check(os.path.getsize(picture) < LARGEST_PICTURE, "the picture is too large")
            opened(page, hostile)
            is_text(page, hostile)
            fits(page, "attack", hostile, folder, pictures)
            seconds = opened(page, many)
            searched, sorted_in = searches_and_sorts(page, many, count)
            asks_nobody(page, many)  # its layout is that of the two before; laying out so many rows again takes minutes
            without_scripts(page, shown, len(records(shown)))
            print("%d messages: opened in %.1f s, searched in %.1f s, sorted in %.1f s" %
                  (count, seconds, searched, sorted_in))
    print("passed: Chromium shows what is there, and asks nobody")


main()
