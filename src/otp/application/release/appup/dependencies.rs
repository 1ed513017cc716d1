//! Which modules are changed together, and in which order.
//!
//! OTP: <https://www.erlang.org/docs/25/design_principles/appup_cookbook#module-dependencies>

use crate::term::ordered::sort_by_key;
use crate::term::{Atom, Ordered, Term};

use super::pair;

/// Modules that depend on each other, directly or not, in groups in the order of their first
/// members. Within a group who depends on a module comes before it; those that depend on each
/// other in a circle, and those that do not, stay in their order. Members are places in `modules`.
///
/// # Errors
/// `{muldef_module, Module}`; `{undef_module, Module}`.
pub(super) fn groups(modules: &[(Atom, &[Atom])]) -> Result<Vec<Vec<usize>>, Term> {
    let graph = Graph::new(modules)?;
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for members in graph.connected() {
        groups.push(graph.in_order(&members));
    }
    Ok(groups)
}

/// Who needs whom, by place.
struct Graph {
    needs: Vec<Vec<usize>>,
    needed_by: Vec<Vec<usize>>,
}

impl Graph {
    fn new(modules: &[(Atom, &[Atom])]) -> Result<Self, Term> {
        let mut places = Ordered::new();
        for (at, (module, _)) in modules.iter().enumerate() {
            if places.insert(*module, at).is_some() {
                return Err(pair("muldef_module", (*module).into()));
            }
        }
        let mut graph = Graph { needs: vec![Vec::new(); modules.len()], needed_by: vec![Vec::new(); modules.len()] };
        for (at, needed) in modules.iter().enumerate().flat_map(|(at, module)| module.1.iter().map(move |m| (at, m))) {
            let place = *places.get(needed).ok_or_else(|| pair("undef_module", (*needed).into()))?;
            graph.needs.get_mut(at).into_iter().for_each(|needs| needs.push(place));
            graph.needed_by.get_mut(place).into_iter().for_each(|by| by.push(at));
        }
        Ok(graph)
    }

    fn len(&self) -> usize {
        self.needs.len()
    }

    /// The members of each group in their order.
    fn connected(&self) -> Vec<Vec<usize>> {
        let mut seen = vec![false; self.len()];
        let mut groups = Vec::new();
        for first in 0..self.len() {
            let mut members = Vec::new();
            let mut next = vec![first];
            while let Some(at) = next.pop() {
                if !mark(&mut seen, at) {
                    continue;
                }
                members.push(at);
                next.extend(neighbours(&self.needs, at));
                next.extend(neighbours(&self.needed_by, at));
            }
            sort_by_key(&mut members, |at| *at);
            groups.push(members);
        }
        groups.retain(|members| !members.is_empty());
        groups
    }

    /// Kosaraju's order: circles, those who need others before those who are needed.
    fn in_order(&self, members: &[usize]) -> Vec<usize> {
        let mut seen = vec![false; self.len()];
        let mut finished = Vec::new();
        // Last first, so that of independent ones the first comes first in the end.
        members.iter().rev().for_each(|at| walk(&self.needs, *at, &mut seen, &mut finished));
        seen.fill(false);
        let mut order = Vec::new();
        for at in finished.into_iter().rev() {
            let mut circle = Vec::new();
            walk(&self.needed_by, at, &mut seen, &mut circle);
            sort_by_key(&mut circle, |at| *at);
            order.append(&mut circle);
        }
        order
    }
}

/// Was it not seen before?
fn mark(seen: &mut [bool], at: usize) -> bool {
    seen.get_mut(at).is_some_and(|seen| !std::mem::replace(seen, true))
}

fn neighbours(edges: &[Vec<usize>], at: usize) -> impl Iterator<Item = usize> {
    edges.get(at).into_iter().flatten().copied()
}

/// Adds what can be reached to `finished`, each after all that can be reached from it.
fn walk(edges: &[Vec<usize>], from: usize, seen: &mut [bool], finished: &mut Vec<usize>) {
    let mut path = vec![(from, 0)];
    if !mark(seen, from) {
        return;
    }
    while let Some((at, next)) = path.last_mut() {
        match edges.get(*at).and_then(|edges| edges.get(*next)) {
            Some(to) => {
                *next += 1;
                let to = *to;
                if mark(seen, to) {
                    path.push((to, 0));
                }
            }
            None => {
                finished.push(*at);
                path.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(modules: &[(&str, &[&str])]) -> Vec<Vec<usize>> {
        let needs: Vec<Vec<Atom>> =
            modules.iter().map(|module| module.1.iter().copied().map(Atom::new).collect()).collect();
        let modules: Vec<_> =
            modules.iter().zip(&needs).map(|(module, needs)| (Atom::new(module.0), &needs[..])).collect();
        groups(&modules).unwrap()
    }

    #[test]
    fn who_needs_a_module_comes_before_it() {
        assert_eq!(grouped(&[("a", &[]), ("b", &[])]), [[0], [1]]);
        assert_eq!(grouped(&[("a", &[]), ("b", &["a"])]), [[1, 0]]);
        assert_eq!(grouped(&[("a", &["c"]), ("b", &[]), ("c", &["d"]), ("d", &[])]), [vec![0, 2, 3], vec![1]]);
    }

    #[test]
    fn circles_stay_together_in_their_order() {
        assert_eq!(grouped(&[("a", &["b"]), ("b", &["a"]), ("c", &["b"])]), [[2, 0, 1]]);
        assert_eq!(grouped(&[("a", &["a"])]), [[0]]);
    }

    #[test]
    fn a_long_chain_costs_no_stack() {
        let names: Vec<String> = (0..50_000).map(|n| format!("m{n}")).collect();
        let needs: Vec<Vec<Atom>> =
            (1..=50_000).map(|n| names.get(n).map(|name| Atom::new(name)).into_iter().collect()).collect();
        let modules: Vec<_> = names.iter().zip(&needs).map(|(name, needs)| (Atom::new(name), &needs[..])).collect();
        assert_eq!(groups(&modules).unwrap(), [(0..50_000).collect::<Vec<_>>()]);
    }
}
