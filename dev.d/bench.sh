# ./dev bench [ITEM...]: measure the node and the BEAM in turn, five rounds; a table of medians with ratios
. dev.d/lib/measure.sh

ITEMS=(pingpong cast ring spawn sup_start memory restart_1k restart treestop selrecv_ref selrecv_scan fib_seq
       message_event message_bytes apply boot)
ROUNDS=${LIC_ROUNDS:-5}
[ $# -gt 0 ] && ITEMS=("$@")

need_rust && need_beam || exit 1
node=$(bench_program) || exit 1
beam=target/beam
mkdir -p "$beam" && erlc +inline -o "$beam" benches/beam/bench.erl || exit 1

# Each item in a process of its own, for memory is what the process has resident; the two systems
# alternate, for a busy machine is busy for both.
lines=$(mktemp)
for round in $(seq "$ROUNDS"); do
  for item in "${ITEMS[@]}"; do
    say "round $round of $ROUNDS: $item"
    "$node" "$item" >>"$lines"
    [ "$(beam_has "$item")" ] || continue
    erl +S 1:1 +P 1000000 -noshell -pa "$beam" -s bench main -extra "$item" >>"$lines"
  done
done
medians let-it-crash <"$lines"
rm -f "$lines"
