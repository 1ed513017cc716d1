//! The `term!` macro.

/// Writes a term as it is read.
///
/// | in `term!` | term |
/// |---|---|
/// | `ok`, `EXIT`, `true` | the atom of that name |
/// | `:"$gen_call"`, `:ok` | the atom of that text |
/// | `Seq.FibServer` | the alias, `'Elixir.Seq.FibServer'` |
/// | `5`, `-1`, `1.5` | a number |
/// | `"text"` | a string (a binary) |
/// | `(expression)` | anything that is `Into<Term>` |
/// | `{a, b}`, `[a, b]`, `[a \| b]` | tuple, list |
/// | `#{k => v}`, `%{k => v}` | map |
///
/// ```
/// use let_it_crash::term::{Pid, Term};
/// use let_it_crash::term;
///
/// let pid = Pid::new(0, 5);
/// let term = term!({ok, [1, (pid), "str"], #{id => Seq.FibServer}});
/// assert_eq!(term.to_string(), r#"{:ok, [1, #PID<0.5.0>, "str"], %{id: Seq.FibServer}}"#);
/// ```
#[macro_export]
macro_rules! term {
    // Ends of sequences, with or without a last comma.
    (@next tuple [$($done:expr,)*] $(,)?) => { $crate::term::Term::tuple([$($done,)*]) };
    (@next list [$($done:expr,)*] $(,)?) => { $crate::term::Term::list([$($done,)*]) };
    (@next key [$($done:expr,)*] $(,)?) => { $crate::term::Term::map(::std::vec![$($done,)*]) };
    (@next one [$done:expr,]) => { $done };

    // One element from the front.
    (@next $kind:ident $done:tt : $text:literal $($rest:tt)*) => {
        $crate::term!(@after $kind $done ($crate::term::Term::atom($text)) $($rest)*)
    };
    (@next $kind:ident $done:tt : $name:ident $($rest:tt)*) => {
        $crate::term!(@after $kind $done ($crate::term::Term::atom(stringify!($name))) $($rest)*)
    };
    (@next $kind:ident $done:tt # {$($pairs:tt)*} $($rest:tt)*) => {
        $crate::term!(@after $kind $done ($crate::term!(@next key [] $($pairs)*)) $($rest)*)
    };
    (@next $kind:ident $done:tt % {$($pairs:tt)*} $($rest:tt)*) => {
        $crate::term!(@after $kind $done ($crate::term!(@next key [] $($pairs)*)) $($rest)*)
    };
    (@next $kind:ident $done:tt {$($items:tt)*} $($rest:tt)*) => {
        $crate::term!(@after $kind $done ($crate::term!(@next tuple [] $($items)*)) $($rest)*)
    };
    (@next $kind:ident $done:tt [$($items:tt)*] $($rest:tt)*) => {
        $crate::term!(@after $kind $done ($crate::term!(@next list [] $($items)*)) $($rest)*)
    };
    (@next $kind:ident $done:tt ($value:expr) $($rest:tt)*) => {
        $crate::term!(@after $kind $done ($crate::term::Term::from($value)) $($rest)*)
    };
    (@next $kind:ident $done:tt true $($rest:tt)*) => {
        $crate::term!(@after $kind $done ($crate::term::Term::from(true)) $($rest)*)
    };
    (@next $kind:ident $done:tt false $($rest:tt)*) => {
        $crate::term!(@after $kind $done ($crate::term::Term::from(false)) $($rest)*)
    };
    (@next $kind:ident $done:tt $value:literal $($rest:tt)*) => {
        $crate::term!(@after $kind $done ($crate::term::Term::from($value)) $($rest)*)
    };
    (@next $kind:ident $done:tt $first:ident . $($rest:tt)*) => {
        $crate::term!(@alias $kind $done [concat!("Elixir.", stringify!($first))] $($rest)*)
    };
    (@next $kind:ident $done:tt $name:ident $($rest:tt)*) => {
        $crate::term!(@after $kind $done ($crate::term::Term::atom(stringify!($name))) $($rest)*)
    };

    (@alias $kind:ident $done:tt [$text:expr] $part:ident . $($rest:tt)*) => {
        $crate::term!(@alias $kind $done [concat!($text, ".", stringify!($part))] $($rest)*)
    };
    (@alias $kind:ident $done:tt [$text:expr] $part:ident $($rest:tt)*) => {
        $crate::term!(@after $kind $done ($crate::term::Term::atom(concat!($text, ".", stringify!($part)))) $($rest)*)
    };

    // What may follow an element.
    (@after one [] ($item:expr)) => { $item };
    (@after list [$($done:expr,)*] ($item:expr) | $($tail:tt)*) => {
        $crate::term::Term::list_with_tail([$($done,)* $item], $crate::term!($($tail)*))
    };
    (@after key [$($done:expr,)*] ($key:expr) => $($rest:tt)*) => {
        $crate::term!(@next value [$($done,)* $key,] $($rest)*)
    };
    (@after value [$($done:expr,)* ] ($value:expr) $(, $($rest:tt)*)?) => {
        $crate::term!(@pair [] [$($done,)*] ($value) $($($rest)*)?)
    };
    (@after $kind:ident [$($done:expr,)*] ($item:expr) $(, $($rest:tt)*)?) => {
        $crate::term!(@next $kind [$($done,)* $item,] $($($rest)*)?)
    };

    // The last of the done elements is the key of the value.
    (@pair [$($done:expr,)*] [$key:expr,] ($value:expr) $($rest:tt)*) => {
        $crate::term!(@next key [$($done,)* ($key, $value),] $($rest)*)
    };
    (@pair [$($done:expr,)*] [$first:expr, $($more:expr,)+] ($value:expr) $($rest:tt)*) => {
        $crate::term!(@pair [$($done,)* $first,] [$($more,)+] ($value) $($rest)*)
    };

    ($($term:tt)+) => { $crate::term!(@next one [] $($term)+) };
}
