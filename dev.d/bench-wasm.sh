# ./dev bench-wasm [ITEM...]: measure the node in headless Chrome and the BEAM in turn; JSON lines, then medians with targets
. dev.d/lib/measure.sh

ITEMS=(pingpong cast ring spawn sup_start memory restart_1k treestop selrecv_ref selrecv_scan fib_seq)
ROUNDS=${LIC_ROUNDS:-3}
[ $# -gt 0 ] && ITEMS=("$@")
# What a page should reach, in times the BEAM's rate; of memory, bytes of an idle server.
TARGETS="pingpong 5.5 cast 2.5 ring 6 spawn 1.6 sup_start 5 restart_1k 12 treestop 7 fib_seq 2 memory 380"

need_wasm_target && need_bindgen && need_chrome && need_beam || exit 1
want_wasm_opt
page=$(bench_page) || exit 1

# Each item in a page of its own, for linear memory only grows.
lines=$(mktemp)
in_turn in_chrome "$page" | tee "$lines" || exit 1
medians let-it-crash-wasm "$TARGETS" <"$lines"
rm -f "$lines"
