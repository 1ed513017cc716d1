#!/bin/sh
# Trunk runs this after a build, before the files go to dist/ (TRUNK_STAGING_DIR).
# 1. wasm-bindgen's no-modules glue is a singleton: wrap it in a factory, so that one compiled
#    module serves the page and every element makes an instance of its own.
# 2. let-it-crash.js has a stable name and learns the hashed names of the pair.
# 3. A release build is made smaller by wasm-opt where a current one is installed; it is optional.
#    It also writes the page in two parts.
set -eu
cd "$TRUNK_STAGING_DIR"

only() { [ $# -eq 1 ] && [ -f "$1" ] || { echo "bundle: expected one file, found: $*" >&2; exit 1; }; echo "$1"; }
wasm=$(only app-*_bg.wasm)
glue=$(only "${wasm%_bg.wasm}.js")

{ echo "export default function create() {"; cat "$glue"; echo; echo "return wasm_bindgen;"; echo "}"; } > glue.tmp
mv glue.tmp "$glue"
sed -e "s/let_it_crash\.js/$glue/" -e "s/let_it_crash_bg\.wasm/$wasm/" let-it-crash.js > loader.tmp
mv loader.tmp let-it-crash.js
# The sheet without the white space, quotes and nesting selectors that only its readers need.
sed -e 's/^ *//' -e 's|/\*[^*]*\*/||g' style.css | tr '\n' ' ' |
  sed -e 's/\([:;,{}]\)  */\1/g' -e 's/  *{/{/g' -e 's/  *}/}/g' -e 's/;}/}/g' \
      -e 's/& \([.:[]\)/\1/g' -e 's| / |/|g' -e 's/ \([<>]=*\) /\1/g' -e 's/="\([a-z]*\)"\]/=\1]/g' -e 's/^ //' -e 's/@\([a-z]*\) (/@\1(/g' > sheet.tmp
mv sheet.tmp style.css

[ "$TRUNK_PROFILE" = release ] || exit 0
PATH="$TRUNK_SOURCE_DIR/node_modules/.bin:$PATH"
version=$(wasm-opt --version 2>/dev/null | sed 's/[^0-9]*\([0-9]*\).*/\1/') || version=
if [ "${version:-0}" -lt 120 ]; then
  echo "bundle: no wasm-opt of 120 or later on PATH (npm's binaryen has it): the page is built without it" >&2
  exit 0
fi
# Loads and stores compress better without a hint of their alignment. Code that is flat first ends smaller.
# Nothing lies in the lowest KiB: what comes that near to the end of the stack overflows it.
oz=${LIC_WASM_OPT:--Oz}
wasm-opt -g --low-memory-unused --flatten --rereloop "$oz" "$oz" --one-caller-inline-max-function-size 0 \
  --dealign --skip-pass=memory-packing --no-stack-ir "$wasm" -o whole.tmp

# 4. What a reader who only looks does not need goes into a file of its own (parts.mjs tells how).
library=$(dirname "$(realpath "$(command -v wasm-opt)")")/../index.js
parts() { node "$TRUNK_SOURCE_DIR/dev.d/lib/parts.mjs" "$library" "$@"; }
if [ ! -f "$library" ]; then
  echo "bundle: this wasm-opt is not npm's binaryen: the page is left in one part" >&2
  wasm-opt --optimize-stack-ir whole.tmp -o "$wasm"
elif [ "${LIC_MARK:-}" ]; then
  parts mark whole.tmp "$wasm"
else
  rest=${wasm%_bg.wasm}_rest.wasm
  parts cut whole.tmp "$TRUNK_SOURCE_DIR/dev.d/lib/later.txt" "$wasm" "$rest" "$glue"
  sed "s/^const REST = '';.*/const REST = '$rest';/" let-it-crash.js > loader.tmp
  mv loader.tmp let-it-crash.js
fi
rm whole.tmp
