#!/usr/bin/env bash
# Puts Apache Spark with Delta Lake where the tests look for it: below the user's
# cache directory. Spark's jars come in the pyspark package, Delta's from Maven
# Central. Does nothing where they are already there.
set -euo pipefail

spark=4.2.1   # the newest that Delta is built for; the tests need 4.2, the first with QUALIFY
delta=4.4.0
artifacts="io.delta:delta-spark_4.2_2.13:$delta io.delta:delta-storage:$delta"

home="${XDG_CACHE_HOME:-$HOME/.cache}/nexus-host/spark-$spark-delta-$delta"
if [ -e "$home/complete" ]; then
  echo "$home"
  exit 0
fi

missing=()
command -v java >/dev/null || missing+=(openjdk-17-jre-headless)
command -v mvn >/dev/null || missing+=(maven)
python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >&2
fi

mkdir -p "$(dirname "$home")"
work=$(mktemp -d "$home.XXXXXX")
trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --no-deps --no-binary pyspark -d "$work/download" "pyspark==$spark" >&2
tar -xzf "$work/download/pyspark-$spark.tar.gz" -C "$work" --strip-components=2 --wildcards \
  "pyspark-$spark/deps/jars/*" "pyspark-$spark/deps/bin/*"
rm -rf "$work/download"
for a in $artifacts; do
  mvn -q -B dependency:copy -Dartifact="$a" -DoutputDirectory="$work/jars" >&2
done
touch "$work/complete"
rm -rf "$home"
mv "$work" "$home"
chmod 755 "$home"
trap - EXIT
echo "$home"
