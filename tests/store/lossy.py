"""A wire between a program and PostgreSQL that loses the answer to COMMIT, once it is told to."""

import contextlib
import shutil
import socket
import tempfile
import threading
from pathlib import Path

from sqlalchemy import make_url

WORD = b"COMMIT"


class LossyWire:
    """Listens on a Unix socket and passes everything on; when `loses`, it hangs up after a COMMIT has been carried out."""

    def __init__(self, url: str) -> None:
        self.upstream = make_url(url)
        self.folder = Path(tempfile.mkdtemp(prefix="wire-", dir="/tmp"))
        self.loses = False
        self.lost = 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.folder / ".s.PGSQL.5432"))
        self.listener.listen()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        return self.upstream.set(
            host=None, port=None, query={"host": str(self.folder), "port": "5432"}
        ).render_as_string(hide_password=False)

    def close(self) -> None:
        self.listener.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client, self._server()), daemon=True).start()

    def _server(self) -> socket.socket:
        folder = self.upstream.query.get("host")
        if isinstance(folder, str) and folder.startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{folder}/.s.PGSQL.{self.upstream.query.get('port', 5432)}")
            return server
        return socket.create_connection((self.upstream.host or "127.0.0.1", self.upstream.port or 5432))

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        dropping = threading.Event()
        back = threading.Thread(target=self._answer, args=(client, server, dropping), daemon=True)
        back.start()
        while data := _read(client):
            if self.loses and WORD in data:
                dropping.set()
            _write(server, data)
        server.close()

    def _answer(self, client: socket.socket, server: socket.socket, dropping: threading.Event) -> None:
        while data := _read(server):
            if dropping.is_set():
                # The server has said that it is done: now nobody will hear it.
                self.lost += 1
                break
            _write(client, data)
        # Shut, not only closed: the other thread still waits for words from this end.
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
        client.close()


def _write(end: socket.socket, data: bytes) -> None:
    # Either end may have hung up already: then there is nobody to pass it on to.
    with contextlib.suppress(OSError):
        end.sendall(data)


def _read(end: socket.socket) -> bytes:
    try:
        return end.recv(65536)
    except OSError:
        return b""
