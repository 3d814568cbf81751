#!/bin/sh
# The shop's own tests: the page must have its places for the name and the release.
set -eu
for place in @SHOP@ @RELEASE@; do
  grep -q "$place" web/index.html || { echo "web/index.html lacks $place" >&2; exit 1; }
done
echo "the shop's page is whole"
