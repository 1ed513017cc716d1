# ./dev bench-ui [DIST]: measure the built page in headless Chrome (first paint, frames, clicks), and layout natively
. dev.d/lib/measure.sh

need_rust && need_chrome || exit 1
if [ -n "${1:-}" ]; then
  LIC_DIST=$(cd "$1" && pwd) || exit 1
else
  need_wasm_target && need_trunk && need_bindgen || exit 1
  want_wasm_opt
  LIC_DIST=$PWD/target/dist
  trunk build --release --dist "$LIC_DIST" || exit 1
  tidy_up
fi
export LIC_DIST

node=$(bench_program) || exit 1
# Seconds each. A change: in a tree a place comes or goes, in a wall a process is in another state.
"$node" layout_1k layout_10k layout_100k layout_change_1k layout_change_10k layout_change_100k \
  wall_1k wall_10k wall_100k wall_change_1k wall_change_10k wall_change_100k
cargo test --quiet --no-default-features --features lab --test bench_ui
