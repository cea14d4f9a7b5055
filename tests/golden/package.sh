#!/usr/bin/env bash
# The Debian package builds, holds what it must and depends on what it is linked
# with; `cmake --install` puts the same files under a prefix.
set -eu
: "${MODHUNT:?}"
build=$(dirname "$MODHUNT")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$1"; exit 1; }

DESTDIR=$work/root cmake --install "$build" --prefix /usr >"$work/log" 2>&1 || fail "$(cat "$work/log")"
"$work/root/usr/bin/modhunt" --version | grep -q '^modhunt [0-9]' || fail "the installed program does not run"

for tool in cpack dpkg-deb dpkg-shlibdeps; do
    command -v $tool >/dev/null || { echo "$tool is missing: no package can be built"; exit 77; }
done
cpack -G DEB --config "$build/CPackConfig.cmake" -B "$work" >"$work/log" 2>&1 || fail "$(cat "$work/log")"
package=$(echo "$work"/modhunt_*.deb)
dpkg-deb -c "$package" >"$work/list"
for file in /usr/bin/modhunt /usr/share/man/man1/modhunt.1 /modhunt/modhunt_score.so \
            /usr/share/doc/modhunt/LICENSE /usr/share/doc/modhunt/README.md; do
    grep -q -- "$file\$" "$work/list" || fail "the package has no $file"
done
depends=$(dpkg-deb -f "$package" Depends)
for library in libc6 libsqlite3-0 libpcre2-8-0 libxml2 libncursesw6 libssl3; do
    [[ $depends == *$library* ]] || fail "the package does not depend on $library: $depends"
done
