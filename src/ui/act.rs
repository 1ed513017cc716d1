//! What a reader can do and has chosen to see: one closed enum, one pure reducer.
//! What reaches the node goes through [`Act::Do`]; all else concerns only the page.

use std::rc::Rc;

use super::i18n::Lang;
use crate::observe::snapshot::NodeKey;
use crate::session::{Command, Speed, Stride, Target, scenario};
use crate::term::{Atom, Ordered};
use crate::time::Instant;
use crate::view::frame::Zoom;

/// A deed of the reader.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// An input of the run.
    Do(Command),
    /// Let time pass, or hold it.
    Play(bool),
    /// Go on by a step.
    Step,
    /// How far a step goes.
    Stride(Stride),
    /// How fast virtual time passes.
    Speed(Speed),
    /// A new node with the same seed.
    Reset,
    /// Another kind of node.
    Scene(Scene),
    /// A scenario that was read from a file.
    Scenario(String),
    /// Hold time and go on to the next instruction of an upgrade of this application.
    Instruction(Atom),
    /// Look at that beat of the crash with that log position; `None` leaves it to the clock.
    Beat(Option<(u64, usize)>),
    /// Hold time and go on until the crash has one more beat.
    NextBeat,
    /// Crash this process again and again until the application is down; `None` ends it.
    Relentless(Option<Target>),
    /// Save the run as a file.
    Save,
    /// Save a text as a file of that name.
    SaveText(&'static str, String),
    /// Select a place in the tree.
    Select(NodeKey),
    /// Select it and open the inspector where that is a sheet.
    Inspect(NodeKey),
    /// The pointer is over a place.
    Hover(Option<NodeKey>),
    /// Fold or unfold the places below.
    Fold(NodeKey, bool),
    /// Show a pane where there is room for one only.
    Show(Pane),
    /// Picture or list.
    Tree(TreeForm),
    /// How large the picture shows.
    Zoom(Zoom),
    /// A tab of the inspector.
    Look(Tab),
    /// Open a layer over the page.
    Open(Layer),
    /// Close what is open, innermost first.
    Close,
    /// Speak that language.
    Speak(Lang),
    /// Dress in that theme.
    Dress(Theme),
    /// Open the table of processes and write what to search for.
    Search,
    /// Show only processes that have this in their name, id, pid or module.
    Filter(String),
    /// Sort the table by a column; by the same one again, the other way round.
    Sort(Column),
    /// Put a text on the clipboard.
    Copy(String),
    /// How much time the charts show.
    Span(Span),
    /// Values on a linear scale, not a logarithmic one?
    Linear(bool),
    /// What the pane of values shows.
    Values(Values),
    /// Only warnings and errors in the log?
    Problems(bool),
    /// Only the last exchange of messages on the timeline?
    CloseUp(bool),
    /// Show that moment in the timeline, and select the place it is about.
    Moment(Instant, Option<NodeKey>),
    /// Follow the time that passes again.
    Now,
}

/// A pane that shares its place with others where the page is narrow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The tree.
    #[default]
    Tree,
    /// Values over time.
    Values,
    /// Lanes.
    Timeline,
    /// Reports.
    Log,
}

impl Pane {
    pub(crate) const ALL: [Pane; 4] = [Pane::Tree, Pane::Values, Pane::Timeline, Pane::Log];

    pub(crate) const fn id(self) -> &'static str {
        match self {
            Pane::Tree => "tree",
            Pane::Values => "values",
            Pane::Timeline => "timeline",
            Pane::Log => "log",
        }
    }
}

/// The application of the first two scenes.
pub(crate) const SEQ: &str = "seq";

/// What node there is to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scene {
    /// The application `seq` and what it needs.
    #[default]
    Seq,
    /// A release of many applications around it.
    Demo,
    /// The three strategies on the same faults.
    Strategies,
    /// A budget that is spent, level by level.
    Escalation,
    /// Permanent, transient, temporary.
    Restarts,
    /// Children that take their time to stop.
    Shutdown,
    /// 10,000 children of a dynamic supervisor, 1 % of which crash each second.
    Crowd,
    /// A scenario of the reader's own.
    Own,
}

impl Scene {
    pub(crate) const ALL: [Scene; 8] = [
        Scene::Seq,
        Scene::Demo,
        Scene::Strategies,
        Scene::Escalation,
        Scene::Restarts,
        Scene::Shutdown,
        Scene::Crowd,
        Scene::Own,
    ];

    /// The scene of a name, as an attribute has it.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Scene::ALL.into_iter().find(|scene| scene.name() == name)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Scene::Seq => "seq",
            Scene::Demo => "demo",
            Scene::Strategies => "strategies",
            Scene::Escalation => "escalation",
            Scene::Restarts => "restarts",
            Scene::Shutdown => "shutdown",
            Scene::Crowd => "crowd",
            Scene::Own => "own",
        }
    }

    /// The application that the reader looks at.
    pub(crate) const fn app(self) -> &'static str {
        match self {
            Scene::Seq | Scene::Demo => SEQ,
            _ => scenario::APP,
        }
    }
}

/// How the tree shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TreeForm {
    /// As there is room.
    #[default]
    Auto,
    /// Drawn.
    Picture,
    /// As an indented list.
    List,
    /// As a table of processes, to be sorted and searched.
    Table,
    /// The applications and what each needs, instead of the processes.
    Applications,
}

/// A column of the table of processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Column {
    /// The pid.
    #[default]
    Pid,
    /// Registered name, child id, or what it does.
    Name,
    /// How it fares.
    State,
    /// The callback module.
    Module,
    /// Messages that wait.
    Mailbox,
    /// How often its place began anew.
    Incarnation,
}

/// A tab of the inspector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Links, monitors, exit.
    #[default]
    Process,
    /// The state of a server.
    State,
    /// The child spec.
    Spec,
    /// Mailbox and calls.
    Messages,
}

/// What may lie over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The inspector, where it is a sheet.
    Sheet,
    /// The ways to die, for the selected process.
    Crash,
    /// Keyboard and legend.
    Help,
    /// The form of a new sequence.
    Sequence,
    /// Chaos and its report.
    Chaos,
    /// The controls that have no room in the bar.
    More,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    #[default]
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The theme of a name; light for any other.
    #[must_use]
    pub fn of(name: &str) -> Self {
        if name == "dark" { Theme::Dark } else { Theme::Light }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    pub(crate) const fn other(self) -> Self {
        match self {
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Light,
        }
    }
}

/// What the pane of values shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Values {
    /// Lines over time.
    #[default]
    Chart,
    /// The same as a table.
    Table,
    /// The telemetry spans of the servers.
    Telemetry,
}

/// How much time the charts show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// 15 seconds.
    Short,
    /// A minute.
    #[default]
    Minute,
    /// Five minutes.
    Long,
    /// Everything since boot.
    All,
}

impl Span {
    pub(crate) const ALL: [Span; 4] = [Span::Short, Span::Minute, Span::Long, Span::All];

    /// Its length in seconds.
    pub(crate) const fn seconds(self) -> Option<u64> {
        match self {
            Span::Short => Some(15),
            Span::Minute => Some(60),
            Span::Long => Some(300),
            Span::All => None,
        }
    }
}

/// What the reader has chosen to see.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// The place selected in the tree.
    pub selected: Option<NodeKey>,
    /// The place under the pointer.
    pub hover: Option<NodeKey>,
    /// Places whose folding differs from what is usual for them.
    pub folded: Rc<Ordered<NodeKey, bool>>,
    /// How far a step goes.
    pub stride: Stride,
    /// The pane shown where there is room for one.
    pub pane: Pane,
    /// Picture or list.
    pub form: TreeForm,
    /// How large the picture shows.
    pub zoom: Zoom,
    /// What node there is to see.
    pub scene: Scene,
    /// The beat looked at, whatever the clock says.
    pub beat: Option<(u64, usize)>,
    /// The tab of the inspector.
    pub tab: Tab,
    /// Layers over the page, innermost last.
    pub layers: Vec<Layer>,
    /// The language.
    pub lang: Lang,
    /// The theme.
    pub theme: Theme,
    /// What processes are searched for.
    pub filter: String,
    /// How often the search was opened: each time the focus goes there.
    pub searches: u32,
    /// The column that the table is sorted by, and whether the greatest comes first.
    pub sort: (Column, bool),
    /// The text that was copied last.
    pub copied: String,
    /// How much time the charts show.
    pub span: Span,
    /// Values on a linear scale, not a logarithmic one?
    pub linear: bool,
    /// What the pane of values shows.
    pub form_of_values: Values,
    /// Only warnings and errors?
    pub problems: bool,
    /// Only the last exchange of messages?
    pub close_up: bool,
    /// The moment that the charts show, in place of now.
    pub moment: Option<Instant>,
    /// How often a moment was asked for: each time the focus goes to the timeline.
    pub moments: u32,
}

impl Choice {
    /// Takes a deed that concerns only what is seen; tells whether anything changed.
    pub fn take(&mut self, act: &Act) -> bool {
        let before = self.clone();
        match act {
            Act::Select(key) => self.selected = Some(*key),
            Act::Inspect(key) => {
                self.selected = Some(*key);
                self.open(Layer::Sheet);
            }
            Act::Hover(key) => self.hover = *key,
            Act::Fold(key, fold) => self.fold(*key, *fold),
            Act::Stride(stride) => self.stride = *stride,
            Act::Show(pane) => self.pane = *pane,
            Act::Tree(form) => self.form = *form,
            Act::Beat(beat) => self.beat = *beat,
            Act::Zoom(zoom) => self.zoom = *zoom,
            Act::Look(tab) => self.tab = *tab,
            Act::Open(layer) => self.open(*layer),
            Act::Close => drop(self.layers.pop()),
            Act::Speak(lang) => self.lang = *lang,
            Act::Dress(theme) => self.theme = *theme,
            Act::Search => {
                self.form = TreeForm::Table;
                self.pane = Pane::Tree;
                self.layers.clear();
                self.searches += 1;
            }
            Act::Filter(text) => self.filter.clone_from(text),
            Act::Sort(column) => self.sort = (*column, self.sort.0 == *column && !self.sort.1),
            Act::Copy(text) => self.copied.clone_from(text),
            Act::Span(span) => self.span = *span,
            Act::Linear(on) => self.linear = *on,
            Act::Values(form) => self.form_of_values = *form,
            Act::CloseUp(on) => self.close_up = *on,
            Act::Moment(at, key) => self.go_to(*at, *key),
            Act::Now => self.moment = None,
            Act::Problems(only) => self.problems = *only,
            // A sheet would hide what this does to the tree.
            Act::Do(Command::Crash { .. } | Command::StopApplication { .. } | Command::StartApplication { .. })
            | Act::Relentless(Some(_)) => self.layers.clear(),
            Act::Reset => self.forget_places(),
            Act::Scene(scene) => {
                self.scene = *scene;
                self.form = if *scene == Scene::Demo { TreeForm::Applications } else { TreeForm::Auto };
                self.layers.clear();
                self.forget_places();
            }
            _ => {}
        }
        *self != before
    }

    /// Is that layer open?
    #[must_use]
    pub fn shows(&self, layer: Layer) -> bool {
        self.layers.contains(&layer)
    }

    /// Whether the reader folded a place, if ever.
    #[must_use]
    pub fn folding(&self, key: NodeKey) -> Option<bool> {
        self.folded.get(&key).copied()
    }

    fn open(&mut self, layer: Layer) {
        self.layers.retain(|other| ![layer, Layer::More].contains(other));
        self.layers.push(layer);
    }

    fn fold(&mut self, key: NodeKey, fold: bool) {
        Rc::make_mut(&mut self.folded).insert(key, fold);
    }

    /// Nothing is to lie over the timeline, nor to show but a moment of it.
    fn go_to(&mut self, at: Instant, key: Option<NodeKey>) {
        (self.moment, self.pane, self.close_up) = (Some(at), Pane::Timeline, false);
        self.moments += 1;
        self.selected = key.or(self.selected);
        self.layers.clear();
    }

    fn forget_places(&mut self) {
        self.selected = None;
        self.hover = None;
        self.beat = None;
        self.moment = None;
        self.folded = Rc::default();
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn folding_is_remembered_for_each_place() {
        let mut choice = Choice::default();
        let (a, b) = (NodeKey::new(1, 0), NodeKey::new(2, 0));
        assert!(choice.take(&Act::Fold(a, true)));
        assert_eq!((choice.folding(a), choice.folding(b)), (Some(true), None));
        assert!(choice.take(&Act::Fold(a, false)));
        assert_eq!(choice.folding(a), Some(false));
        assert!(!choice.take(&Act::Fold(a, false)));
    }

    #[test]
    fn layers_close_innermost_first_and_open_once() {
        let mut choice = Choice::default();
        choice.take(&Act::Inspect(NodeKey::new(1, 0)));
        choice.take(&Act::Open(Layer::Crash));
        choice.take(&Act::Open(Layer::Crash));
        assert_eq!(choice.layers, [Layer::Sheet, Layer::Crash]);
        choice.take(&Act::Close);
        assert_eq!(choice.layers, [Layer::Sheet]);
    }

    #[test]
    fn the_menu_of_the_bar_gives_way_to_what_is_opened_from_it() {
        let mut choice = Choice::default();
        choice.take(&Act::Open(Layer::More));
        choice.take(&Act::Open(Layer::Chaos));
        assert_eq!(choice.layers, [Layer::Chaos]);
        choice.take(&Act::Close);
        assert_eq!(choice.layers, []);
    }

    #[test]
    fn a_moment_is_shown_with_the_place_it_is_about_until_now_is_wanted_again() {
        let mut choice = Choice::default();
        let (at, key) = (Instant(7), NodeKey::new(1, 0));
        choice.take(&Act::Open(Layer::Sheet));
        choice.take(&Act::CloseUp(true));
        choice.take(&Act::Moment(at, Some(key)));
        assert_eq!((choice.moment, choice.selected, choice.pane), (Some(at), Some(key), Pane::Timeline));
        assert!(choice.layers.is_empty() && !choice.close_up);
        choice.take(&Act::Moment(Instant(9), None));
        assert_eq!((choice.selected, choice.moments), (Some(key), 2), "about nobody: the selection stays");
        choice.take(&Act::Now);
        assert_eq!(choice.moment, None);
    }

    #[test]
    fn nothing_lies_over_the_tree_while_a_crash_is_told() {
        let mut choice = Choice::default();
        choice.take(&Act::Inspect(NodeKey::new(1, 0)));
        choice.take(&Act::Open(Layer::Crash));
        choice.take(&Act::Relentless(Some(Target::Name("Seq.FibServer".into()))));
        assert_eq!(choice.layers, []);
    }
}
