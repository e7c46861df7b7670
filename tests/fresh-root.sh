#!/usr/bin/env bash
# `make demo` and `make test` in a bare Debian 12: only python3, python3-venv, make and certificates, in a
# debootstrap root that is thrown away afterwards. For root, with debootstrap; takes about 6 GB under TMPDIR.
#
# The package sources of this machine's pip and apt are used inside, too: they are read from their own
# configuration, and the environment passes through.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -z "${FRESH_ROOT:-}" ]; then
    FRESH_ROOT=$(mktemp -d --tmpdir fresh-root.XXXXXX)
    export FRESH_ROOT
    chmod 755 "$FRESH_ROOT" # it is / inside, and tests that run as another user must be able to enter it
    trap 'rm -rf --one-file-system "$FRESH_ROOT"' EXIT
    # The mounts made below end with this namespace, before the folder is removed.
    unshare --mount --propagation private bash "$0"
    exit
fi
root=$FRESH_ROOT
release=bookworm

say() { printf '\nfresh-root: %s\n' "$*"; }

inside() {
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u VIRTUAL_ENV -u PYTHONPATH -u PYTHON \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/tmp LC_ALL=C.UTF-8 chroot "$root" "$@"
}

# Makes a file or folder of this machine readable at the same place inside.
show_inside() {
    if [ -d "$1" ]; then
        mkdir -p "$root$1"
        mount --rbind -o ro "$1" "$root$1"
    elif [ -f "$1" ]; then
        mkdir -p "$(dirname "$root$1")"
        cp "$1" "$root$1"
    fi
}

eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
[ -z "${http_proxy:-}" ] || export http_proxy
mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' |
    awk -v release=$release '$1 == release && !found { print $2; found = 1 }')
say "debootstrap of $release"
debootstrap --variant=minbase --include=python3,python3-venv,make,ca-certificates \
    "$release" "$root" "$mirror" >"$root/debootstrap.out" 2>&1 || {
    tail -n 20 "$root/debootstrap.out"
    exit 1
}
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
cp /etc/resolv.conf /etc/hosts "$root/etc/"

# apt: its sources, settings and keys.
cp -r /etc/apt/. "$root/etc/apt/"
cp -n /usr/share/keyrings/* "$root/usr/share/keyrings/"

# pip: each setting of its files as an environment variable, then the files and folders that the settings name.
# Quotes are as pip prints them. An index in a folder has its packages next to it, so its parent is taken.
while IFS='=' read -r key value; do
    name=${key#*.}
    name=PIP_${name//-/_}
    name=${name^^}
    [ -n "${!name:-}" ] || eval "export $name=\$$value"
done < <(python3 -m pip config list | grep -v '^:env:')
for place in $(env | sed -n -E 's/^(PIP_[A-Z_]*|SSL_CERT_FILE|REQUESTS_CA_BUNDLE)=//p'); do
    case $place in
        file:///*) show_inside "$(dirname "${place#file://}")" ;;
        /*) show_inside "$place" ;;
    esac
done

tree=/srv/vsi100k
mkdir -p "$root$tree"
git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- --create | tar --extract -C "$root$tree"

for target in demo test; do
    say "make $target"
    SECONDS=0
    inside make -C "$tree" "$target" | tee "$root/$target.out"
    say "make $target: ${SECONDS} s"
done

# The times of set-up and job, as the demo itself measured them. A busy machine takes longer, so they are printed only.
aim_job=60 aim_in_all=300
read -r set_up job < <(sed -n -E 's/^Set-up took ([0-9]+) s, the demo ([0-9]+) s\.$/\1 \2/p' "$root/demo.out")
say "the demo: ${job} s (aim: ${aim_job} s); set-up and demo: $((set_up + job)) s (aim: ${aim_in_all} s)"
