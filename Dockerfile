# The app with its sample collection; see compose.yaml for a ClickHouse server beside it.
FROM python:3.11-slim

RUN apt-get update \
    && apt-get install --yes --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 explorer

WORKDIR /app
RUN chown explorer:explorer /app
USER explorer

# What changes seldom comes first, so that a change of the code installs nothing again.
COPY --chown=explorer:explorer Makefile pyproject.toml requirements.txt ./
RUN make .venv/.packages
COPY --chown=explorer:explorer . .
# The folder is made here, by the user: a volume takes its owner from it, and is root's without.
RUN make .venv/.runtime && mkdir -p data

VOLUME /app/data
EXPOSE 8501
# Inside a container the port is published by whoever runs it: the app listens on every address.
ENV STREAMLIT_SERVER_ADDRESS=0.0.0.0 VECDB_TABLE=sample
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s \
    CMD [".venv/bin/python", "-c", "import urllib.request as r; r.urlopen('http://localhost:8501/_stcore/health')"]
CMD ["make", "demo"]
