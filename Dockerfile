# The reference service. Build: docker build -t emay-ims-gateway .
# It listens on all addresses of its container, so it needs API_KEY_HASHES; see docs/deployment.md.
FROM node:22-bookworm-slim AS build

WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY libs/emay-ims/package.json libs/emay-ims/
COPY libs/emay-ims-console/package.json libs/emay-ims-console/
COPY libs/emay-ims-simulator/package.json libs/emay-ims-simulator/
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY libs libs
COPY scripts scripts
COPY src src
# The library is put in as it is published: without failpoints.
RUN npm run build \
  && node -e "import('./scripts/release-folder.mjs').then(({ writeReleaseFolder }) => writeReleaseFolder('/release'))" \
  && rm -r libs/emay-ims/dist libs/emay-ims/commonjs && cp -r /release/. libs/emay-ims \
  && npm prune --omit=dev --no-audit --no-fund


FROM node:22-bookworm-slim

ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/libs libs
COPY --from=build /app/dist dist

# The SQLite file and the spool. It must outlive the container.
RUN mkdir data && chown node:node data
VOLUME /app/data
USER node
EXPOSE 3000

HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# No npm between the engine and the process: SIGTERM reaches it, and it ends in order.
CMD ["node", "dist/main.js"]
