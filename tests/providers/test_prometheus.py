"""What Prometheus scrapes is what was counted, read here by the library's own parser."""

import os
import subprocess
import sys

from prometheus_client.parser import text_string_to_metric_families

from closeline.domain.ports import Gauge
from closeline.providers.prometheus import PrometheusMeter


def samples(meter):
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(meter.text().decode())
        for sample in family.samples
    }


def test_what_is_counted_is_scraped_by_provider_verb_job_cache_and_database():
    meter = PrometheusMeter()
    meter.call("the_odds_api", "ok", 0.3)
    meter.call("the_odds_api", "TOO_FAST", 0.1)
    meter.job("capture.poll", "ok", 0.2)
    meter.cache("put", "ok", 0.01)
    meter.transaction("write", "ok", 0.02)
    meter.batch("opinions", 250, "ok", 0.05)
    found = samples(meter)

    assert found["closeline_call_seconds_count", (("outcome", "ok"), ("provider", "the_odds_api"))] == 1
    assert found["closeline_call_seconds_count", (("outcome", "TOO_FAST"), ("provider", "the_odds_api"))] == 1
    assert found["closeline_job_seconds_sum", (("job", "capture.poll"), ("outcome", "ok"), ("verb", "capture"))] == 0.2
    assert found["closeline_cache_seconds_count", (("operation", "put"), ("outcome", "ok"))] == 1
    assert found["closeline_transaction_seconds_count", (("kind", "write"), ("outcome", "ok"))] == 1
    assert found["closeline_rows_written_total", (("outcome", "ok"), ("what", "opinions"))] == 250


def test_gauges_are_asked_at_each_scrape():
    standing = [Gauge("closeline_credits_left", "Credits left.", 500.0, (("provider", "the_odds_api"),))]
    meter = PrometheusMeter(lambda: standing)

    assert samples(meter)["closeline_credits_left", (("provider", "the_odds_api"),)] == 500.0

    standing[0] = Gauge("closeline_credits_left", "Credits left.", 12.0, (("provider", "the_odds_api"),))

    assert samples(meter)["closeline_credits_left", (("provider", "the_odds_api"),)] == 12.0


def test_two_meters_do_not_count_into_each_other():
    one, other = PrometheusMeter(), PrometheusMeter()
    one.job("gate.candidates", "ok", 0.1)

    assert not any(name.startswith("closeline_job_seconds_count") for name, _ in samples(other))


COUNT_ONE = "from closeline.providers.prometheus import PrometheusMeter as M; M().job('gate.candidates', 'ok', 0.1)"
LISTEN = """
import sys, urllib.request
from pathlib import Path
from closeline.providers.prometheus import listen
port = listen("127.0.0.1", 0, Path(sys.argv[1]))
print(urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode())
"""


def test_what_the_processes_of_a_worker_count_is_added_up_at_one_address(tmp_path):
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNT_ONE], env=environment, check=True)
    told = subprocess.run(
        [sys.executable, "-c", LISTEN, str(tmp_path)], env=environment, check=True, capture_output=True, text=True
    ).stdout

    assert 'closeline_job_seconds_count{job="gate.candidates",outcome="ok",verb="gate"} 2.0' in told
