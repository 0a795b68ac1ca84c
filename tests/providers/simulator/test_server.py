"""The simulator on the wire: real sockets on loopback, whole answers, slow ones and broken ones."""

import http.client
import json
import socket
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from closeline.domain.clock import FixedClock
from closeline.providers.simulator.faults import Script, Window
from closeline.providers.simulator.server import KEY, Simulator, running
from tests.builders.recordings import FIRST, NFL, a_recording

AT = FIRST + timedelta(hours=2)
TARGET = f"/v4/sports/{NFL}/odds?apiKey={KEY}&regions=us"


@contextmanager
def a_server(fault=None, **given):
    windows = () if fault is None else (Window(fault, timedelta(0), timedelta(days=1)),)
    simulator = Simulator(a_recording(), FixedClock(AT), script=Script(FIRST, windows), **given)
    with running(simulator) as address:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=3)
        with closing(connection):
            yield simulator, connection


def test_whole_answers_come_over_one_connection():
    with a_server() as (simulator, connection):
        for _ in range(3):
            connection.request("GET", TARGET)
            response = connection.getresponse()
            assert (response.status, len(json.loads(response.read()))) == (200, 2)

    assert [(met.status, met.cost) for met in simulator.met] == [(200, 1)] * 3


def test_whoever_listens_hears_of_every_call():
    heard: list = []
    with a_server(heard=heard.append) as (_, connection):
        connection.request("GET", TARGET)
        connection.getresponse().read()

    assert [(met.at, met.sport, met.status) for met in heard] == [(AT, NFL, 200)]


def test_a_reset_breaks_the_connection_without_a_word():
    with a_server("reset") as (_, connection):
        connection.request("GET", TARGET)
        with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
            connection.getresponse()


def test_a_cut_answer_promises_more_than_it_sends():
    with a_server("cut") as (_, connection):
        connection.request("GET", TARGET)
        with connection.getresponse() as response, pytest.raises(http.client.IncompleteRead):
            response.read()


def test_slow_bytes_come_one_a_second_and_stop_does_not_wait_for_them():
    with a_server("slow") as (_, connection):
        connection.timeout = 0.5
        connection.request("GET", TARGET)
        with connection.getresponse() as response:
            assert response.read(1) == b"["
            with pytest.raises(TimeoutError):
                response.read(5)


def test_it_listens_on_loopback_only():
    with a_server() as (simulator, _):
        assert simulator._server.server_address[0] == "127.0.0.1"


def test_a_stopped_simulator_answers_no_more():
    simulator = Simulator(a_recording(), FixedClock(AT))
    with running(simulator) as address:
        where = urlsplit(address)
    connection = http.client.HTTPConnection(where.netloc, timeout=1)
    with pytest.raises(OSError):
        connection.request("GET", TARGET)


def test_whoever_is_still_connected_is_hung_up_on_when_it_stops():
    simulator = Simulator(a_recording(), FixedClock(AT))
    with running(simulator) as address:
        where = urlsplit(address)
        waiting = socket.create_connection((where.hostname, where.port), timeout=3)
    with closing(waiting), suppress(ConnectionResetError):
        assert waiting.recv(1) == b""
