"""Whatever is sent, the server answers, and never with a failure of its own."""

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

KEYS = st.sampled_from([
    "title", "horizon", "start", "flights.soyuz.every_d", "flights.x", "futures.after-2024.weight", "futures.after-2024.events.leave",
    "requirements.altitude.bound", "stations.iss", "events.leave.on", "events.new", "rules.x", "uncertain.leak_factor", "solar", "a.b.c", "",
])  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20)
    | st.sampled_from(["2024-13-01", "9999-12-31", "0001-01-01", "record", "nasa", "powered_down"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | KEYS, inner, max_size=3), max_leaves=8,
)  # fmt: skip
NAMES = st.sampled_from(["iss", "iss-2022", "iss-now", "iss-history", "iss-partner-leaves"]) | st.text(max_size=12)
QUESTIONS = st.fixed_dictionaries(
    {}, optional={"scenario": NAMES, "yaml": st.text(max_size=60), "file": st.text(max_size=10), "changes": st.dictionaries(KEYS, VALUES, max_size=3),
                  "runs": VALUES, "seed": VALUES, "explain": VALUES, "plan": VALUES},
)  # fmt: skip
ANSWERS = {200, 202, 304, 400, 404, 405, 409, 413, 422, 429}


def few_and_many(test, **what):
    """The same test with 40 examples, and with 3,400: the three of this file then send more than 10,000 requests."""

    def sized(examples):
        calm = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
        return settings(max_examples=examples, deadline=None, suppress_health_check=calm)(given(**what)(test))

    return sized(40), pytest.mark.slow(sized(3400))


def any_question_is_answered(client, question, where):
    answer = client.post(f"/api/{where}", content=json.dumps(question).encode(), headers={"content-type": "application/json"})
    assert answer.status_code in ANSWERS
    answer.json()


test_any_question_is_answered, test_any_of_many_questions_is_answered = few_and_many(
    any_question_is_answered, question=QUESTIONS, where=st.sampled_from(["check", "jobs", "compare", "ephemeris"]),
)  # fmt: skip
LINES = st.lists(st.sampled_from([
    "base: iss-2022", "title: x", "flights:", "  soyuz: null", "  s: {vehicle: soyuz-ms, every_d: 30}", "futures: {a: {weight: 1}}", "- x", "? y", "&a [*a]", "events: {leave: {withdraw: nasa, on: 2025-01-01}}",
    "stations: {iss: {parts: iss}}", "start: 2022-07-26", "horizon: 2030-01-01", "\t", "...", "---", "requirements: {x: {altitude_km: {at_least: .inf}}}", "!!binary abc", "{", "'", "x: 1e999",
]) | st.text(max_size=15), max_size=8)  # fmt: skip


def any_file_is_read_or_refused_with_a_reason(client, lines):
    answer = client.post("/api/check", content=json.dumps({"yaml": "\n".join(lines)}).encode(), headers={"content-type": "application/json"})
    assert answer.status_code == 200
    told = answer.json()
    assert told["ok"] or (told["problems"] and all(problem["message"] for problem in told["problems"]))


test_any_file_is_read_or_refused, test_any_of_many_files_is_read_or_refused = few_and_many(any_file_is_read_or_refused_with_a_reason, lines=LINES)


def any_address_is_answered(client, on, without, segment, path):
    assert client.get("/api/dependence", params={"on": on, "without": without, "segment": segment}).status_code in ANSWERS
    assert client.get(f"/api/jobs/{quote(path)}").status_code in ANSWERS


test_any_address_is_answered, test_any_of_many_addresses_is_answered = few_and_many(
    any_address_is_answered, on=st.text(max_size=12) | st.dates().map(str), without=st.text(max_size=30), segment=st.text(max_size=12),
    path=st.text(max_size=30),
)  # fmt: skip
