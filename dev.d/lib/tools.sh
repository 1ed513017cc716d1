# What the commands need, where it comes from, and how long it takes. Every `need_*` is quick when
# the tool is there, says what it does when it is not, and returns non-zero with advice on failure.

TRUNK_VERSION=0.21.14   # 0.22 wants a newer compiler than Rust 1.95
WASM_PACK_VERSION=0.15.1
BINARYEN_VERSION=132.0.0
AXE_VERSION=4.14.1

say() { if [ -t 2 ]; then printf '\033[1mdev: %s\033[0m\n' "$*" >&2; else echo "dev: $*" >&2; fi; }
has() { command -v "$1" >/dev/null 2>&1; }
is_version() { has "$1" && [ "$("$1" --version 2>/dev/null | awk '{ print $2; exit }')" = "$2" ]; }
bindgen_version() { awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' Cargo.lock; }

# quietly WHAT MINUTES COMMAND...: runs it with its output in a log, shown only when it fails.
quietly() {
  local what=$1 minutes=$2 log start=$SECONDS
  shift 2
  mkdir -p "$LIC_TOOLS"
  log=$LIC_TOOLS/last-install.log
  say "installing $what (about $minutes, this once) ..."
  if "$@" >"$log" 2>&1 </dev/null; then
    say "installed $what in $((SECONDS - start)) s"
  else
    tail -n 30 "$log" >&2
    say "could not install $what: the end of $log is above"
    return 1
  fi
}

need_rust() {
  has cargo || { say "Rust is missing: install it from https://rustup.rs (1.95 or later), then run this again"; return 1; }
  local minor
  minor=$(rustc --version | sed 's/^rustc 1\.\([0-9]*\).*/\1/')
  [ "$minor" -ge 95 ] || { say "$(rustc --version) is too old: 'rustup update' brings 1.95 or later"; return 1; }
}

need_wasm_target() {
  need_rust || return 1
  local target=wasm32-unknown-unknown
  [ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ] && return
  has rustup || { say "Rust's $target target is missing: your distribution's package for it, or rustup, brings it"; return 1; }
  quietly "Rust's wasm target" "10 seconds" rustup target add "$target"
}

need_lints() {
  need_rust || return 1
  { cargo fmt --version && cargo clippy --version; } >/dev/null 2>&1 && return
  has rustup || { say "rustfmt or clippy is missing: your distribution has packages for them"; return 1; }
  quietly "rustfmt and clippy" "20 seconds" rustup component add rustfmt clippy
}

# Unoptimised tools build in a quarter of the time; they share what they have in common.
cargo_tool() {
  (
    cd "$LIC_TOOLS" && unset RUSTFLAGS CARGO_BUILD_TARGET &&
      CARGO_TARGET_DIR=$LIC_TOOLS/build CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=64 CARGO_PROFILE_RELEASE_DEBUG=0 \
        cargo install --root "$LIC_TOOLS" "$@"
  )
}

need_trunk() {
  is_version trunk "$TRUNK_VERSION" ||
    quietly "Trunk $TRUNK_VERSION" "3 to 5 minutes" cargo_tool trunk --version "$TRUNK_VERSION" --locked
}

# Without --locked: its lock file has named crates that the registry did not have yet.
need_bindgen() {
  local version
  version=$(bindgen_version)
  is_version wasm-bindgen "$version" ||
    quietly "the wasm-bindgen CLI $version" "1 to 2 minutes" cargo_tool wasm-bindgen-cli --version "$version"
}

need_wasm_pack() {
  is_version wasm-pack "$WASM_PACK_VERSION" ||
    quietly "wasm-pack $WASM_PACK_VERSION" "1 to 2 minutes" cargo_tool wasm-pack --version "$WASM_PACK_VERSION" --locked
}

# Optional: a release page is smaller with it.
want_wasm_opt() {
  wasm_opt_is_current && return
  has npm || { say "no npm here, so no wasm-opt: the page is built without it"; return 0; }
  quietly "wasm-opt (npm's binaryen $BINARYEN_VERSION)" "20 seconds" npm_binaryen || return 0
}

# Debian's 108 does not know what today's compiler writes.
wasm_opt_is_current() {
  local version
  version=$(wasm-opt --version 2>/dev/null | sed 's/[^0-9]*\([0-9]*\).*/\1/') || return 1
  [ "${version:-0}" -ge 120 ]
}

npm_binaryen() {
  npm install --no-audit --no-fund --prefix "$LIC_TOOLS/npm" "binaryen@$BINARYEN_VERSION" &&
    mkdir -p "$LIC_TOOLS/bin" && ln -sf ../npm/node_modules/.bin/wasm-opt "$LIC_TOOLS/bin/wasm-opt"
}

need_chrome() {
  has chromedriver && has_chrome && return
  if [ "$(id -u)" = 0 ] && has apt-get; then
    quietly "Chromium and its driver (apt)" "1 to 2 minutes" apt_chrome
  else
    say "Chrome and its driver are missing. Debian: sudo apt-get install chromium chromium-driver" \
      "- elsewhere: Chrome, and chromedriver of the same version on PATH"
    return 1
  fi
}

has_chrome() {
  has chromium || has google-chrome || has google-chrome-stable || [ -d "/Applications/Google Chrome.app" ]
}

apt_chrome() {
  apt-get -o DPkg::Lock::Timeout=600 update &&
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends \
      chromium chromium-driver fonts-nanum
}

# Optional: the rules of accessibility; its tests are skipped without it.
want_axe() {
  export LIC_AXE=$LIC_TOOLS/npm/node_modules/axe-core/axe.min.js
  [ -f "$LIC_AXE" ] && return
  has npm || { say "no npm here, so no axe-core: the tests of accessibility are skipped"; return 1; }
  quietly "axe-core $AXE_VERSION (npm)" "5 seconds" \
    npm install --no-audit --no-fund --prefix "$LIC_TOOLS/npm" "axe-core@$AXE_VERSION"
}

# What the tools were built in is of no use once they are there.
tidy_up() { rm -rf "$LIC_TOOLS/build"; }
