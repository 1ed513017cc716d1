# ./dev test: run everything: lints, native tests, tests in headless Chrome, the built page in Chrome
. dev.d/lib/steps.sh
export RUSTDOCFLAGS="-D warnings" LIC_DIST=$PWD/target/dist LIC_SHOTS=${LIC_SHOTS:-$PWD/target/shots}

wasm=wasm32-unknown-unknown

# weighs_at_most KIB WHAT FILE...: gzipped, as hosts send it.
weighs_at_most() {
  local most=$1 what=$2 bytes=0 file
  shift 2
  for file; do bytes=$((bytes + $(gzip -9c "$file" | wc -c))); done
  echo "$what: $((bytes / 1024)) KiB gzipped, at most $most"
  [ "$bytes" -le $((most * 1024)) ]
}

# The style sheet, as the page gets it.
sheet_has_at_most() {
  local bytes
  bytes=$(wc -c < "$LIC_DIST/style.css")
  echo "the style sheet: $bytes bytes; at most $1"
  [ "$bytes" -le "$1" ]
}

# Chrome leaves folders where it may write: it may in one that goes afterwards.
tidily() {
  local scratch status=0
  scratch=$(mktemp -d)
  TMPDIR=$scratch "$@" || status=$?
  rm -rf "$scratch"
  return $status
}

need_rust || { could_not "everything" "no Rust"; summary; exit 1; }

if need_lints; then
  step "format" cargo fmt --check
  step "clippy" cargo clippy --no-default-features --features lab --all-targets -- -D warnings
  step "clippy of the harness" cargo clippy --no-default-features --features lab --test e2e -- -D warnings
else
  could_not "format and clippy" "not installed"
fi
step "native tests" cargo test --no-fail-fast --no-default-features --features lab
# The same scenarios as in the native tests and in Chrome: their hashes are those of the debug build.
step "hashes in release" cargo test --release --no-default-features --features lab --test hashes
step "without the lab" cargo check --no-default-features --all-targets
if (. dev.d/lib/measure.sh && need_valgrind); then
  step "instructions" ./dev instructions
else
  could_not "instructions" "no valgrind"
fi
for example in examples/*.rs; do
  # These want files or time; their tests have run them.
  case $example in examples/conformance.rs | examples/simulate.rs) continue ;; esac
  [ -f "$example" ] && step "$example" cargo run --quiet --no-default-features --example "$(basename "$example" .rs)"
done

if need_wasm_target; then
  step "clippy of the page" cargo clippy --target $wasm --all-targets -- -D warnings
  step "documentation" cargo doc --no-deps --target $wasm
else
  could_not "clippy of the page" "no wasm target"
fi

browser=yes
need_chrome || browser=no

if [ $browser = yes ] && need_wasm_target && need_bindgen && need_wasm_pack; then
  step "tests in Chrome" tidily wasm-pack test --headless --chrome -- --features lab
else
  could_not "tests in Chrome" "a tool is missing, see above"
fi

rm -rf "$LIC_DIST"
if need_wasm_target && need_trunk && need_bindgen; then
  want_wasm_opt
  step "the page" trunk build --release --dist "$LIC_DIST"
  step "the sheet's weight" sheet_has_at_most 20480
  if wasm_opt_is_current; then
    # Too heavy? `./dev profile` finds out anew what can come later.
    step "what a reader downloads" weighs_at_most 277 "the wasm of a living tree" "$LIC_DIST"/*_bg.wasm
    step "the whole page" weighs_at_most 556 "all wasm, with what is fetched when reached for" "$LIC_DIST"/*.wasm
  fi
else
  could_not "the page" "a tool is missing, see above"
fi
tidy_up

if [ $browser = yes ] && [ -f "$LIC_DIST/index.html" ]; then
  ignored=
  want_axe && ignored=--include-ignored
  step "end to end" cargo test --no-default-features --features lab --test e2e -- $ignored
else
  could_not "end to end" "no Chrome or no page"
fi
summary
