# What measuring needs: the benchmark program, the BEAM, a counter of instructions, medians.

# apt_package COMMAND PACKAGE: is there, or is installed where that is possible.
apt_package() {
  has "$1" && return
  if [ "$(id -u)" = 0 ] && has apt-get; then
    quietly "$2" "1 minute" apt-get install -y --no-install-recommends "$2"
  else
    say "$1 is missing: install it ('apt-get install $2' on Debian), then run this again"
    return 1
  fi
}

need_beam() { apt_package erlc erlang-base; }
need_valgrind() { apt_package valgrind valgrind; }

# Builds the benchmark program and prints its path.
bench_program() {
  local log path
  log=$(mktemp)
  cargo bench --no-default-features --bench node --no-run 2>&1 | tee "$log" >&2
  path=$(sed -n 's/.*Executable benches\/node\.rs (\(.*\))/\1/p' "$log")
  rm -f "$log"
  [ -x "$path" ] && echo "$path"
}

# instructions PROGRAM ITEM: how many it takes in all.
instructions() {
  local log
  log=$(mktemp)
  valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$log" "$1" "$2" >/dev/null || { cat "$log" >&2; return 1; }
  sed -n 's/.*refs: *//p' "$log" | tr -d ,
  rm -f "$log"
}

# Reads the programs' JSON lines; prints a row an item: medians of both systems, and their ratio.
medians() {
  awk '
    function field(name,   rest) {
      rest = $0
      if (!sub(".*\"" name "\": *", "", rest)) return ""
      sub(/[,}].*/, "", rest); gsub(/"/, "", rest)
      return rest
    }
    function median(key,   n, i, j, x, v) {
      n = count[key]
      for (i = 1; i <= n; i++) v[i] = value[key, i]
      for (i = 2; i <= n; i++) { x = v[i]; for (j = i - 1; j > 0 && v[j] > x; j--) v[j + 1] = v[j]; v[j + 1] = x }
      return n ? v[int((n + 1) / 2)] : 0
    }
    {
      item = field("item"); system_ = field("system"); bytes = field("bytes")
      if (item == "") next
      if (!(item in seen)) { seen[item] = 1; order[++items] = item }
      in_bytes[item] = bytes != "null"
      key = system_ SUBSEP item
      value[key, ++count[key]] = (in_bytes[item] ? bytes : field("per_sec")) + 0
    }
    END {
      printf "%-14s %16s %16s %8s\n", "item", "let-it-crash", "BEAM", "ratio"
      for (i = 1; i <= items; i++) {
        item = order[i]; ours = median("let-it-crash" SUBSEP item); beam = median("beam" SUBSEP item)
        unit = in_bytes[item] ? "B" : "/s"
        if (beam) printf "%-14s %14.0f %-2s %13.0f %-2s %7.2fx\n", item, ours, unit, beam, unit, ours / beam
        else printf "%-14s %14.0f %-2s %16s %8s\n", item, ours, unit, "-", "-"
      }
    }'
}
