# leakguard in a container:
#
#   docker build --tag leakguard .
#   docker run --rm --interactive --tty --volume leakguard:/state --env AWS_PROFILE --volume ~/.aws:/home/node/.aws:ro \
#     leakguard scan --key AKIA…
#
# Journals and reports are in /state: without a volume they go with the container, and with them undo and resume.
FROM node:22-slim AS build
WORKDIR /build
COPY . .
RUN npm ci && npm pack --pack-destination /tmp

FROM node:22-slim
COPY --from=build /tmp/leakguard-*.tgz /tmp/
RUN npm install --global /tmp/leakguard-*.tgz && rm /tmp/leakguard-*.tgz
ENV XDG_STATE_HOME=/state
RUN mkdir /state && chown node:node /state
VOLUME /state
USER node
ENTRYPOINT ["leakguard"]
