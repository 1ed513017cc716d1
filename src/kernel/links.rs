//! Whom a process is linked to.
//!
//! Most processes have one link, to their supervisor. That of a supervisor itself is kept apart
//! from those to its children, which come and go: one child is still few.

use crate::term::Pid;

use super::few::Few;
use super::process::NOBODY;

/// The processes that one is linked to, in order of age.
pub struct Links {
    /// Older than the others. Nobody if it is gone, or there never was a link.
    eldest: Pid,
    others: Few<Pid, ()>,
}

impl Default for Links {
    fn default() -> Self {
        Links { eldest: NOBODY, others: Few::Empty }
    }
}

impl Links {
    /// Adds a link, if it is not there.
    pub(super) fn insert(&mut self, pid: Pid) {
        if self.eldest == NOBODY && self.others.is_empty() {
            self.eldest = pid;
        } else if self.eldest == NOBODY || self.eldest < pid {
            self.others.insert(pid, ());
        } else if self.eldest != pid {
            self.others.insert(std::mem::replace(&mut self.eldest, pid), ());
        }
    }

    /// Takes a link out; was it there?
    #[inline]
    pub(super) fn remove(&mut self, pid: Pid) -> bool {
        if self.eldest == pid {
            self.eldest = NOBODY;
            return true;
        }
        self.others.remove(pid).is_some()
    }

    /// Takes the oldest process out.
    #[inline]
    pub(super) fn pop_first(&mut self) -> Option<Pid> {
        if self.eldest != NOBODY {
            return Some(std::mem::replace(&mut self.eldest, NOBODY));
        }
        self.others.pop_first().map(|(pid, ())| pid)
    }

    /// Is there a link to this process?
    #[must_use]
    pub fn contains(&self, pid: Pid) -> bool {
        self.eldest == pid || self.others.contains(pid)
    }

    /// All of them, oldest first.
    #[must_use]
    pub fn to_vec(&self) -> Vec<Pid> {
        let eldest = (self.eldest != NOBODY).then_some(self.eldest);
        eldest.into_iter().chain(self.others.keys()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pid(n: u32) -> Pid {
        Pid::new(n, n)
    }

    #[test]
    fn links_are_kept_in_order_of_age_however_they_come_and_go() {
        let mut links = Links::default();
        [5, 7, 3, 5, 9, 3].into_iter().for_each(|n| links.insert(pid(n)));
        assert_eq!(links.to_vec(), [3, 5, 7, 9].map(pid));
        assert!(links.remove(pid(3)) && !links.remove(pid(3)));
        [4, 8].into_iter().for_each(|n| links.insert(pid(n)));
        assert_eq!(links.to_vec(), [4, 5, 7, 8, 9].map(pid));
        assert!(links.contains(pid(4)) && links.contains(pid(9)) && !links.contains(pid(3)));
        assert!(std::iter::from_fn(|| links.pop_first()).eq([4, 5, 7, 8, 9].map(pid)));
        links.insert(pid(1));
        assert_eq!(links.to_vec(), [pid(1)]);
    }
}
