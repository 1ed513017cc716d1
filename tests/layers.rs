//! Who may import whom. The feature `ui` is a boundary that the compiler holds; this test reads
//! the sources and holds the others.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};

/// Every module of `src/lib.rs` with the modules it may name. Rows in reading order.
const MAY_IMPORT: &[(&str, &str)] = &[
    ("term", ""),
    ("exit", "term"),
    ("time", "term exit"),
    ("limits", "term exit time"),
    ("supervision", "term exit time"),
    ("event", "term exit time limits supervision"),
    ("kernel", "term exit time limits supervision event"),
    ("process", "term exit time limits supervision event kernel"),
    // It draws what the log tells: never the kernel, never otp.
    ("observe", "term exit time supervision event"),
    ("otp", "term exit time limits supervision event kernel process"),
    ("lang", "term exit time limits supervision event kernel process otp"),
    ("seq", "term exit time limits supervision event kernel process otp lang"),
    ("console", "term exit time limits supervision event kernel process otp lang observe"),
    ("session", "term exit time limits supervision event process otp lang seq observe console"),
    ("lab", "term exit time limits supervision event kernel process otp lang seq observe console session"),
    // Exit reasons and child specifications as its input names them; both are data.
    ("view", "term exit time supervision event observe"),
    ("ui", "term exit time supervision observe view session"),
    ("embed", "ui session"),
    ("main", "embed"),
];

#[test]
fn no_module_imports_what_stands_above_it() {
    let mut violations = Vec::new();
    for file in sources(&root().join("src")) {
        let path = file.strip_prefix(root().join("src")).expect("it was found there");
        if path != Path::new("lib.rs") {
            let source = std::fs::read_to_string(&file).expect("a source is readable");
            violations.extend(check(path, &source));
        }
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn a_planted_violation_is_found() {
    let path = Path::new("observe/model.rs");
    for planted in [
        "use crate::kernel::Kernel;",
        "use crate::{event::Entry, otp::supervisor};",
        "use crate::{\n    event::{Entry, Event},\n    otp,\n};",
        "fn f() { crate::session::run() }",
        "use super::super::kernel::Kernel;",
        "use crate::Runtime;",
    ] {
        assert_eq!(check(path, planted).len(), 1, "{planted}");
    }
    for fine in [
        "use crate::event::{Entry, Event};\nuse crate::{term::Term, observe::series};",
        "// crate::kernel is not for us\n/// [`crate::otp`]",
        "use super::series::Series; fn f() { crate::atom!(ok); }",
    ] {
        assert_eq!(check(path, fine), Vec::<String>::new(), "{fine}");
    }
    assert_eq!(check(Path::new("kernel.rs"), "use super::process::Cx;").len(), 1);
    assert_eq!(check(Path::new("unheard_of/deep/file.rs"), "").len(), 1);
}

#[test]
fn a_module_stands_beside_its_folder() {
    for file in sources(&root().join("src")) {
        assert!(!file.ends_with("mod.rs"), "{}: write foo.rs beside foo/", file.display());
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All `.rs` files below a folder, in a fixed order.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of sources");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let below = paths.into_iter().flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    below.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// What a file (its path below `src`) names that its module may not.
fn check(path: &Path, source: &str) -> Vec<String> {
    let module = path.with_extension("");
    let module = module.iter().next().and_then(|name| name.to_str()).expect("a module's name");
    let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == module) else {
        return vec![format!("src/{}: module {module} has no row in MAY_IMPORT", path.display())];
    };
    let depth = path.components().count();
    let named = named_modules(&without_comments(source), depth);
    let strange = named.iter().filter(|name| *name != module && !allowed.split(' ').any(|one| one == *name));
    strange.map(|name| format!("src/{}: {module} may not import {name}", path.display())).collect()
}

fn without_comments(source: &str) -> String {
    let code = source.lines().map(|line| line.split("//").next().unwrap_or_default());
    code.collect::<Vec<_>>().join("\n")
}

/// The names that follow `crate::`, or as many `super::` as lead out of a file at this depth.
fn named_modules(code: &str, depth: usize) -> Vec<String> {
    let climb = "super::".repeat(depth);
    let absolute = after(code, "crate::").flat_map(|rest| heads(rest, |_| true));
    let climbing = after(code, &climb).flat_map(|rest| heads(rest, is_module));
    absolute.chain(climbing).collect()
}

fn is_module(name: &str) -> bool {
    MAY_IMPORT.iter().any(|(module, _)| *module == name)
}

/// What follows each occurrence of a path's prefix that stands alone (`$crate::` does too).
fn after<'a>(code: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    code.match_indices(prefix).filter_map(move |(at, _)| {
        let before = code[..at].chars().next_back();
        let inside = before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':');
        (!inside).then(|| &code[at + prefix.len()..])
    })
}

/// The first names of a path or of a `{group, of::paths}`; a macro call (`atom!`) names no module.
fn heads(rest: &str, wanted: fn(&str) -> bool) -> Vec<String> {
    let group = match rest.strip_prefix('{') {
        Some(group) => top_level_parts(group),
        None => vec![rest],
    };
    let names = group.into_iter().filter_map(|part| {
        let part = part.trim_start();
        let end = part.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(part.len());
        let is_macro = part[end..].starts_with('!');
        (end > 0 && !is_macro).then(|| part[..end].to_owned())
    });
    names.filter(|name| wanted(name)).collect()
}

/// Splits at the commas of the group itself and stops at its closing brace.
fn top_level_parts(group: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            '}' => {
                parts.push(&group[start..at]);
                break;
            }
            _ => {}
        }
    }
    parts
}
