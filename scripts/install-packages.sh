#!/bin/sh
# Installs those of the named Debian packages that are missing: install-packages.sh PACKAGE...
# Services of a package are not started: skiff starts the programs that it needs.
set -eu
missing=
for package in "$@"; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed$' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ]; then
  echo "skiff: these Debian packages are missing:$missing. Install them as root: apt-get install$missing" >&2
  exit 1
fi
echo "skiff: installing Debian's packages:$missing" >&2
policy=/usr/sbin/policy-rc.d
made=
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod +x "$policy"
  made=yes
fi
trap '[ -z "$made" ] || rm -f "$policy"' EXIT
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
# shellcheck disable=SC2086
if ! { apt-get update -q && apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1; then
  cat "$log" >&2
  echo "skiff: apt-get could not install:$missing" >&2
  exit 1
fi
rm -f "$log"
