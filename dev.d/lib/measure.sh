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

# Builds the benchmark program, with these options of cargo, and prints its path. As every release program
# it aborts where it panics: `cargo bench` leaves that part of the profile out, but for wasm, which always does.
bench_program() {
  local log path
  [[ " $* " == *" --target "* ]] || local -x RUSTFLAGS="${RUSTFLAGS:-} -Cpanic=abort"
  log=$(mktemp)
  cargo bench --no-default-features --bench node --no-run "$@" 2>&1 | tee "$log" >&2
  path=$(sed -n 's/.*Executable benches\/node\.rs (\(.*\))/\1/p' "$log")
  rm -f "$log"
  [ -f "$path" ] && echo "$path"
}

# Builds a page of one file that runs the item named behind its '#' again and again, and prints its path.
bench_page() {
  local wasm dir=$PWD/target/bench-wasm
  wasm=$(bench_program --target wasm32-unknown-unknown) || return 1
  mkdir -p "$dir" &&
    wasm-bindgen --target no-modules --no-typescript --out-dir "$dir" --out-name node "$wasm" || return 1
  ! wasm_opt_is_current || wasm-opt -O3 "$dir/node_bg.wasm" -o "$dir/node_bg.wasm" || return 1
  {
    echo '<!doctype html><meta charset="utf-8"><title>bench</title><pre></pre><script>'
    cat "$dir/node.js"
    echo '</script><script>const text = "'"$(base64 <"$dir/node_bg.wasm" | tr -d '\n')"'";'
    cat <<'JS'
const [item, messages] = location.hash.slice(1).split(",");
const out = document.querySelector("pre");
try {
  wasm_bindgen.initSync({ module: Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)) });
  const run = () => wasm_bindgen.bench(item, messages === "messages").trim().split("\n").map((line) => JSON.parse(line));
  const time = (span, work) => { for (const end = performance.now() + span; performance.now() < end; ) work(); };
  // Memory only grows once.
  const once = /memory|bytes/.test(item);
  // The browser compiles what runs often anew, on another core.
  if (!once) time(2000, run);
  // Its clock is coarse, and some items are over in a millisecond: the mean of what a second holds.
  const lines = run();
  let runs = 1;
  if (!once) time(1000, () => { runs += 1; run().forEach(({ seconds }, at) => { lines[at].seconds += seconds; }); });
  for (const line of lines) {
    line.seconds /= runs;
    line.per_sec = line.seconds && line.n / line.seconds;
  }
  out.textContent = lines.map((line) => JSON.stringify(line)).join("\n");
} catch (error) {
  out.textContent = "failed: " + error;
}
</script>
JS
  } >"$dir/bench.html" && echo "$dir/bench.html"
}

chrome() {
  local name
  for name in chromium google-chrome google-chrome-stable "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    has "$name" && { "$name" "$@"; return; }
  done
  return 1
}

# in_chrome PAGE ITEM: its JSON lines, from a browser of its own.
in_chrome() {
  local lines profile
  profile=$(mktemp -d)
  lines=$(TMPDIR=$profile chrome --headless --no-sandbox --disable-gpu --user-data-dir="$profile" --dump-dom \
    "file://$1#$2" 2>/dev/null | sed -n 's/.*<pre>//; s/<\/pre>.*//; /^{"system"/p; /^failed/p')
  rm -rf "$profile"
  case $lines in '{"system"'*) echo "$lines" ;; *) say "$2: ${lines:-Chrome said nothing}"; return 1 ;; esac
}

# Has the BEAM's program such an item?
beam_has() { case $1 in message_* | apply | boot | curves | */*) ;; *) echo yes ;; esac; }

# in_turn PROGRAM...: the JSON lines of each of ITEMS, ROUNDS times, from `PROGRAM... ITEM` and from the
# BEAM's program. The two alternate, for a busy machine is busy for both.
in_turn() {
  local round item beam=target/beam
  mkdir -p "$beam" && erlc +inline -o "$beam" benches/beam/bench.erl || return 1
  for round in $(seq "$ROUNDS"); do
    for item in "${ITEMS[@]}"; do
      say "round $round of $ROUNDS: $item"
      "$@" "$item" || return 1
      [ "$(beam_has "$item")" ] || continue
      erl +S 1:1 +P 1000000 -noshell -pa "$beam" -s bench main -extra "$item" || return 1
    done
  done
}

# instructions PROGRAM ITEM: how many it takes in all.
instructions() {
  local log
  log=$(mktemp)
  valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$log" "$1" "$2" >/dev/null || { cat "$log" >&2; return 1; }
  sed -n 's/.*refs: *//p' "$log" | tr -d ,
  rm -f "$log"
}

# medians SYSTEM [TARGETS]: reads the programs' JSON lines; prints a row an item: medians of that
# system and of the BEAM, their ratio, and what is to be reached ("ITEM RATIO ITEM RATIO ...").
medians() {
  awk -v ours_="$1" -v targets="${2:-}" '
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
      for (i = split(targets, aim, " "); i > 1; i -= 2) target[aim[i - 1]] = aim[i]
      printf "%-14s %18s %16s %8s%s\n", "item", ours_, "BEAM", "ratio", targets ? "   target" : ""
      for (i = 1; i <= items; i++) {
        item = order[i]; ours = median(ours_ SUBSEP item); beam = median("beam" SUBSEP item)
        unit = in_bytes[item] ? "B" : "/s"
        if (item in target) hit = in_bytes[item] ? ours <= target[item] : beam && ours / beam >= target[item]
        note = item in target ? sprintf("%8s%s %s", target[item], in_bytes[item] ? " B" : "x", hit ? "reached" : "MISSED") : ""
        if (beam) printf "%-14s %16.0f %-2s %13.0f %-2s %7.2fx%s\n", item, ours, unit, beam, unit, ours / beam, note
        else printf "%-14s %16.0f %-2s %16s %8s%s\n", item, ours, unit, "-", "-", note
      }
    }'
}
