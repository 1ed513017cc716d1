//! Why a session does not do what it is asked for: a reason of a closed list, with what it is
//! about. In English here; the page has each in other languages too.

use std::fmt;

use crate::seq::config::{BadVariable, MAX_DIGITS};

/// A command or a boot that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub why: Why,
    /// What its text names, in order.
    pub about: Vec<String>,
}

macro_rules! reasons {
    ($($name:ident: $text:literal;)*) => {
        /// A reason, with the text that says it: `{0}` and so on stand for what it is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Why { $(#[doc = $text] $name,)* }

        impl Why {
            /// All of them.
            pub const ALL: &[Why] = &[$(Why::$name,)*];

            /// The text in English.
            #[must_use]
            pub const fn english(self) -> &'static str {
                match self { $(Why::$name => $text,)* }
            }
        }
    };
}

reasons! {
    Stopped: "the node has stopped; begin a new run";
    Inputs: "a run keeps at most {0} inputs";
    Tracing: "tracing is no input";
    CallRate: "at most {1} calls a second, not {0}";
    CrashRate: "at most {1} crashes a minute, not {0}";
    Targets: "at most {1} targets, not {0}";
    Children: "at most {1} children, not {0}";
    Intensity: "at most {1} restarts, not {0}";
    Period: "at most {1} seconds, not {0}";
    NoPeriod: "a period has at least one second";
    OwnSpecs: "its children have specs of their own";
    NoVersion: "no version: {0}";
    NoName: "{0} is no name; write it like Seq.FibServer or :geo1";
    NoAtom: "no name: {0}";
    NotRegistered: "no process is registered as {0}";
    NotAlive: "no process #PID<0.{0}.0> is alive";
    NoCallbacks: "{0} runs no callbacks; only a signal can end it";
    NoTerm: "line {0}, column {1}: found {2}, expected {3}";
    NoSuchCaller: "nobody can be called {0}";
    NoInteger: "{0} must be an integer of at most {2} digits, not {1}";
    VariableName: "no name of a variable: {0}";
    VariableValue: "no value of a variable: {0}";
    Configuration: "{0}";
    AppFile: "seq.app: {0}";
    NoBoot: "the node cannot boot: {0}";
    NoSuchApplication: "there is no application {0} here, only {1}";
    ScenarioBytes: "a scenario has at most {0} bytes";
    NoSupervisor: "{0} at the top has no \"children\": it has to be a supervisor";
    ScenarioFaults: "a scenario has at most {0} faults";
    PlaceId: "the id {0}: start with a small letter; then letters, digits and _";
    PlaceTwice: "the id {0} stands there twice";
    PlaceStrategy: "{0}: one_for_one, one_for_all or rest_for_one";
    PlacePeriod: "{0}: a period has at least one second";
    ScenarioPlaces: "a tree has at most {0} places on {1} levels";
    CrowdOfItsOwn: "{0}: a dynamic supervisor has no \"children\" of its own";
    CrowdUnder: "{0} starts children under {1}, which has to be \"dynamic\"";
    CrowdSize: "{0} starts at most {1} children";
    FaultChildren: "the fault of {0} hits at most {1} children";
    FaultChildless: "the fault of {0} hits children, but only supervisors have any";
    FaultTarget: "a fault hits {0}, which is not in the tree";
    FaultEvery: "the fault of {0} comes at most every {1} ms";
    FaultReason: "the reason of the fault of {0}, line {1}, column {2}: found {3}, expected {4}";
    TextEnds: "line {0}, column {1}: the text ends too early";
    TextMissing: "line {0}, column {1}: the field `{2}` is missing";
    TextTwice: "line {0}, column {1}: the field `{2}` stands there twice";
    TextField: "line {0}, column {1}: found an unknown field `{2}`, expected one of {3}";
    TextValue: "line {0}, column {1}: found {2}, expected {3}";
    TextOther: "line {0}, column {1}: {2}";
    RunBytes: "a run has at most {0} bytes";
    RunVersion: "a run of version {0}; this is version {1}";
    RunInputs: "the run has more inputs than it allows";
    RunBounds: "the run asks for more than this node allows";
}

impl Why {
    /// A refusal for this reason.
    pub(crate) fn of(self, about: &[&dyn fmt::Display]) -> Refusal {
        Refusal { why: self, about: about.iter().map(ToString::to_string).collect() }
    }

    /// One that is about nothing.
    pub(crate) const fn alone(self) -> Refusal {
        Refusal { why: self, about: Vec::new() }
    }
}

/// As Rust writes a text: what is strange in it can be seen.
pub(crate) fn quoted(text: &str) -> String {
    format!("{:?}", text.chars().take(60).collect::<String>())
}

impl Refusal {
    /// A text with what this is about in its places.
    #[must_use]
    pub fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut parts = text.split('{');
        filled.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let (number, rest) = part.split_once('}').unwrap_or(("", part));
            let about = number.parse().ok().and_then(|at: usize| self.about.get(at));
            filled.push_str(about.map_or("", String::as_str));
            filled.push_str(rest);
        }
        filled
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fill(self.why.english()))
    }
}

impl From<&BadVariable> for Refusal {
    fn from(bad: &BadVariable) -> Refusal {
        Why::NoInteger.of(&[&bad.variable, &quoted(&bad.value), &MAX_DIGITS])
    }
}

impl PartialEq<&str> for Refusal {
    fn eq(&self, text: &&str) -> bool {
        self.fill(self.why.english()) == *text
    }
}

impl From<Refusal> for String {
    fn from(refusal: Refusal) -> String {
        refusal.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_filled_in_any_order_and_what_is_filled_in_is_not_read() {
        assert_eq!(Why::CallRate.of(&[&7, &"{0}"]), "at most {0} calls a second, not 7");
        assert_eq!(Why::Stopped.alone(), "the node has stopped; begin a new run");
        assert_eq!(Why::NoName.of(&[&quoted("a\u{202e}b")]).to_string().split_once(' ').unwrap().0, "\"a\\u{202e}b\"");
    }
}
