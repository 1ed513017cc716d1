# ./dev profile: find out which functions of the page a reader who only looks needs; the others load later
# A run takes three to six minutes. Do it when the first part grows beyond its weight, or when the test says
# that a reader who only looks downloads the rest.
need_rust && need_wasm_target && need_bindgen && need_trunk && need_chrome || exit 1
want_wasm_opt
wasm_opt_is_current || { say "the page is in two parts only with npm's binaryen: install Node and npm"; exit 1; }

export LIC_DIST=$PWD/target/marked LIC_LATER=$PWD/dev.d/lib/later.txt
LIC_MARK=1 trunk build --release --dist "$LIC_DIST" &&
  cargo test --no-default-features --test profile -- --nocapture
