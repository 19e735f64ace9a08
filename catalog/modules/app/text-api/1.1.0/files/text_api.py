"""A small text service: word counts, slugs and the time, as JSON over HTTP."""
import re
import unicodedata
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask, jsonify, request
from werkzeug.exceptions import BadRequest, HTTPException, NotFound

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024

WORD = re.compile(r"[\w']+")


def count_words(text):
    """Returns the number of words, of distinct words, and the ten most frequent."""
    words = [word.casefold() for word in WORD.findall(text)]
    counts = Counter(words)
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:10]
    return {"words": len(words), "distinct": len(counts), "top": [list(item) for item in top]}


def slugify(text):
    """Returns a lower-case ASCII name for `text`, with words joined by dashes."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", ascii_text.lower()))


CALLS = ["GET /healthz", "POST /v1/wordcount", "GET /v1/slug?text=…", "GET /v1/time?zone=…"]


@app.get("/")
def index():
    """What a visitor who knows nothing can ask next."""
    return jsonify(service="text-api", calls=CALLS)


@app.get("/healthz")
def healthz():
    return jsonify(status="ok")


@app.post("/v1/wordcount")
def wordcount():
    body = request.get_json()
    if not isinstance(body, dict) or not isinstance(body.get("text"), str):
        raise BadRequest('send {"text": "…"}')
    return jsonify(count_words(body["text"]))


@app.get("/v1/slug")
def slug():
    text = request.args.get("text", "")
    if not text:
        raise BadRequest("add ?text=…")
    return jsonify(slug=slugify(text))


@app.get("/v1/time")
def time():
    name = request.args.get("zone", "UTC")
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise NotFound(f"there is no time zone {name!r}") from None
    return jsonify(zone=name, time=datetime.now(zone).isoformat(timespec="seconds"))


@app.errorhandler(HTTPException)
def error(exception):
    return jsonify(error=exception.description), exception.code
