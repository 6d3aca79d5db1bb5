"""Results in a headless browser: from a question to its answer, its plan, its comparison, its links; what ends a job."""

import csv
import json
import os
import re
import signal
import subprocess
import time

import pytest

from stationkeep.report.sections import CHARTS

from .conftest import DESKTOP, PHONE, SHORT, Watched, accessible, ask, chromium, pixels, read, serving, wait_for

pytest.importorskip("playwright")
pytestmark = pytest.mark.skipif(chromium() is None, reason="no chromium on this machine")


def test_newcomer_from_question_to_comparison(watched, result):
    page = watched.open()
    page.click("text=run “Russia leaves”")
    page.wait_for_selector("#run")
    date = page.locator("[data-path$='after-2024.events.leave.on'] input")
    date.fill("2021-01-01")
    page.fill("[data-path=horizon] input", "2022-01-01")
    page.wait_for_selector("[data-path=horizon] .wrong")
    assert "not after start" in page.locator("[data-path=horizon] .wrong").inner_text(), "said beside the field, as validate says it"
    page.fill("[data-path=horizon] input", "2022-12-31")
    date.fill("2022-10-31")
    page.wait_for_function("() => !document.querySelector('#panel .wrong')")
    assert "c=" in page.url, "the question can be shared"
    page.fill("label:has-text('Runs per future') input", "2")
    page.fill("label:has-text('Causes to defend') input", "0")
    page.click("#run")
    page.wait_for_selector("#headline", timeout=900_000)
    assert "aboard" in page.inner_text("#headline")
    assert page.locator("#marks .mark.first").count() == 1
    broken = page.locator(".finding.first .chain time").first.inner_text()
    assert broken in page.inner_text("#moment"), "a new result opens on its first break"
    first = page.locator(".finding.first .chain button").last
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("(day) => document.querySelector('#moment').textContent.includes(day)", arg=first.locator("time").inner_text())
    page.wait_for_selector("[data-download='dataset.nc']", timeout=300_000)
    begins = {"scenario.yaml": b"name:", "report.html": b"<!", "dataset.nc": b"\x89hdf", "dataset.zip": b"pk", "bands.csv": b"future,", "verdict.json": b"{"}
    for name, first_bytes in begins.items():
        with page.expect_download() as taken:
            page.click(f"[data-download='{name}']")
        with open(taken.value.path(), "rb") as file:
            assert file.read(10).lower().startswith(first_bytes), name
    page.click("#orbit")
    page.wait_for_selector("[data-download='orbit.czml']", timeout=300_000)
    for name, first_bytes in {"orbit.oem": b"CCSDS_OEM_VERS = 2.0", "orbit.czml": b"["}.items():
        with page.expect_download() as taken:
            page.click(f"[data-download='{name}']")
        with open(taken.value.path(), "rb") as file:
            assert file.read(30).startswith(first_bytes)
    mine = page.url.split("#/run/")[1][:16]
    page.click("text=Compare with another")
    for job in (result, mine):
        page.check(f"[data-job='{job}'] input")
    page.click("#compare")
    page.wait_for_selector("#differences", timeout=300_000)
    assert page.locator("#side thead th").count() == 2
    assert page.locator("#side tbody tr").count() == 3 + 4, "each of the four futures has a row"
    assert page.locator("#differences tbody tr").count() > 0
    page.reload()
    page.wait_for_selector("#differences", timeout=300_000)
    accessible(page, "compare")
    page.set_viewport_size(PHONE)
    accessible(page, "compare, narrow")
    watched.open(f"#/run/{mine}?t=2022-10-31&future=after-2024", flat=True)
    page.wait_for_selector("#station [data-part=zvezda][stroke='#ff5d5d']", state="attached")  # dark on the day it was powered down
    page.goto(f"{watched.server}/?flat#/compare?ids=")
    page.wait_for_selector("text=Nothing to compare yet.")


ROUNDED = 5.5e-4
"""The report shows four digits, the page's JSON five."""


def plain(text):
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


REPORT = """() => ({ text: document.body.innerText,
  presence: [...document.querySelectorAll('#presence table')[0].rows].map((r) => [...r.cells].map((c) => c.firstChild.textContent)),
  breaks: [...document.querySelectorAll('#breaks article')].map((a) => a.innerText),
  charts: [...document.querySelectorAll('#time .charts')].map((g) => [g.previousElementSibling.innerText,
    [...g.querySelectorAll('figure')].map((f) => [f.querySelector('h4').firstChild.textContent.trim(),
      [...f.querySelectorAll('thead th')].slice(1).map((c) => c.textContent), [...f.querySelectorAll('tbody tr')].map((r) => [...r.cells].map((c) => c.textContent))])]) })"""


def test_the_report_alone_tells_the_figures_of_the_page(watched, browser, server, result, tmp_path):
    """The report opened as a file, without a server: presence, breaks with their causes, and every chart both draw."""
    (tmp_path / "report.html").write_text(read(server, f"jobs/{result}/report.html"))
    context = browser.new_context()
    alone = context.new_page()
    alone.goto((tmp_path / "report.html").as_uri())
    told = alone.evaluate(REPORT)
    twin = json.loads(alone.text_content("#verdict"))
    context.close()
    for finding in (finding for future in twin["futures"] for finding in future["findings"]):
        del finding["rule"]  # the requirement in words, which the report adds
    assert twin == ask(server, f"jobs/{result}/verdict.json")
    page = watched.open(f"#/run/{result}", flat=True)
    page.wait_for_selector("#headline")
    assert plain(page.inner_text("#headline")) in plain(told["text"])
    rows = page.evaluate("() => [...document.querySelectorAll('#presence tr')].map((r) => [...r.cells].map((c) => c.textContent))")
    years, shares = [row[0] for row in told["presence"][1:]], list(zip(*(row[1:] for row in told["presence"][1:]), strict=True))
    assert rows[0][2:] == years
    for row, share in zip(rows[1:], shares, strict=False):
        assert row[2:] == [plain(frac) for frac in share], row[0]
    breaks = [plain(text) for text in told["breaks"]]
    names = ask(server, f"jobs/{result}/view.json")["futures"]
    for name in names:
        page.select_option("label:has-text('Future') select", name)
        page.wait_for_function("(name) => document.querySelector('#moment').textContent.includes(` of ${name},`) || !document.querySelector('#moment').textContent.includes('run')", arg=name)
        for seen in map(plain, page.locator("[data-finding].finding").all_text_contents()):  # at once: the list is drawn anew with the future
            figures = set(re.findall(r"[<>]?[0-9.]+ %|\d{4}-\d\d-\d\d", seen))
            assert any(figures <= set(re.findall(r"[<>]?[0-9.]+ %|\d{4}-\d\d-\d\d", text)) for text in breaks), (name, seen)
    compared = 0
    futures = [ask(server, f"jobs/{result}/view-{i}.json") for i in range(len(names))]
    for station, charts in told["charts"]:
        for title, labels, lines in charts:
            variable, entry = next(((v, title[len(t) + 2 :]) for v, t, axis in CHARTS if title == t or (axis and title.startswith(f"{t}: "))), ("", ""))
            for future in futures if station.startswith("Station ") else []:
                drawn = future["stations"].get(station.removeprefix("Station "), {"charts": []})["charts"]
                chart = next((c for c in drawn if c["variable"] == variable and c["entry"].replace("_", " ") == entry), None)
                for line in lines if chart else []:
                    cell = line[1 + labels.index(future["name"].replace("_", " "))]
                    at = chart["t"].index(line[0])
                    figures = [chart[q][at] for q in ("p50", "p5", "p95")]
                    shown = [float(figure.replace(",", "")) for figure in re.findall(r"[-0-9.,e+]+", cell)]
                    assert shown == pytest.approx([v for v in figures if v is not None], rel=ROUNDED), (title, line[0])
                    compared += 1
    assert compared > 100


def test_a_shared_result_opens_where_it_was_and_after_a_restart(browser, server, home, result):
    """The second server is another process on the same folder: it knows of the result what is on disk, as after a restart."""
    for url in serving(home):
        for where in (server, url):
            watched = Watched(browser, where)
            page = watched.open(f"#/run/{result}?t=2023-12-15&future=after-2024-handed-over&run=1", flat=True)
            page.wait_for_selector("#headline")
            page.wait_for_function("() => document.querySelector('#moment').textContent.includes('2023-12-15')")
            assert "run 1 of after-2024-handed-over" in page.inner_text("#moment")
            page.evaluate("(to) => { location.hash = to }", f"#/run/{result}?t=2200-01-01")
            page.wait_for_function("() => document.querySelector('#moment').textContent.startsWith('2023-12-31')")
            watched.close()


def test_every_station_of_a_run_is_drawn(watched, result):
    page = watched.open(f"#/run/{result}?future=until-own-station&t=2022-09-01&station=ros")
    page.wait_for_selector("#headline")
    page.wait_for_function("() => document.querySelector('#station-caption').textContent.includes('nothing of it is in orbit')")
    page.fill("#day", "2023-12-01")
    page.wait_for_function("() => document.querySelector('#station-caption').textContent.startsWith('Russian orbital station: 3 parts')")
    assert "schematic" in page.inner_text("#station-caption")
    assert pixels(page, "#station")["colours"] > 20
    assert page.locator("#which button").count() == 3 and page.locator("[data-station=ros][aria-pressed=true]").count() == 1
    page.click("[data-station=iss-russian]")
    page.wait_for_function("() => /^iss-russian: 1\\d parts/.test(document.querySelector('#station-caption').textContent)")
    assert "station=iss-russian" in page.url
    page.evaluate("(to) => { location.hash = to }", f"#/run/{result}?future=until-own-station&t=2023-12-01&station=ros")
    page.wait_for_selector("[data-station=ros][aria-pressed=true]")
    assert page.locator("#charts [aria-pressed=true]").inner_text() == "ros", "the charts follow a link to another station"
    page.click("[data-station=iss]")
    assert page.locator("[data-station=iss][aria-pressed=true]").count() == 1
    page.wait_for_function("() => /^International Space Station: 6\\d parts/.test(document.querySelector('#station-caption').textContent)")
    page.fill("#day", "2022-09-01")
    page.wait_for_function("() => /^International Space Station: 8\\d parts/.test(document.querySelector('#station-caption').textContent)")


def test_without_webgl_every_station_has_a_schematic(blind, server, result):
    watched = Watched(blind, server, PHONE)
    page = watched.open(f"#/run/{result}?future=until-own-station&t=2023-12-01&station=ros")
    page.wait_for_selector("#station [data-part=ros-core]")
    page.locator("#station [data-part=ros-core]").first.click(force=True)
    page.wait_for_selector("#chosen [data-told=ros-core]")
    accessible(page, "run without WebGL, narrow")
    watched.close()


def test_a_plan_is_asked_for_and_told(watched):
    page = watched.open("#/ask?scenario=iss-2022", flat=True)
    page.wait_for_selector("#run")
    page.fill("[data-path=horizon] input", "2022-12-31")
    page.fill("label:has-text('Runs per future') input", "1")
    page.fill("label:has-text('Causes to defend') input", "0")
    page.check("#plan")
    assert "plan=1" in page.url
    page.click("#run")
    page.wait_for_selector("#plan-told tbody tr", timeout=600_000)
    assert "million dollars" in page.inner_text("#plan-told summary")
    flights = page.locator("#plan-told tbody th").all_inner_texts()
    page.wait_for_selector("#headline", timeout=600_000)
    page.wait_for_selector("[data-download='dataset.nc']", timeout=300_000)
    with page.expect_download() as taken:
        page.click("[data-download='flights.csv']")
    with open(taken.value.path(), encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert [row["name"] for row in table] == flights and all(float(row["cost_musd"]) >= 0 for row in table)
    page.get_by_text("all", exact=True).click()
    flown = {bar.get_attribute("data-visit") for bar in page.locator("[data-visit]").all()}
    early = {row["name"] for row in table if row["expected"] < "2022-12-01"}
    assert len(early) > 2 and len(flown & early) >= len(early) - 1, "the run flies the plan"
    assert "plan=1" in page.get_attribute("text=Change the question", "href")
    accessible(page, "plan")
    page.set_viewport_size(PHONE)
    accessible(page, "plan, narrow")


def test_every_page_is_accessible_fits_the_window_and_has_a_twin(watched, result):
    page = watched.open(flat=True)
    for address in ("look?t=2022-07-26", "depends?t=2022-07-26&without=roscosmos", "ask", "results", f"run/{result}"):
        page.evaluate("(to) => { location.hash = to }", f"#/{address}")
        page.wait_for_selector(f"body[data-route='{address.split('?')[0].split('/')[0]}']")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(400)
        for size in (PHONE, DESKTOP):
            page.set_viewport_size(size)
            accessible(page, address)
    watched.open("#/look?t=2022-07-26")
    accessible(page, "look, in 3-D")


def test_a_worker_that_dies_and_cancel(watched, server, home, result):
    long = ask(server, "jobs", SHORT | {"runs": 400})["id"]
    for _ in range(200):
        told = ask(server, f"jobs/{long}")
        if told["state"] == "running" and told["phase"] == "running":
            break
        time.sleep(0.2)
    found = subprocess.run(["ps", "-ww", "-eo", "pid,args"], capture_output=True, text=True).stdout.splitlines()
    workers = [int(line.split()[0]) for line in found if "stationkeep.web.worker" in line and str(home) in line]
    assert len(workers) == 1
    os.kill(workers[0], signal.SIGKILL)
    for _ in range(400):
        told = ask(server, f"jobs/{long}")
        if told["tries"] == 2 and told["state"] == "running":
            break
        time.sleep(0.2)
    assert told["tries"] == 2, "taken up again by the worker that took its place"
    page = watched.open(f"#/run/{long}", flat=True)
    page.wait_for_selector("#progress progress")
    page.focus("#cancel")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Cancelled.", timeout=120_000)
    assert wait_for(server, long, 120)["state"] == "cancelled"
