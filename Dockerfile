# syntax=docker/dockerfile:1
# One image for every command: worker, notify, route, topics. Nothing is written but to /tmp, so the root may be read-only.
FROM ghcr.io/astral-sh/uv:0.13.0 AS uv

FROM python:3.13.9-slim-bookworm AS build
COPY --from=uv /uv /bin/uv
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PYTHON_DOWNLOADS=never \
    UV_PROJECT_ENVIRONMENT=/opt/turfwatch
WORKDIR /src
# Packages first: they change seldom, and so does this layer.
RUN --mount=type=cache,target=/root/.cache/uv \
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \
    --mount=type=bind,source=uv.lock,target=uv.lock \
    uv sync --locked --no-dev --no-install-project
COPY pyproject.toml uv.lock README.md LICENSE ./
COPY pipeline pipeline
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --locked --no-dev --no-editable

FROM python:3.13.9-slim-bookworm
COPY --from=build /opt/turfwatch /opt/turfwatch
ENV PATH=/opt/turfwatch/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /tmp
EXPOSE 6066 6067 6068
STOPSIGNAL SIGTERM
# That of a worker; a notifier answers on 6067.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:6066/healthz', timeout=4)"]
ENTRYPOINT ["turfwatch"]
CMD ["worker"]
