# Closeline in a container: one image for the API, the worker and the beat. It runs as nobody in particular, never as root.
#
# Everything that is installed is pinned by hash in locks/. Build: docker build -t closeline .

FROM python:3.11-slim-bookworm AS built
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/closeline
WORKDIR /build
COPY locks/core.txt locks/production.txt locks/
RUN /opt/closeline/bin/pip install --require-hashes -r locks/core.txt -r locks/production.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN /opt/closeline/bin/pip install --no-deps . && /opt/closeline/bin/python -m compileall -q /opt/closeline/lib

FROM python:3.11-slim-bookworm
# What takes a backup of PostgreSQL before each upgrade; its version is that of the server in compose.yaml.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /var/lib/closeline --create-home closeline
COPY --from=built /opt/closeline /opt/closeline
ENV PATH=/opt/closeline/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CLOSELINE_DATA_DIR=/var/lib/closeline \
    CLOSELINE_LOG_TO=stderr \
    NUMBA_CACHE_DIR=/tmp/numba
USER 10001:10001
WORKDIR /var/lib/closeline
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["closeline"]
CMD ["serve", "--host", "0.0.0.0"]
