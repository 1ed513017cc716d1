//! The page: the only place, with `embed`, that knows the DOM.
//!
//! [`App`] owns a [`driver`](self) that owns the session. Once a frame it lets time pass and hands
//! down one pointer to a [`Snapshot`](crate::observe::snapshot::Snapshot); [`Page`] draws it and
//! knows nothing of where it came from. What a reader does goes up as one closed enum, [`Act`].
//!
//! | module | holds |
//! |---|---|
//! | `act` | what a reader can do and has chosen to see |
//! | `html` | the notation of what is drawn |
//! | `i18n`, `words` | texts in two languages; names, terms, times |
//! | `driver`, `browser` | the session, the wall clock, animation frames |
//! | `page`, `split` | the panes in their places, and the line that moves between them |
//! | `applications` | the applications as a graph that boots one way and stops the other |
//! | `process_tree` | the tree: a list that is read, a picture that is looked at |
//! | `process_table` | all processes, sorted and searched |
//! | `inspector`, `crash_menu`, `forms` | a look inside, and deeds |
//! | `spans` | telemetry |
//! | `axis`, `chart`, `timeline`, `log` | what has been |
//! | `beats` | the last crash, step by step |
//! | `chaos` | crashes at random, and what they cost |
//! | `bar`, `status`, `help`, `keys` | the frame around all that |

mod act;
mod applications;
mod axis;
mod bar;
mod beats;
mod browser;
mod chaos;
mod chart;
mod crash_menu;
mod driver;
mod forms;
mod help;
mod html;
mod i18n;
mod inspector;
mod keys;
mod log;
mod page;
mod process_table;
mod process_tree;
mod refusals;
mod shared;
mod spans;
mod split;
mod status;
mod timeline;
mod words;

#[cfg(all(test, target_arch = "wasm32"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use web_sys::KeyboardEvent;
use yew::{Callback, Component, Context, Html, NodeRef, Properties};

use html::{component, html};

pub use act::{Act, Choice, Column, Layer, Pane, Scene, Span, Tab, Theme, TreeForm, Values};
pub use bar::Pace;
pub use i18n::Lang;
pub use page::{Page, PageProps};
pub use shared::Ptr;

use crate::observe::snapshot::TreeNode;
use crate::session::Command;
use crate::session::refusal::Refusal;
use browser::{Frame, Sight};
use driver::Driver;

use crate::term::Term;

/// Milliseconds of work in a frame: of a page, and of a widget among others.
const BUDGET_PAGE: f64 = 8.0;
const BUDGET_WIDGET: f64 = 5.0;
/// Milliseconds between two looks at a clock that merely goes on.
const CALM: u32 = 100;
/// Milliseconds between two looks at whether a hidden tab is still hidden.
const ASLEEP: u32 = 1000;
/// What is due within so many milliseconds is worth an animation frame.
const NEXT_FRAME: f64 = 34.0;

/// The most characters of what is said about a text from outside.
const LONGEST_LINE: usize = 400;

/// What the element's attributes ask for.
#[derive(Clone, Debug, Default, PartialEq, Properties)]
pub struct Options {
    /// The application to start.
    #[prop_or_default]
    pub app: Option<String>,
    /// The system's environment: `SEQ_A1`, `SEQ_D`.
    #[prop_or_default]
    pub env: Vec<(String, String)>,
    /// The seed of everything random, as written in the attribute.
    #[prop_or_default]
    pub seed: Option<String>,
    /// `light` or `dark`.
    #[prop_or_default]
    pub theme: String,
    /// `en` or `ko`.
    #[prop_or_default]
    pub lang: String,
    /// Whether the widget is the whole page.
    #[prop_or_default]
    pub page: bool,
}

impl Options {
    /// Of attributes: names and values in turn. `env.` begins the name of a variable.
    pub(crate) fn of(attributes: Vec<String>) -> Self {
        let mut options = Options::default();
        let mut texts = attributes.into_iter();
        while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
            match name.strip_prefix("env.") {
                Some(variable) => options.env.push((variable.to_owned(), value)),
                None if name == "page" => options.page = true,
                None => {
                    options.set(&name, Some(value));
                }
            }
        }
        options
    }

    /// Takes a changed attribute; tells whether anything is different now.
    pub(crate) fn set(&mut self, name: &str, value: Option<String>) -> bool {
        let before = self.clone();
        match name {
            "app" => self.app = value,
            "seed" => self.seed = value,
            "theme" => self.theme = value.unwrap_or_default(),
            "lang" => self.lang = value.unwrap_or_default(),
            _ => {}
        }
        *self != before
    }

    fn app(&self) -> &str {
        self.app.as_deref().unwrap_or(act::SEQ)
    }

    /// A number, or else the text folded into one.
    fn seed(&self) -> u64 {
        let text = self.seed.as_deref().unwrap_or("1").trim();
        let folded = || {
            text.bytes().fold(14_695_981_039_346_656_037, |seed: u64, byte| {
                (seed ^ u64::from(byte)).wrapping_mul(1_099_511_628_211)
            })
        };
        text.parse().unwrap_or_else(|_| folded())
    }
}

/// What the root component is told.
#[derive(Debug)]
pub enum Msg {
    /// The reader did something.
    Act(Act),
    /// A key was pressed inside.
    Key(KeyboardEvent),
    /// Time for a frame.
    Frame,
    /// The widget came into sight, or left it.
    Seen(bool),
}

/// The root component: one widget.
pub struct App {
    /// The node, or why it did not come up.
    driver: Result<Driver, Refusal>,
    choice: Choice,
    /// The environment that was asked for.
    env: Vec<(String, String)>,
    /// Has a first process been selected for the reader?
    welcomed: bool,
    /// The sequence that the reader has just started: selected once it is there.
    awaited: Option<String>,
    refused: Option<Rc<(u64, Refusal)>>,
    frame: Option<Frame>,
    timer: Option<Timeout>,
    root: NodeRef,
    sight: Option<Sight>,
    seen: bool,
    act: Callback<Act>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("choice", &self.choice).finish_non_exhaustive()
    }
}

impl Component for App {
    type Message = Msg;
    type Properties = Options;

    fn create(ctx: &Context<Self>) -> Self {
        let options = ctx.props();
        let mut choice =
            Choice { lang: Lang::of(&options.lang), theme: Theme::of(&options.theme), ..Choice::default() };
        if let Some(scene) = Scene::of(options.app()) {
            choice.take(&Act::Scene(scene));
        }
        App {
            driver: Driver::new(options.app(), None, options.seed(), options.env.clone()),
            choice,
            env: options.env.clone(),
            welcomed: false,
            awaited: None,
            refused: None,
            frame: None,
            timer: None,
            root: NodeRef::default(),
            sight: None,
            seen: true,
            act: ctx.link().callback(Msg::Act),
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if !first {
            return;
        }
        if let Some(root) = self.root.cast::<web_sys::Element>() {
            let link = ctx.link().clone();
            self.sight = Sight::watch(&root, move |seen| link.send_message(Msg::Seen(seen)));
        }
        self.soon(ctx);
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Options) -> bool {
        let new = ctx.props();
        if new.app() != old.app() {
            match Scene::of(new.app()) {
                Some(scene) => drop(self.on_act(ctx, Act::Scene(scene))),
                None => self.driver = Driver::new(new.app(), None, new.seed(), Vec::new()),
            }
        } else if new.seed() != old.seed() {
            self.reset(new.seed());
            self.soon(ctx);
        }
        if new.lang != old.lang {
            self.choice.take(&Act::Speak(Lang::of(&new.lang)));
        }
        if new.theme != old.theme {
            self.choice.take(&Act::Dress(Theme::of(&new.theme)));
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Frame => self.on_frame(ctx),
            Msg::Act(act) => self.on_act(ctx, act),
            Msg::Key(event) => self.on_key(ctx, &event),
            Msg::Seen(seen) => {
                self.seen = seen;
                if let Ok(driver) = &mut self.driver {
                    driver.hold();
                }
                self.soon(ctx);
                false
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let choice = &self.choice;
        let page = ctx.props().page;
        let class = if page { "app page" } else { "app embed" };
        let body = match &self.driver {
            Ok(driver) => self.page(driver, page),
            Err(why) => html! { <p class="banner" role="alert">{ refusals::refusal(why, choice.lang) }</p> },
        };
        html! {
            <div {class} ref={self.root.clone()} data-theme={choice.theme.name()} lang={choice.lang.tag()} tabindex="-1"
                onkeydown={ctx.link().callback(Msg::Key)}>{ body }</div>
        }
    }
}

impl App {
    fn page(&self, driver: &Driver, page: bool) -> Html {
        let selected = self.choice.selected.and_then(|key| driver.snapshot.node(key));
        let info = selected.and_then(|node| driver.inspect(node.pid()?)).map(|info| Ptr(Rc::new(info)));
        component! { <Page snapshot={Ptr(driver.snapshot.clone())} choice={self.choice.clone()} pace={driver.pace} now={driver.now()}
        app={Rc::<str>::from(self.choice.scene.app())} {page} {info} mailboxes={Ptr(driver.mailboxes.clone())} relentless={driver.relentless().cloned()} chaos={driver.chaos_run().cloned().map(Ptr)} handlers={self.handlers(driver)}
        refused={self.refused.clone()} act={self.act.clone()} /> }
    }

    /// Who is attached to telemetry, where that shows.
    fn handlers(&self, driver: &Driver) -> Vec<[Term; 3]> {
        if self.choice.form_of_values == Values::Telemetry { driver.handlers() } else { Vec::new() }
    }

    fn on_frame(&mut self, ctx: &Context<Self>) -> bool {
        (self.frame, self.timer) = (None, None);
        let Ok(driver) = self.driver.as_mut().map_err(|_| ()) else { return false };
        if !self.seen {
            return false;
        }
        if browser::hidden() {
            driver.hold();
            self.later(ctx, ASLEEP);
            return false;
        }
        let budget = if ctx.props().page { BUDGET_PAGE } else { BUDGET_WIDGET };
        let news = driver.frame(&browser::clock, budget);
        if driver.pace.playing {
            match driver.due() {
                Some(due) if due < NEXT_FRAME => self.soon(ctx),
                Some(due) if due < f64::from(CALM) => self.later(ctx, due as u32),
                _ => self.later(ctx, CALM),
            }
        }
        self.welcome() || news
    }

    /// Selects the first sequence server once it is there, so that a reader finds something to do;
    /// later the one that the reader has started.
    fn welcome(&mut self) -> bool {
        let Ok(driver) = &self.driver else { return false };
        let welcomed = self.welcomed || self.choice.selected.is_some() || self.choice.scene.app() != act::SEQ;
        let wanted = |node: &&Rc<TreeNode>| match &self.awaited {
            Some(name) => words::named(node, name) && node.state.is_alive(),
            None => !welcomed && words::is_sequence(node),
        };
        if welcomed && self.awaited.is_none() {
            return false;
        }
        let mut servers = driver.snapshot.processes().filter_map(|process| driver.snapshot.node(process.key));
        let Some(first) = servers.find(wanted).map(|node| node.key) else { return false };
        (self.welcomed, self.awaited) = (true, None);
        self.choice.take(&Act::Select(first))
    }

    /// A frame before the next repaint.
    fn soon(&mut self, ctx: &Context<Self>) {
        if self.frame.is_none() {
            let link = ctx.link().clone();
            self.timer = None;
            self.frame = Frame::request(move || link.send_message(Msg::Frame));
        }
    }

    /// A frame when so many milliseconds have passed.
    fn later(&mut self, ctx: &Context<Self>, millis: u32) {
        let link = ctx.link().clone();
        self.timer = Some(Timeout::new(millis, move || link.send_message(Msg::Frame)));
    }

    #[inline(never)]
    fn on_key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) -> bool {
        let Ok(Driver { snapshot, pace, .. }) = &self.driver else { return false };
        let Some(act) = keys::deed(event, snapshot, &self.choice, pace.playing, pace.speed) else { return false };
        event.prevent_default();
        event.stop_propagation();
        self.on_act(ctx, act)
    }

    fn on_act(&mut self, ctx: &Context<Self>, act: Act) -> bool {
        let seen = self.choice.take(&act);
        if !self.perform(act) {
            return seen;
        }
        self.soon(ctx);
        true
    }

    /// Tells whether the act was more than a choice of what to see.
    fn perform(&mut self, act: Act) -> bool {
        match act {
            Act::Scene(scene) => {
                self.stage(scene, None);
                return true;
            }
            Act::Scenario(text) => {
                self.stage(Scene::Own, Some(text));
                return true;
            }
            _ => {}
        }
        let Ok(driver) = &mut self.driver else { return false };
        match act {
            Act::Do(command) => {
                if let Command::StartSequence { name, .. } = &command {
                    self.awaited = Some(name.clone());
                }
                let outcome = driver.dispatch(command);
                self.answer(outcome);
            }
            Act::Play(playing) => driver.play(playing),
            Act::Step => driver.step(self.choice.stride),
            Act::Speed(speed) => driver.speed(speed),
            Act::Reset => {
                let seed = driver.pace.seed;
                self.reset(seed);
            }
            Act::Instruction(application) => driver.step_to_instruction(application),
            Act::Copy(text) => drop(browser::copy(&text)),
            Act::NextBeat => self.choice.beat = driver.step_to_beat().or(self.choice.beat),
            Act::Relentless(target) => driver.set_relentless(target),
            // A browser that refuses says so itself.
            Act::SaveText(name, text) => drop(browser::save(name, &text)),
            Act::Save => drop(browser::save("let-it-crash-run.json", &driver.export())),
            _ => return false,
        }
        true
    }

    /// A node of another kind, with the seed of the one before and the environment that was asked for.
    /// What cannot be booted is refused, and the one before goes on.
    #[inline(never)]
    fn stage(&mut self, scene: Scene, own: Option<String>) {
        let seed = self.driver.as_ref().map_or(1, |driver| driver.pace.seed);
        match Driver::new(scene.name(), own, seed, self.env.clone()) {
            Ok(driver) => self.take_stage(driver),
            Err(why) => self.answer(Err(why)),
        }
    }

    fn take_stage(&mut self, driver: Driver) {
        (self.welcomed, self.awaited) = (false, None);
        self.choice.take(&Act::Scene(driver.scene));
        self.driver = Ok(driver);
        self.answer(Ok(()));
    }

    #[inline(never)]
    fn reset(&mut self, seed: u64) {
        self.choice.take(&Act::Reset);
        (self.welcomed, self.awaited) = (false, None);
        let outcome = match &mut self.driver {
            Ok(driver) => driver.reset(seed),
            Err(why) => Err(why.clone()),
        };
        self.answer(outcome);
    }

    fn answer(&mut self, outcome: Result<(), Refusal>) {
        let number = self.refused.as_ref().map_or(0, |refused| refused.0) + 1;
        self.refused = outcome.err().map(|message| Rc::new((number, message)));
    }
}
