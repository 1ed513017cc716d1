//! Versions named by a regular expression, as `.appup` files do it: `<<"2\\.[0-9]+">>`.
//!
//! Perl's notation as far as versions want it: characters, `.`, classes, `\d`, `\w`, groups, `|`,
//! `*`, `+`, `?` and their lazy forms, `^`, `$`. Whatever else there is matches nothing. A
//! pattern takes time in proportion to its length and the version's.
//!
//! OTP: <https://www.erlang.org/docs/25/man/appup#description>

/// Is the first match of the pattern the whole text?
pub(super) fn matches_whole(pattern: &str, text: &str) -> bool {
    let Some(program) = Compiler::compile(pattern) else { return false };
    let text: Vec<char> = text.chars().collect();
    run(&program, &text) == Some(text.len())
}

/// Longest pattern, and deepest nesting of groups.
const MAX_CHARACTERS: usize = 1_000;
const MAX_DEPTH: usize = 32;

enum Step {
    /// Takes a character of these.
    Take(Class),
    /// Goes on here, or else there.
    Split(usize, usize),
    Jump(usize),
    AtStart,
    AtEnd,
    Found,
}

/// Ranges of characters, or all others.
struct Class {
    negated: bool,
    ranges: Vec<(char, char)>,
}

impl Class {
    fn of(ranges: &[(char, char)]) -> Self {
        Class { negated: false, ranges: ranges.to_vec() }
    }

    fn takes(&self, character: char) -> bool {
        self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&character)) != self.negated
    }
}

struct Compiler<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    depth: usize,
}

impl Compiler<'_> {
    /// `None` for what this knows nothing of.
    fn compile(pattern: &str) -> Option<Vec<Step>> {
        if pattern.len() > MAX_CHARACTERS {
            return None;
        }
        let mut compiler = Compiler { rest: pattern.chars().peekable(), depth: 0 };
        let mut program = compiler.alternatives()?;
        program.push(Step::Found);
        compiler.rest.next().is_none().then_some(program)
    }

    fn alternatives(&mut self) -> Option<Vec<Step>> {
        let first = self.sequence()?;
        if self.rest.next_if_eq(&'|').is_none() {
            return Some(first);
        }
        let others = self.alternatives()?;
        let mut program = vec![Step::Split(1, first.len() + 2)];
        append(&mut program, first);
        program.push(Step::Jump(program.len() + 1 + others.len()));
        append(&mut program, others);
        Some(program)
    }

    fn sequence(&mut self) -> Option<Vec<Step>> {
        let mut program = Vec::new();
        while self.rest.peek().is_some_and(|next| !"|)".contains(*next)) {
            let item = self.item()?;
            let item = self.repeated(item);
            append(&mut program, item);
        }
        Some(program)
    }

    fn item(&mut self) -> Option<Vec<Step>> {
        Some(vec![match self.rest.next()? {
            '.' => Step::Take(Class { negated: true, ranges: vec![('\n', '\n')] }),
            '^' => Step::AtStart,
            '$' => Step::AtEnd,
            '(' => return self.group(),
            '[' => Step::Take(self.class()?),
            '\\' => Step::Take(escaped(self.rest.next()?)?),
            '*' | '+' | '?' | '{' | '}' => return None,
            character => Step::Take(Class::of(&[(character, character)])),
        }])
    }

    fn group(&mut self) -> Option<Vec<Step>> {
        if self.rest.next_if_eq(&'?').is_some() {
            self.rest.next_if_eq(&':')?;
        }
        self.depth += 1;
        let inside = (self.depth <= MAX_DEPTH).then(|| self.alternatives()).flatten()?;
        self.depth -= 1;
        self.rest.next_if_eq(&')')?;
        Some(inside)
    }

    fn class(&mut self) -> Option<Class> {
        let mut class = Class { negated: self.rest.next_if_eq(&'^').is_some(), ranges: Vec::new() };
        loop {
            match self.rest.next()? {
                ']' if !class.ranges.is_empty() => return Some(class),
                '\\' => class.ranges.extend(escaped(self.rest.next()?)?.ranges),
                from if self.rest.next_if_eq(&'-').is_some() => match self.rest.next()? {
                    ']' => {
                        class.ranges.extend([(from, from), ('-', '-')]);
                        return Some(class);
                    }
                    to => class.ranges.push((from, to)),
                },
                character => class.ranges.push((character, character)),
            }
        }
    }

    /// `*`, `+` and `?` behind an item, lazy if another `?` follows.
    fn repeated(&mut self, item: Vec<Step>) -> Vec<Step> {
        let Some(how) = self.rest.next_if(|next| "*+?".contains(*next)) else { return item };
        let lazy = self.rest.next_if_eq(&'?').is_some();
        let split =
            |inside: usize, behind: usize| if lazy { Step::Split(behind, inside) } else { Step::Split(inside, behind) };
        let length = item.len();
        let mut program = Vec::new();
        if how == '+' {
            append(&mut program, item);
            program.push(split(0, length + 1));
            return program;
        }
        let again = how == '*';
        program.push(split(1, length + 1 + usize::from(again)));
        append(&mut program, item);
        if again {
            program.push(Step::Jump(0));
        }
        program
    }
}

fn escaped(character: char) -> Option<Class> {
    match character {
        'd' => Some(Class::of(&[('0', '9')])),
        'w' => Some(Class::of(&[('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_')])),
        letter if letter.is_alphanumeric() => None,
        other => Some(Class::of(&[(other, other)])),
    }
}

/// Targets in a program count from its own beginning.
fn append(program: &mut Vec<Step>, more: Vec<Step>) {
    let base = program.len();
    program.extend(more.into_iter().map(|step| match step {
        Step::Split(a, b) => Step::Split(a + base, b + base),
        Step::Jump(to) => Step::Jump(to + base),
        other => other,
    }));
}

/// Where the first match from the beginning ends. All ways are followed at once, the preferred
/// ones first.
fn run(program: &[Step], text: &[char]) -> Option<usize> {
    let mut ways = follow(program, vec![0], 0, text.len());
    let mut found = None;
    for at in 0..=text.len() {
        let mut next = Vec::new();
        for way in ways {
            match program.get(way) {
                Some(Step::Found) => {
                    found = Some(at);
                    break; // what comes behind is less preferred
                }
                Some(Step::Take(class)) if text.get(at).is_some_and(|character| class.takes(*character)) => {
                    next.push(way + 1);
                }
                _ => {}
            }
        }
        ways = follow(program, next, at + 1, text.len());
    }
    found
}

/// The steps that take a character, or are the end, and can be reached from these without taking
/// one; in order of preference, each once.
fn follow(program: &[Step], from: Vec<usize>, at: usize, end: usize) -> Vec<usize> {
    let mut seen = vec![false; program.len()];
    let mut reached = Vec::new();
    let mut open: Vec<usize> = from.into_iter().rev().collect();
    while let Some(place) = open.pop() {
        if seen.get_mut(place).is_none_or(|seen| std::mem::replace(seen, true)) {
            continue;
        }
        match program.get(place) {
            Some(Step::Split(first, second)) => open.extend([*second, *first]),
            Some(Step::Jump(to)) => open.push(*to),
            Some(Step::AtStart) if at == 0 => open.push(place + 1),
            Some(Step::AtEnd) if at == end => open.push(place + 1),
            Some(Step::Take(_) | Step::Found) => reached.push(place),
            _ => {}
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `re:run(Text, Pattern, [unicode, {capture, first, list}])` of OTP 25 gives the whole text.
    #[test]
    fn a_pattern_matches_as_in_otp() {
        for (pattern, text, whole) in [
            ("1\\.0", "1.0", true),
            ("1\\.0", "1x0", false),
            ("1.0", "1x0", true),
            ("2\\.[0-9]+", "2.17", true),
            ("2\\.[0-9]+", "2.17.1", false),
            ("2\\.[0-9]+(\\.[0-9]+)*", "2.17.1", true),
            ("1|1\\.0", "1.0", false),
            ("1\\.0|1", "1.0", true),
            ("1|2|3", "3", true),
            ("[^0-9]+", "abc", true),
            ("\\d+?", "12", false),
            ("^\\d+?$", "12", true),
            ("(a|b)*c?", "abab", true),
            ("(?:a|b)+", "abba", true),
            ("", "", true),
            (".*", "", true),
            ("x*", "y", false),
            ("[-a]", "-", true),
            ("[a-]", "-", true),
            ("(((a*)*)*)*", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false),
        ] {
            assert_eq!(matches_whole(pattern, text), whole, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_no_pattern_matches_nothing() {
        for pattern in ["(", ")", "*", "[", "[]", "a{2}", "\\", "\\s", "(?=a)", &"(".repeat(500), &"a".repeat(2_000)] {
            assert!(!matches_whole(pattern, ""), "{pattern}");
        }
    }
}
