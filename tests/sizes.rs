//! What the hot types weigh. A queue of a million messages pays for every byte here.

use std::mem::size_of;

use let_it_crash::kernel::mailbox::Mailbox;
use let_it_crash::kernel::message::Message;
use let_it_crash::kernel::process::Process;
use let_it_crash::term::{Atom, Pid, Ref, Term};

#[test]
fn a_term_is_16_bytes() {
    assert!(size_of::<Term>() <= 16, "{}", size_of::<Term>());
    assert_eq!(size_of::<Option<Term>>(), size_of::<Term>());
}

#[test]
fn identifiers_are_leaves() {
    assert_eq!(size_of::<Atom>(), 4);
    assert_eq!(size_of::<Pid>(), 8);
    assert_eq!(size_of::<Ref>(), 8);
}

/// 100,000 idle processes are an ordinary node. A server costs its body and state besides.
#[test]
fn an_idle_process_is_small() {
    assert!(size_of::<Message>() <= 40, "{}", size_of::<Message>());
    assert!(size_of::<Mailbox>() <= 48, "{}", size_of::<Mailbox>());
    assert!(size_of::<Process>() <= 192, "{}", size_of::<Process>());
}
