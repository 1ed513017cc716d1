# ./dev bench [ITEM...]: measure the node and the BEAM in turn, five rounds; a table of medians with ratios
. dev.d/lib/measure.sh

ITEMS=(pingpong cast ring spawn sup_start memory restart_1k restart treestop selrecv_ref selrecv_scan fib_seq
       message_event message_bytes apply boot)
ROUNDS=${LIC_ROUNDS:-5}
[ $# -gt 0 ] && ITEMS=("$@")

need_rust && need_beam || exit 1
node=$(bench_program) || exit 1

# Each item in a process of its own, for memory is what the process has resident.
lines=$(mktemp)
in_turn "$node" >"$lines" || exit 1
medians let-it-crash <"$lines"
rm -f "$lines"
