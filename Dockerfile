# Two stages: the first builds the wheel and installs it with its locked dependencies, the second carries only
# what runs. The digest is the one that docker-library/repo-info lists for this tag; Dependabot proposes newer ones.
ARG PYTHON=python:3.13-slim@sha256:9662417aace5ae7b8e2609cce472b72a8958e134ba372808abe9cc1a0c0125e6
FROM ${PYTHON} AS build
WORKDIR /build
RUN python -m venv /opt/venv && python -m venv /opt/tools
COPY requirements.txt requirements-build.txt ./
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary=:all: --require-hashes -r requirements.txt
RUN /opt/tools/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary=:all: --require-hashes -r requirements-build.txt
COPY pyproject.toml README.md LICENSE ./
COPY locales locales
COPY bot bot
RUN /opt/tools/bin/pip wheel --no-deps --no-build-isolation --no-index --wheel-dir /wheel .
RUN /opt/venv/bin/pip install --no-deps --no-index /wheel/*.whl
RUN /opt/venv/bin/pip uninstall --yes pip

FROM ${PYTHON}
# Fonts for pictures in every script; without customers who read Chinese, Japanese or Korean leave out
# fonts-noto-cjk (90 MB): --build-arg FONTS="fonts-dejavu-core fonts-noto-core"
ARG FONTS="fonts-dejavu-core fonts-noto-core fonts-noto-cjk"
RUN apt-get update && apt-get install --yes --no-install-recommends libfribidi0 ${FONTS} && rm -rf /var/lib/apt/lists/*
# The bot's user owns nothing but /data, where the database lies: the rest may be read-only.
RUN groupadd --gid 10001 bot && useradd --uid 10001 --gid bot --home-dir /data --shell /usr/sbin/nologin bot
RUN install -d -o bot -g bot -m 0700 /data
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATABASE_URL=sqlite:////data/bot.db \
    LISTEN=0.0.0.0:8080 \
    LOG_FORMAT=json
WORKDIR /data
USER 10001:10001
VOLUME /data
EXPOSE 8080
# The bot gets ten seconds to settle what is in flight; it needs eight at most.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['LISTEN'].rpartition(':')[2] + '/live', timeout=4)"]
ENTRYPOINT ["parcel-bot"]
CMD ["run"]
