# Runs the demo: makes a few rooms, builds questions from them, prints some, and draws a report. It needs no scans.
#
#     docker build --tag vsi100k .
#     docker run --name vsi100k-demo vsi100k
#     docker cp vsi100k-demo:/home/vsi/vsi100k/demo .
FROM python:3.11-slim-bookworm

# The system libraries that open3d's wheel does not contain, and make. Debian 12 gets fixes only, so any version is fine.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libegl1 libgl1 libgomp1 libusb-1.0-0 make \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home --uid 1000 vsi \
    && install --directory --owner=vsi --group=vsi /home/vsi/vsi100k
USER 1000
WORKDIR /home/vsi/vsi100k

# What .dockerignore lets in.
COPY --chown=vsi:vsi . .
# No cache stays in the image.
RUN PIP_NO_CACHE_DIR=1 make .venv/ready

CMD ["make", "demo"]
