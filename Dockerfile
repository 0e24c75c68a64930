# The production server as an image: built from the whole tree, run from .output alone. docker-compose.yml starts two of it.

# All stages use this image's Node: the same version that package.json brings as a package and that the tests run on, so that
# the last stage needs no node_modules to have it.
FROM node:26.10.0-bookworm-slim AS base
WORKDIR /app
RUN mkdir /data && chown 1000:1000 /app /data
# the user node, by a number in which a platform sees that it is not root
USER 1000:1000

FROM base AS source
COPY --chown=1000:1000 package.json package-lock.json .npmrc ./
# no dependency needs a script of its own, and ours (nuxt prepare) is part of what follows
RUN npm ci --ignore-scripts
COPY --chown=1000:1000 . .

FROM source AS build
RUN npm run build

FROM base
# belongs to root: the server writes to its data folder and nowhere else
COPY --from=build /app/.output .output
ENV RUFER_DATA_DIR=/data
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
# Ready rather than merely serving: whoever waits for a container wants to send it clients. Docker itself restarts nothing over
# it; where a platform does, give that one /health, because a restart does not bring back a database that is away.
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", ".output/server/index.mjs"]
