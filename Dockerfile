# A small image: built with the whole toolchain, run with Node alone, as nobody.
FROM node:20-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY openapi openapi
COPY fixtures fixtures
COPY src src
RUN npm ci

FROM node:20-slim
ENV NODE_ENV=production XDG_STATE_HOME=/tmp
WORKDIR /app
COPY --from=build /src/package.json ./
COPY --from=build /src/dist dist
USER node
EXPOSE 6443
# Inside a container loopback reaches nobody: this is the one place where we listen on all addresses.
ENTRYPOINT ["node", "dist/bin.js", "--bind-address", "0.0.0.0"]
