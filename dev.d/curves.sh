# ./dev curves: measure how costs grow with what else is there; docs/curves.jsonl and docs/curves.svg
. dev.d/lib/measure.sh

ROUNDS=${LIC_ROUNDS:-5}
POINTS=(call_idle/{10,100,1000,10000,100000} send_queued/{1000,10000,100000,1000000}
        restart_siblings/{10,100,1000,10000} call_waiting/{1000,10000,100000,1000000}
        scan_waiting/{1000,10000,100000,1000000})

need_rust || exit 1
node=$(bench_program) || exit 1
lines=$(mktemp)
for round in $(seq "$ROUNDS"); do
  for point in "${POINTS[@]}"; do
    say "round $round of $ROUNDS: $point"
    "$node" "$point" >>"$lines"
  done
done
mkdir -p docs
# Of each point the fastest round: what else the machine does only ever adds.
awk -F'"per_sec":' '
  { split($1, part, "\""); item = part[8] }
  !(item in line) { order[++items] = item }
  !(item in line) || $2 + 0 > rate[item] { line[item] = $0; rate[item] = $2 + 0 }
  END { for (i = 1; i <= items; i++) print line[order[i]] }' "$lines" >docs/curves.jsonl
rm -f "$lines"
where="$(sed -n 's/^model name.*: //p' /proc/cpuinfo 2>/dev/null | head -n 1), $(nproc) cores, $(date +%F)"
awk -v where="$where" -f dev.d/lib/curves.awk docs/curves.jsonl >docs/curves.svg
say "written: docs/curves.jsonl, docs/curves.svg"
