# Marsad as an image: `docker build -t marsad .`, then compose.yaml. What is installed is what
# uv.lock names. Tags are of one version each; whoever wants the same bytes again pins digests.
ARG PYTHON=3.12.11-slim-bookworm

FROM ghcr.io/astral-sh/uv:0.13.9 AS uv

FROM python:${PYTHON} AS build
COPY --from=uv /uv /usr/local/bin/uv
ENV UV_PROJECT_ENVIRONMENT=/opt/marsad \
    UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1
WORKDIR /src
# The libraries first: they change less often than the code. CAMeL Tools comes without its
# deep-learning stack and without a download, as pyproject.toml has it.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-default-groups --extra postgres --extra charts --no-install-project
COPY LICENSE NOTICE README.md feeds.yaml ./
COPY bot bot
COPY rules rules
COPY storage storage
RUN uv sync --frozen --no-default-groups --extra postgres --extra charts --no-editable

FROM python:${PYTHON}
# Folders for volumes, so that what is mounted there belongs to the user.
RUN useradd --system --uid 10001 --home-dir /var/lib/marsad --shell /usr/sbin/nologin marsad \
    && install -d -o marsad -g marsad -m 0700 /var/lib/marsad /var/lib/marsad-installed
COPY --from=build /opt/marsad /opt/marsad
ENV PATH=/opt/marsad/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MARSAD_DATA_DIR=/var/lib/marsad \
    MARSAD_MARKER_DIR=/var/lib/marsad-installed \
    MARSAD_METRICS_PORT=9464
USER 10001
WORKDIR /var/lib/marsad
# 503 names what is wrong; the first start compiles the rules.
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9464/healthz', timeout=8)"]
ENTRYPOINT ["marsad"]
CMD ["run"]
