//! What Trunk builds: one file of wasm that the page and every widget are instances of.
//!
//! There is nothing to mount here. `index.html` is `<let-it-crash page>`, and the custom element
//! (`static/let-it-crash.js`) makes a `Widget` of `embed` wherever a page asks for one.

use let_it_crash as _;

fn main() {}
