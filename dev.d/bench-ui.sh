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
"$node" layout
cargo test --quiet --no-default-features --features lab --test bench_ui
