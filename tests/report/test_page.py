import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from stationkeep.report import page as page_module
from stationkeep.report.page import page, report
from stationkeep.report.plots import ticks
from stationkeep.report.verdict import verdict

VOID = {"meta", "br"}


class Reader(HTMLParser):
    """Checks that elements close in order and keeps what has to be looked at."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.images, self.text = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        assert not {"src", "srcset", "data", "onload"} & attrs.keys(), (tag, attrs)
        if "href" in attrs:
            self.links.append(attrs["href"])
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "svg":
            self.images.append(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("style", "script"):
            self.text.append(data)


def read(html):
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def html(result):
    return page(result)


def test_the_page_is_one_file_that_asks_nothing_of_the_network(html):
    reader = read(html)
    assert all(link.startswith("#") and link[1:] in reader.ids for link in reader.links)
    assert len(reader.ids) == len(set(reader.ids))
    assert not re.search(r"https?://|@import|url\(|<script(?! type=\"application/json\")", html)


def test_the_page_answers_first_and_shows_every_part(html):
    reader = read(html)
    assert reader.ids == [
        "answer",
        "presence",
        "breaks",
        "time",
        "reserves",
        "services",
        "ports",
        "money",
        "assumptions",
        "sources",
        "reading",
        "verdict",
    ]
    text = " ".join(" ".join(reader.text).split()).replace("\N{NO-BREAK SPACE}", " ")
    wanted = [
        "Someone is aboard without a break to 2031-09-30",
        "Someone aboard, year by year",
        "What breaks, when and why",
        "roscosmos withdraws",
        "Against time",
        "Who depends on whom",
        "only roscosmos",
        "Traffic on the ports",
        "Money",
        "What it assumes",
        "recalled",
        "Who said what",
        "Yu. Borisov, head of Roscosmos",
        "How to read",
    ]
    assert [item for item in wanted if item not in text] == []


def test_every_picture_says_what_it_shows(html):
    for image in read(html).images:
        assert image.get("aria-hidden") == "true" or (image["role"] == "img" and image["aria-label"])


def test_the_twin_is_the_verdict_and_cannot_end_its_script(result, html):
    twin = re.search(r'<script type="application/json" id="verdict">(.*?)</script>', html, re.S).group(1)
    assert "<" not in twin
    told = json.loads(twin)
    expected = verdict(result)
    for future in told["futures"]:
        for finding in future["findings"]:
            finding.pop("rule")
    assert told == json.loads(json.dumps(expected))


def test_a_verdict_handed_to_the_page_is_told_and_stays_as_it_was(result, html):
    told = verdict(result)
    assert page(result, told) == html and told == verdict(result)


def test_text_of_a_scenario_cannot_become_markup(result):
    sources = [
        {
            "id": "x",
            "date": "2030-01-01",
            "speaker": "</script><script>alert(1)</script>",
            "outlet": "",
            "kind": "said",
            "statement": "<img src=x>",
            "futures": [],
            "what_happened": None,
        }
    ]
    bad = page(result.assign_attrs(sources=json.dumps(sources), title="<b>&"))
    read(bad)
    assert "<img" not in bad and "<script>" not in bad and "<b>" not in bad


def test_a_page_is_made_of_whatever_the_result_holds(result, plain):
    read(page(plain))
    bare = result[["people_count"]].assign_attrs()
    bare.attrs = {}
    read(page(bare))
    read(page(result.isel(run=[3])))
    read(page(result.isel(time=slice(0, 40))))
    read(page(result.assign(altitude_km=result.altitude_km * np.nan)))


def test_a_page_is_written_whole_or_not_at_all(result, tmp_path, monkeypatch):
    target = tmp_path / "verdict.html"
    target.write_text("the old page")

    def broken(*_):
        raise OSError("disk is full")

    monkeypatch.setattr(page_module.os, "fsync", broken)
    with pytest.raises(OSError, match="full"):
        report(result, target)
    assert target.read_text() == "the old page" and len(list(tmp_path.iterdir())) == 1
    monkeypatch.undo()
    assert report(result, target).read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(("low", "high"), [(0, 1), (370, 421), (0, 7.3), (1e-6, 3e-6), (-5, 5), (3, 3), (0, 2.5e9)])
def test_ticks_are_few_and_inside(low, high):
    marks = ticks(low, high)
    assert 2 <= len(marks) <= 7 and marks[0] >= low - 1e-9 and (high <= low or marks[-1] <= high * (1 + 1e-9))


def test_terms_of_a_chain_are_told_from_its_root():
    from stationkeep.report.glossary import terms

    chain = [{"kind": "attitude_lost", "name": "iss"}, {"kind": "service_down", "name": "desaturation"}, {"kind": "withdraw", "name": "leave"}]
    assert [term for term, _ in terms({"requirement": "attitude", "causes": chain})] == ["desaturation", "attitude"]
