#!/bin/sh
# Builds targets of the Dockerfile as they are, with buildah and without a registry of images, and prints the archive of each:
#   build-images.sh [controllers | server | agent]...      all three by default
# The base image is made on this machine: Debian by debootstrap, the Node that npm installs, and npm. It and the archives are kept in the user's
# cache; an archive is built again when the Dockerfile or a source changes. Needs root, and the network for what is not in the cache.
set -eu
home=$(dirname "$(dirname "$(readlink -f "$0")")")
cd "$home"
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/skiff/images
say() { echo "skiff: $*" >&2; }
[ "$(id -u)" = 0 ] || { say "building images needs root"; exit 1; }
# What buildah mounts ends with the script: it works in a mount namespace of its own.
[ -n "${SKIFF_MOUNTS_APART:-}" ] || SKIFF_MOUNTS_APART=1 exec unshare --mount sh "$0" "$@"
[ $# -gt 0 ] || set -- controllers server agent
for target in "$@"; do
  case $target in controllers | server | agent) ;; *) say "build-images.sh: the Dockerfile has the targets controllers, server and agent, not '$target'"; exit 2 ;; esac
done
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

# The bundle is made of these; other files change nothing in the images.
sources="Dockerfile .dockerignore package.json package-lock.json LICENSE api apiserver agent base cli controllers runtime scheduler store
  scripts/build.ts scripts/bundle.ts scripts/bundle-plugins.ts scripts/node-binary"
digest=$({ find $sources -type f ! -name '*.test.ts' ! -name '*.fixture.ts' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum; "$home/scripts/node.sh"; } | sha256sum | cut -c1-16)
wanted=
for target in "$@"; do [ -f "$cache/$target-$digest.tar" ] || wanted="$wanted $target"; done

# buildah's storage stands in the cache too: the machine's own images are neither seen nor changed.
buildah() { command buildah --root "$cache/storage" --runroot "$cache/run" "$@"; }
# The base that the Dockerfile names.
base=docker.io/library/$(sed -n 's/^FROM \(node:[^ ]*\) .*/\1/p' Dockerfile | head -n 1)

make_base() {
  root=$(mktemp -d "$cache/base.XXXXXX")
  trap 'rm -rf "$root"' EXIT
  say "making the base image $base"
  debootstrap --variant=minbase --include=ca-certificates bookworm "$root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$cache/debootstrap.log" 2>&1 ||
    { tail -n 20 "$cache/debootstrap.log" >&2; say "debootstrap failed"; exit 1; }
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
  # apt's configuration of this machine (mirrors, proxies) holds in the image as well.
  cp /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
  install -D -m 755 "$("$home/scripts/node.sh")" "$root/usr/local/bin/node"
  mkdir -p "$root/usr/local/lib/node_modules/npm"
  (cd "$root/tmp" && npm pack --silent npm@11 >/dev/null && tar -xzf npm-*.tgz -C ../usr/local/lib/node_modules/npm --strip-components=1 && rm npm-*.tgz)
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  mkdir -p "$root/usr/local/etc"
  echo 'cafile=/etc/ssl/certs/ca-certificates.crt' >"$root/usr/local/etc/npmrc"
  container=$(buildah from scratch)
  buildah copy -q "$container" "$root" / >/dev/null
  buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  buildah commit -q --rm "$container" "$base" >/dev/null
  rm -rf "$root"
  trap - EXIT
}

if [ -n "$wanted" ]; then
  sh scripts/install-packages.sh buildah debootstrap
  buildah inspect --type image "$base" >/dev/null 2>&1 || make_base
  for target in $wanted; do
    name=docker.io/library/skiff-$target:$(node -p 'require("./package.json").version')
    say "building $name"
    # chroot is the isolation that needs no runtime. The build has the machine's network and trusts whom the machine trusts; the image does not.
    buildah build --quiet --volume /etc/ssl/certs:/etc/ssl/certs:ro --layers --pull-never --isolation chroot --format docker --target "$target" --tag "$name" . >"$cache/build.log" 2>&1 ||
      { tail -n 40 "$cache/build.log" >&2; say "the Dockerfile's target $target could not be built"; exit 1; }
    rm -f "$cache/$target"-*.tar
    buildah push --quiet "$name" "docker-archive:$cache/$target-$digest.part:$name" >&2
    mv "$cache/$target-$digest.part" "$cache/$target-$digest.tar"
  done
fi
for target in "$@"; do echo "$cache/$target-$digest.tar"; done
