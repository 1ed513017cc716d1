# Runs steps one after the other, whatever fails, and sums up.
# A step that is a test program counts as the tests it ran, any other step as one.

passed=0 failed=0 skipped=0
verdicts=()
panics=

# step NAME COMMAND...
step() {
  local name=$1 start=$SECONDS log status=0
  shift
  log=$(mktemp)
  echo
  say "$name: $*"
  "$@" </dev/null 2>&1 | tee "$log" || status=$?
  count "$name" "$status" "$log" $((SECONDS - start))
  rm -f "$log"
}

# could_not NAME WHY: a step that cannot even be tried has failed.
could_not() { failed=$((failed + 1)); verdicts+=("$(printf '%-22s could not be run: %s' "$1" "$2")"); }

count() {
  local name=$1 status=$2 log=$3 seconds=$4 ok bad left verdict=ok
  read -r ok bad left < <(sums "$log")
  # No test counted, or a failure that no test accounts for: the step itself is what is counted.
  [ "$status" != 0 ] && [ "$bad" = 0 ] && bad=1
  [ $((ok + bad)) = 0 ] && ok=1
  [ "$bad" != 0 ] && verdict=FAILED && panics+=$(awk '/panicked at/ { left = 4 } left-- > 0 && ++told <= 20' "$log")$'\n'
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + left))
  verdicts+=("$(printf '%-22s %-7s %4s s   %s passed, %s failed' "$name" "$verdict" "$seconds" "$ok" "$bad")")
}

# Adds up the lines "test result: ok. 12 passed; 0 failed; 1 ignored; ...".
sums() {
  awk '/^test result: / { for (i = 2; i <= NF; i++) {
         if ($i ~ /^passed/) ok += $(i-1); if ($i ~ /^failed/) bad += $(i-1); if ($i ~ /^ignored/) left += $(i-1) } }
       END { print ok + 0, bad + 0, left + 0 }' "$1"
}

# What panicked is said again, for who sees the end only. The last line is plain, whatever came
# before; the status is the verdict.
summary() {
  echo
  [ -n "$panics" ] && printf '%s\n\n' "$panics"
  printf '%s\n' "${verdicts[@]}"
  echo
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
}
