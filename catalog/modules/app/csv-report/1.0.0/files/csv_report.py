#!/usr/bin/python3
"""Sums up one column of a CSV file by the values of another, and prints JSON.

Reads a file or standard input row by row. Exit codes: 0 done, 1 the input is wrong, 2 wrong usage.
"""
import argparse
import csv
import json
import os
import sys


class InputError(Exception):
    """Something is wrong with the input; the text says what and where."""


def summarize(rows, group, column, max_rows):
    """Returns {"rows": n, "groups": {value of `group`: sum of `column`}}."""
    names = rows.fieldnames or []
    for name in (group, column):
        if name not in names:
            raise InputError(f"there is no column '{name}'; there are: {', '.join(names)}")
    totals, count = {}, 0
    for row in rows:
        count += 1
        if count > max_rows:
            raise InputError(f"more than {max_rows} rows; raise CSV_REPORT_MAX_ROWS")
        try:
            totals[row[group]] = totals.get(row[group], 0.0) + float(row[column])
        except (TypeError, ValueError):
            raise InputError(f"line {rows.line_num}: {column} is '{row[column]}', "
                             "which is not a number") from None
    return {"rows": count, "groups": dict(sorted(totals.items()))}


def main():
    parser = argparse.ArgumentParser(prog="csv-report", description=__doc__)
    parser.add_argument("file", nargs="?", default="-", help="CSV with a header; - for stdin")
    parser.add_argument("--group", required=True, metavar="COLUMN")
    parser.add_argument("--sum", required=True, metavar="COLUMN")
    arguments = parser.parse_args()
    max_rows = int(os.environ.get("CSV_REPORT_MAX_ROWS", "1000000"))
    try:
        with (sys.stdin if arguments.file == "-"
              else open(arguments.file, newline="", encoding="utf-8")) as source:
            report = summarize(csv.DictReader(source), arguments.group, arguments.sum, max_rows)
    except (InputError, OSError, UnicodeDecodeError) as error:
        sys.exit(f"csv-report: {error}")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
