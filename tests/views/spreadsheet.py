"""The manifest as CSV in LibreOffice: each cell is what we wrote, none is a formula."""
import csv
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import recoveries
from recoveries import check

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def text_of(paragraph):
    """With the blanks that the format writes as elements."""
    out = paragraph.text or ""
    for part in paragraph:
        if part.tag == TEXT + "s":
            out += " " * int(part.get(TEXT + "c", "1"))
        elif part.tag == TEXT + "tab":
            out += "\t"
        elif part.tag == TEXT + "line-break":
            out += "\n"
        else:
            out += text_of(part)
        out += part.tail or ""
    return out


def cells_of(file):
    """Rows of (kind, value, formula). Empty cells at the end of a row are left out."""
    rows = []
    for row in ElementTree.parse(file).iter(TABLE + "table-row"):
        cells = []
        for cell in row.findall(TABLE + "table-cell"):
            kind = cell.get(OFFICE + "value-type")
            value = "\n".join(text_of(each) for each in cell.findall(TEXT + "p"))
            if kind == "float":
                value = cell.get(OFFICE + "value")
            if kind == "date":
                value = cell.get(OFFICE + "date-value")
            times = int(cell.get(TABLE + "number-columns-repeated", "1"))
            cells += [(kind, value, cell.get(TABLE + "formula"))] * (times if times < 100 else 1)
        while cells and cells[-1][0] is None:
            cells.pop()
        if cells:
            rows.append(cells)
    return rows


def same(written, kind, value):
    if kind == "float":
        return float(written) == float(value)
    if kind == "date":
        return written.rstrip("Z").rstrip("0").rstrip(".") == value.rstrip("0").rstrip(".")
    # A cell of Calc has one kind of line end, and no control characters.
    lines = written.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each == "\n" or each >= " ") == value


def compare(office, folder, made, name):
    subprocess.run([office, "-env:UserInstallation=file://" + folder.at("profile"), "--headless",
                    "--infilter=CSV:44,34,76,1", "--convert-to", "fods", "--outdir", made.root,
                    made.file("manifest.csv")], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    opened = cells_of(made.file("manifest.fods"))
    with open(made.file("manifest.csv"), newline="", encoding="utf-8") as lines:
        written = list(csv.reader(lines))
    check(len(opened) == len(written), "%s: %d rows became %d" % (name, len(written), len(opened)))
    compared = 0
    for number, (ours, theirs) in enumerate(zip(written, opened)):
        for column, text in enumerate(ours):
            kind, value, formula = theirs[column] if column < len(theirs) else (None, "", None)
            where = "%s, row %d, %s" % (name, number + 1, written[0][column])
            check(formula is None, "%s: a formula: %s" % (where, formula))
            check(same(text, kind, value), "%s: %r became %r (%s)" % (where, text, value, kind))
            compared += 1
    print("%s: %d cells are equal" % (name, compared))


def main():
    requeue, kept = (os.path.abspath(each) for each in sys.argv[1:3])
    office = shutil.which("soffice")
    if not office:
        recoveries.skip("LibreOffice is not installed (scripts/install-deps --viewers)")
    with recoveries.Folder() as folder:
        compare(office, folder, recoveries.kept(requeue, folder, kept), "kept record")
        compare(office, folder, recoveries.attack(requeue, folder), "attack in every field")
    print("passed: LibreOffice shows the cells that were written")


main()
