//! A term as a canonical feed of bytes.

use std::hash::{Hash, Hasher};

use super::Term;

/// What is still to be fed, next one last.
type Stack<'a> = Vec<&'a Term>;

impl Term {
    /// Feeds bytes that stand for the term: the same for equal terms (`=:=`), on every platform,
    /// in every run; different for unequal ones. Atoms are fed by text, numbers by value, pids by
    /// serial, references by number. Nesting costs heap, never stack; time goes by [`Term::words`],
    /// which counts without sharing and is to be bounded before for a term from outside.
    pub fn hash_into(&self, feed: &mut impl FnMut(&[u8])) {
        self.walk(u64::MAX, feed);
    }

    /// [`Term::hash_into`] for a term from anywhere: of one with more than `words` words, which may
    /// be a small one that shares itself, only its beginning and its count of words are fed.
    pub fn hash_bounded(&self, words: u32, feed: &mut impl FnMut(&[u8])) {
        if self.words() <= words {
            return self.hash_into(feed);
        }
        self.walk(u64::from(words / 8), feed);
        feed_tagged(b'w', &self.words().to_le_bytes(), feed);
    }

    /// Feeds nodes until they have so many words; what a node refers to is not its own.
    fn walk(&self, words: u64, feed: &mut impl FnMut(&[u8])) {
        let (mut stack, mut left) = (vec![self], words);
        while let Some(term) = stack.pop().filter(|_| left > 0) {
            let own = match term {
                Term::Binary(_) | Term::Big(_) => u64::from(term.words()),
                _ => 0,
            };
            left = left.saturating_sub(own.max(1));
            feed_node(term, feed, &mut stack);
        }
    }
}

fn feed_node<'a>(term: &'a Term, feed: &mut impl FnMut(&[u8]), stack: &mut Stack<'a>) {
    match term {
        Term::Nil => feed(b"n"),
        Term::Int(value) => feed_integer(*value < 0, value.unsigned_abs().to_le_bytes().as_slice(), feed),
        Term::Big(value) => {
            let (sign, bytes) = value.to_bytes_le();
            feed_integer(sign == num_bigint::Sign::Minus, &bytes, feed);
        }
        // 0.0 and -0.0 are equal.
        Term::Float(value) => {
            feed_tagged(b'f', &(if *value == 0.0 { 0.0 } else { *value }).to_bits().to_le_bytes(), feed)
        }
        Term::Atom(atom) => feed_bytes(b'a', atom.text().as_bytes(), feed),
        Term::Ref(reference) => feed_tagged(b'r', &reference.0.to_le_bytes(), feed),
        Term::Pid(pid) => feed_tagged(b'p', &pid.number().to_le_bytes(), feed),
        Term::Binary(bytes) => feed_bytes(b'b', bytes, feed),
        Term::Tuple2(_) | Term::Tuple3(_) | Term::Tuple4(_) | Term::Tuple5(_) | Term::Tuple(_) => {
            feed_items(b't', term.as_tuple().unwrap_or_default(), feed, stack)
        }
        Term::List(node) => {
            feed(b"l");
            stack.extend([&node.items.tail, &node.items.head]);
        }
        Term::Map(node) => {
            feed_length(b'm', node.items.len(), feed);
            stack.extend(node.items.iter().rev().flat_map(|(key, value)| [value, key]));
        }
        Term::Fun(node) => {
            let fun = &node.items;
            feed_bytes(b'u', fun.module.text().as_bytes(), feed);
            feed_bytes(b'/', fun.name.text().as_bytes(), feed);
            feed(&[fun.arity]);
            feed_items(b'e', &fun.env, feed, stack);
        }
    }
}

fn feed_items<'a>(tag: u8, items: &'a [Term], feed: &mut impl FnMut(&[u8]), stack: &mut Stack<'a>) {
    feed_length(tag, items.len(), feed);
    stack.extend(items.iter().rev());
}

fn feed_tagged(tag: u8, bytes: &[u8], feed: &mut impl FnMut(&[u8])) {
    feed(&[tag]);
    feed(bytes);
}

fn feed_bytes(tag: u8, bytes: &[u8], feed: &mut impl FnMut(&[u8])) {
    feed_length(tag, bytes.len(), feed);
    feed(bytes);
}

/// Lengths are fed as 64 bits, whatever a `usize` is.
fn feed_length(tag: u8, length: usize, feed: &mut impl FnMut(&[u8])) {
    feed_tagged(tag, &(length as u64).to_le_bytes(), feed);
}

/// Sign and magnitude without leading zeros: small and big integers are fed alike.
fn feed_integer(is_negative: bool, little_endian: &[u8], feed: &mut impl FnMut(&[u8])) {
    let length = little_endian.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    feed_bytes(if is_negative { b'-' } else { b'+' }, little_endian.get(..length).unwrap_or_default(), feed);
}

impl Hash for Term {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash_into(&mut |bytes| state.write(bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term;
    use crate::term::{Pid, Ref};

    fn feed(term: &Term) -> Vec<u8> {
        let mut bytes = Vec::new();
        term.hash_into(&mut |more| bytes.extend_from_slice(more));
        bytes
    }

    #[test]
    fn the_feed_never_changes() {
        let term = term!({ok, [1, -256 | 0.5], #{k => "v"}, (Pid::new(9, 5)), (Ref::new(0, 3))});
        let expected = [
            b"t\x05\0\0\0\0\0\0\0".as_slice(),
            b"a\x02\0\0\0\0\0\0\0ok",
            b"l+\x01\0\0\0\0\0\0\0\x01",
            b"l-\x02\0\0\0\0\0\0\0\0\x01",
            b"f\0\0\0\0\0\0\xe0\x3f",
            b"m\x01\0\0\0\0\0\0\0a\x01\0\0\0\0\0\0\0kb\x01\0\0\0\0\0\0\0v",
            b"p\x05\0\0\0",
            b"r\x03\0\0\0\0\0\0\0",
        ];
        assert_eq!(feed(&term), expected.concat());
    }

    #[test]
    fn equal_terms_feed_alike_and_others_do_not() {
        assert_eq!(feed(&term!(0.0)), feed(&term!(-0.0)));
        assert_eq!(feed(&term!(#{a => 1, b => 2})), feed(&term!(#{b => 2, a => 1})));
        let different = [term!([]), term!({}), term!(#{}), term!(""), term!(0), term!(0.0), term!(:""), term!([[]])];
        for (at, one) in different.iter().enumerate() {
            assert!(different[at + 1..].iter().all(|other| feed(one) != feed(other)), "{one}");
        }
        assert_ne!(feed(&term!({{1}, 2})), feed(&term!({{1, 2}})));
    }

    #[test]
    fn of_a_term_that_is_too_large_the_beginning_and_the_size_are_fed() {
        let bounded = |term: &Term| {
            let mut bytes = Vec::new();
            term.hash_bounded(100, &mut |more| bytes.extend_from_slice(more));
            bytes
        };
        let small = term!({a, [b]});
        assert_eq!(bounded(&small), feed(&small));
        let doubled = |last: i64| (0..70).fold(Term::Int(last), |term, _| Term::tuple([term.clone(), term]));
        assert!(bounded(&doubled(1)).len() < 1_000);
        let (mut fed, binary) = (0, Term::binary(vec![7; 1 << 20]));
        Term::list(vec![binary; 1_000]).hash_bounded(8_000, &mut |bytes| fed += bytes.len());
        assert!(fed < 2 << 20, "a binary that is there a thousand times is fed {fed} bytes long");
        let wide = |first: i64| Term::list((first..first + 1_000).map(Term::Int).collect::<Vec<_>>());
        assert_ne!(bounded(&wide(1)), bounded(&wide(2)));
        assert_ne!(bounded(&wide(1)), bounded(&Term::cons(1.into(), wide(2))));
    }

    #[test]
    fn a_million_levels_feed_on_a_small_stack() {
        let thread = std::thread::Builder::new().stack_size(128 << 10).spawn(|| {
            let deep = (0..1_000_000).fold(Term::Nil, |term, _| Term::tuple([term]));
            assert_eq!(feed(&deep).len(), 9_000_001);
        });
        thread.unwrap().join().unwrap();
    }
}
