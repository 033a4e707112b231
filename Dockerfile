# skiff's images: docker build --target controllers|server|agent .
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
COPY scripts/node-binary/package.json scripts/node-binary/
RUN npm ci --no-audit --no-fund
COPY . .
RUN node scripts/build.ts && npm prune --omit=dev --omit=optional --no-audit --no-fund

FROM node:24-bookworm-slim AS base
ENV NODE_ENV=production
WORKDIR /skiff
COPY --from=build /src/dist ./dist
# Only what the bundle leaves outside: the client library, loaded where a remote cluster is used.
COPY --from=build /src/node_modules ./node_modules
COPY LICENSE ./

# The reconcilers for a stock cluster: what deploy/chart installs. They need no file that they could write.
FROM base AS controllers
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=10s --start-period=5s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=16", "/skiff/dist/skiff.mjs", "controllers", "--data-dir", "/tmp/skiff"]

# The control plane. Its data, and the credentials of the cluster, are in the volume.
FROM base AS server
RUN install -d -o 65532 -g 65532 -m 700 /var/lib/skiff
USER 65532:65532
VOLUME /var/lib/skiff
EXPOSE 6443
HEALTHCHECK --interval=5s --start-period=5s CMD ["node", "-e", "require('node:https').get({ port: 6443, path: '/livez', rejectUnauthorized: false }, (r) => process.exit(r.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=16", "/skiff/dist/skiff.mjs", "server", "--data-dir", "/var/lib/skiff"]

# The node agent with containerd; needs --privileged, the host's cgroups and a network of its own or the host's.
FROM base AS agent
RUN apt-get update && apt-get install -y --no-install-recommends \
    containerd runc containernetworking-plugins nftables iptables iproute2 conntrack && rm -rf /var/lib/apt/lists/*
VOLUME /var/lib/skiff
EXPOSE 10250
HEALTHCHECK --interval=10s --start-period=20s CMD ["node", "-e", "require('node:net').connect(10250, '127.0.0.1').on('connect', () => process.exit(0)).on('error', () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=1", "--v8-pool-size=1", "/skiff/dist/skiff.mjs", "agent", "--data-dir", "/var/lib/skiff"]
