# ./dev instructions [--accept]: count instructions of a few items and compare with benches/instructions.json
. dev.d/lib/measure.sh

# Instructions do not depend on what else the machine does; a change beyond this deserves a word.
TOLERANCE_PERCENT=10
KEPT=benches/instructions.json

need_rust && need_valgrind || exit 1
node=$(bench_program) || exit 1

kept_count() { sed -n "s/^ *\"$1\": *\([0-9]*\).*/\1/p" "$KEPT"; }

worse=0 new=()
for item in pingpong cast ring spawn restart_1k treestop; do
  now=$(instructions "$node" "$item") || exit 1
  then=$(kept_count "$item")
  awk -v item="$item" -v now="$now" -v was="${then:-$now}" -v tolerance=$TOLERANCE_PERCENT 'BEGIN {
    change = 100 * (now - was) / was
    verdict = change > tolerance ? "MORE than before" : change < -tolerance ? "less than before" : "as before"
    printf "%-12s %14d instructions, %14d kept: %+6.1f %% (%s)\n", item, now, was, change, verdict
    exit change > tolerance }' || worse=1
  new+=("  \"$item\": $now")
done
if [ "${1:-}" = --accept ]; then
  { echo "{"; printf '%s\n' "${new[@]}" | sed '$!s/$/,/'; echo "}"; } >"$KEPT"
  say "kept in $KEPT"
  exit 0
fi
exit $worse
