# skiff's images: docker build --target controllers|server|agent .
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund --omit=optional
COPY . .
RUN node scripts/build.ts && npm prune --omit=dev --omit=optional --no-audit --no-fund

FROM node:24-bookworm-slim AS base
ENV NODE_ENV=production
WORKDIR /skiff
COPY --from=build /src/dist ./dist
# Only what the bundle leaves outside: the client library, loaded where a remote cluster is used.
COPY --from=build /src/node_modules ./node_modules
COPY LICENSE ./

# The reconcilers for a stock cluster: what deploy/chart installs.
FROM base AS controllers
USER 65532:65532
ENTRYPOINT ["node", "--max-semi-space-size=8", "/skiff/dist/skiff.mjs", "controllers", "--data-dir", "/tmp/skiff"]

# The control plane.
FROM base AS server
VOLUME /var/lib/skiff
EXPOSE 6443
ENTRYPOINT ["node", "--max-semi-space-size=8", "/skiff/dist/skiff.mjs", "server"]

# The node agent with containerd; needs --privileged and the host's network.
FROM base AS agent
RUN apt-get update && apt-get install -y --no-install-recommends \
    containerd runc containernetworking-plugins nftables iptables iproute2 conntrack && rm -rf /var/lib/apt/lists/*
VOLUME /var/lib/skiff
EXPOSE 10250
ENTRYPOINT ["node", "--max-semi-space-size=8", "/skiff/dist/skiff.mjs", "agent"]
