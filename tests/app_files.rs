//! Application specifications: every `.app` file of an installed Erlang, and made-up ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};

use let_it_crash::otp::application::spec::{Spec, check};
use let_it_crash::term::erlang;
use let_it_crash::term::{Atom, Term};

fn app_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            app_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "app") {
            found.push(path);
        }
    }
}

/// Where Debian's packages put Erlang and Elixir.
#[test]
fn every_installed_app_file_reads_and_prints_back() {
    let mut found = Vec::new();
    ["/usr/lib/erlang", "/usr/lib/elixir"].iter().for_each(|folder| app_files(Path::new(folder), &mut found));
    if found.is_empty() {
        eprintln!("no Erlang is installed here: its .app files were not read");
        return;
    }
    for path in &found {
        let text = std::fs::read_to_string(path).unwrap();
        let spec =
            Spec::parse(&text, erlang::Limits::default(), "x.app").unwrap_or_else(|why| panic!("{path:?}: {why}"));
        assert_eq!(Some(&*spec.name.text()), path.file_stem().and_then(|stem| stem.to_str()));
        let again = Spec::parse(&spec.to_text(), erlang::Limits::default(), "x.app").unwrap();
        assert_eq!(again, spec, "{path:?}");
        check(&spec.term).unwrap_or_else(|why| panic!("{path:?}: {why}"));
        assert!(!spec.vsn().is_empty(), "{path:?}");
    }
    eprintln!("{} .app files of Erlang and Elixir read and printed back", found.len());
}

#[test]
fn all_keys_survive_the_way_through_text() {
    let text = r#"{application, a, [{description,"d"}, {id,"i"}, {vsn,"1"}, {modules,[m]}, {registered,[r]},
        {applications,[kernel, b]}, {included_applications,[c]}, {optional_applications,[b]}, {env,[{k,#{x => "ü\n"}}]},
        {mod,{m,['Odd Atom', <<"bytes">>, -1.5]}}, {start_phases,[{go,[]}]}, {maxP,7}, {maxT,infinity},
        {runtime_dependencies,["stdlib-4.0","erts-@OTP-1@"]}]}."#;
    let spec = Spec::parse(text, erlang::Limits::default(), "a.app").unwrap();
    assert_eq!(Spec::parse(&spec.to_text(), erlang::Limits::default(), "a.app").unwrap(), spec);
    assert_eq!(check(&spec.term), Ok(()));
    assert_eq!(spec.key(Atom::new("maxP")), Some(Term::from(7)));
    assert_eq!(spec.runtime_dependencies()[0], ("stdlib".to_owned(), "4.0".to_owned()));
    assert_eq!(spec.optional, [Atom::new("b")]);
}

#[test]
fn a_text_that_is_no_spec_is_refused_as_otp_refuses_it() {
    let refused = |text: &str| Spec::parse(text, erlang::Limits::default(), "a.app").unwrap_err().to_string();
    assert_eq!(refused("{application, \"a\", []}."), "{:invalid_name, \"a\"}".replace('"', "'"));
    assert_eq!(refused("{application, a, b}."), "{:invalid_options, :b}");
    assert_eq!(refused("{application, a, [{mod, b}]}."), "{:badstartspec, :b}");
    assert_eq!(refused("{a, b}."), "{:bad_application, {:a, :b}}");
    assert!(refused("{application, a, [").contains("line 1"));
}
