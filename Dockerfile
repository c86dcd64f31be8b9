# syntax=docker/dockerfile:1
# Two stages: the first installs the locked dependencies, the second carries only what runs.
ARG PYTHON=3.11
FROM python:${PYTHON}-slim AS build
WORKDIR /build
COPY requirements.txt ./
RUN python -m venv /opt/venv
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary=:all: --require-hashes -r requirements.txt
RUN /opt/venv/bin/pip uninstall --yes --disable-pip-version-check pip

FROM python:${PYTHON}-slim
# Fonts for pictures in every script; without customers who read Chinese, Japanese or Korean leave out
# fonts-noto-cjk (90 MB): --build-arg FONTS="fonts-dejavu-core fonts-noto-core"
ARG FONTS="fonts-dejavu-core fonts-noto-core fonts-noto-cjk"
RUN apt-get update && apt-get install --yes --no-install-recommends libfribidi0 ${FONTS} && rm -rf /var/lib/apt/lists/*
# The bot's user owns nothing but /data, where the database lies: the rest may be read-only.
RUN groupadd --gid 10001 bot && useradd --uid 10001 --gid bot --home-dir /data --shell /usr/sbin/nologin bot
RUN install -d -o bot -g bot -m 0700 /data
COPY --from=build /opt/venv /opt/venv
COPY locales /app/locales
COPY bot /app/bot
RUN /opt/venv/bin/python -m compileall -q /app/bot
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/app \
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
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
