# ./dev serve [--open]: serve the page at http://127.0.0.1:8080 and rebuild it on every change
need_wasm_target && need_trunk && need_bindgen || exit 1
tidy_up
if [ -d target/wasm32-unknown-unknown/debug ]; then
  say "building the page; it will be at http://127.0.0.1:8080 in seconds"
else
  say "building the page for the first time (1 to 3 minutes); it will be at http://127.0.0.1:8080"
fi
exec trunk serve "$@"
