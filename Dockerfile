# One image per service: `docker build --target dispatcher .`; docker-compose.yml builds them all.
# Needs no BuildKit. What is in an image, by name and version: /app/sbom.cdx.json (CycloneDX).
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

# What npm needs to know, so that packages are fetched again only when that changes.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /src
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json -delete && find . -type d -empty -delete

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY --from=manifests /src .
RUN npm ci --no-audit --no-fund
COPY . .
RUN node_modules/.bin/nx run-many -t build --outputStyle=static \
 && npm sbom --omit dev --omit optional --sbom-format cyclonedx > /tmp/sbom.cdx.json
# Each is started once without settings: it loads all its modules before it says what is missing.
RUN for service in subscription-api event-ingest dispatcher retry-scheduler delivery-log standalone; do \
      node tools/image-files.mjs "$service" "/out/$service" && cp /tmp/sbom.cdx.json "/out/$service/" \
      && (cd "/out/$service" && ! node "apps/$service/dist/main.js" 2> /tmp/said && grep -q 'KAFKA_BROKERS is not set' /tmp/said) \
      || { cat /tmp/said; exit 1; }; \
    done

FROM ${NODE_IMAGE} AS service
LABEL org.opencontainers.image.title="Posthorn" \
      org.opencontainers.image.licenses="Apache-2.0"
# Folders for keys are the user's own, so that volumes on them are, too.
RUN install -d -o node -g node -m 0700 /run/posthorn /run/posthorn-of \
 && for service in subscription-api dispatcher delivery-log retry-scheduler; do \
      install -d -o node -g node -m 0700 "/run/posthorn-of/$service"; \
    done \
 && rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn*
WORKDIR /app
ENV NODE_ENV=production \
    POSTHORN_HOST=0.0.0.0
USER 1000:1000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.POSTHORN_PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The flags are those of tools/node-flags.json; a test holds the two together.
ENTRYPOINT ["node", "--disable-warning=TimeoutNegativeWarning", "--max-semi-space-size=8", "--enable-source-maps"]

FROM service AS subscription-api
ENV POSTHORN_PORT=8401
EXPOSE 8401
COPY --from=build /out/subscription-api /app
CMD ["apps/subscription-api/dist/main.js"]

FROM service AS event-ingest
ENV POSTHORN_PORT=8402
EXPOSE 8402
COPY --from=build /out/event-ingest /app
CMD ["apps/event-ingest/dist/main.js"]

FROM service AS delivery-log
ENV POSTHORN_PORT=8403
EXPOSE 8403
COPY --from=build /out/delivery-log /app
CMD ["apps/delivery-log/dist/main.js"]

FROM service AS dispatcher
ENV POSTHORN_PORT=8404
EXPOSE 8404
COPY --from=build /out/dispatcher /app
CMD ["apps/dispatcher/dist/main.js"]

FROM service AS retry-scheduler
ENV POSTHORN_PORT=8405
EXPOSE 8405
COPY --from=build /out/retry-scheduler /app
CMD ["apps/retry-scheduler/dist/main.js"]

# All of them in one process, for small installations.
FROM service AS standalone
ENV POSTHORN_PORT=8400
EXPOSE 8400
COPY --from=build /out/standalone /app
CMD ["apps/standalone/dist/main.js"]
