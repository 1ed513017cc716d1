//! What the hot types weigh. A queue of a million messages pays for every byte here.

use std::mem::size_of;

use let_it_crash::term::{Atom, Pid, Ref, Term};

#[test]
fn a_term_is_three_words_at_most() {
    assert!(size_of::<Term>() <= 24, "{}", size_of::<Term>());
    assert_eq!(size_of::<Option<Term>>(), size_of::<Term>());
}

#[test]
fn identifiers_are_leaves() {
    assert_eq!(size_of::<Atom>(), 4);
    assert_eq!(size_of::<Pid>(), 8);
    assert_eq!(size_of::<Ref>(), 8);
}
