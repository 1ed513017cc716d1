//! The page drawn from a story that was written down: no session, no clock.

use std::rc::Rc;

use let_it_crash::observe::snapshot::Snapshot;
use let_it_crash::ui::{Act, Choice, Lang, Page, PageProps, Ptr, Theme};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Element;
use yew::{AppHandle, Callback, Renderer};

use crate::sample::Story;

struct Shown {
    root: Element,
    app: AppHandle<Page>,
    choice: Choice,
}

fn props(snapshot: Rc<Snapshot>, choice: &Choice) -> PageProps {
    let now = snapshot.now;
    PageProps {
        snapshot: Ptr(snapshot),
        choice: choice.clone(),
        pace: let_it_crash::ui::Pace::default(),
        now,
        app: "seq".into(),
        page: true,
        info: None,
        mailboxes: Ptr::default(),
        relentless: None,
        chaos: None,
        handlers: Vec::new(),
        refused: None,
        act: Callback::noop(),
    }
}

impl Shown {
    async fn new(story: &mut Story, choice: Choice) -> Shown {
        let root = web_sys::window().unwrap().document().unwrap().create_element("div").unwrap();
        let app = Renderer::<Page>::with_root_and_props(root.clone(), props(story.snapshot(), &choice)).render();
        yew::scheduler::flush().await;
        Shown { root, app, choice }
    }

    async fn update(&mut self, story: &mut Story) {
        self.app.update(props(story.snapshot(), &self.choice));
        yew::scheduler::flush().await;
    }

    fn all(&self, css: &str) -> Vec<Element> {
        let found = self.root.query_selector_all(css).unwrap();
        (0..found.length()).filter_map(|at| found.get(at)).map(wasm_bindgen::JsCast::unchecked_into).collect()
    }

    fn text(&self, css: &str) -> String {
        self.all(css).first().and_then(|element| element.text_content()).unwrap_or_default()
    }

    fn names(&self) -> Vec<String> {
        self.all(".row").iter().filter_map(|row| row.get_attribute("data-name")).collect()
    }
}

#[wasm_bindgen_test]
async fn list_and_picture_show_the_same_tree() {
    let mut story = Story::new();
    let shown = Shown::new(&mut story, Choice::default()).await;
    let names = shown.names();
    let tree = [
        "seq",
        "application master",
        "application starter",
        "Seq.Root",
        "Seq.Supervisor",
        "Seq.FibServer",
        "Seq.ArithServer",
        "Seq.Dynamic",
    ];
    assert_eq!(names[..8], tree);
    assert_eq!(shown.all(".card").len(), 8);
    assert_eq!(shown.all("[aria-hidden=true] .card").len(), 8);
    assert_eq!(shown.all("[style], style").len(), 0);
    shown.app.destroy();
}

#[wasm_bindgen_test]
async fn a_restarted_child_keeps_its_place_and_its_element() {
    let mut story = Story::new();
    let mut shown = Shown::new(&mut story, Choice::default()).await;
    let before = shown.all(".row[data-name='Seq.FibServer']").remove(0);
    story.crash_fib();
    shown.update(&mut story).await;
    let after = shown.all(".row[data-name='Seq.FibServer']").remove(0);
    assert!(before.is_same_node(Some(&after)));
    assert!(after.text_content().unwrap().contains("×2"));
    assert_eq!(shown.text(".ring text"), "3", "Seq.Root has spent nothing");
    assert!(shown.all(".card .ring").iter().any(|ring| ring.text_content().as_deref() == Some("2")));
    let lanes = shown.all(".timeline .sr li");
    let said = lanes.iter().filter_map(|lane| lane.text_content()).find(|lane| lane.starts_with("Seq.FibServer"));
    assert!(said.as_deref().is_some_and(|lane| lane.contains("incarnation 2, times down 1")), "{said:?}");
    assert_eq!(shown.all(".line.error").len(), 1);
    shown.app.destroy();
}

#[wasm_bindgen_test]
async fn a_line_breaks_where_state_was_lost() {
    let mut story = Story::new();
    for value in 0..10 {
        story.wait(100);
        let fib = story.fib;
        story.value(fib, value);
    }
    story.crash_fib();
    let fib = story.fib;
    story.wait(100);
    story.value(fib, 0);
    let key = story.key(fib);
    let choice = Choice { selected: Some(key), ..Choice::default() };
    let shown = Shown::new(&mut story, choice).await;
    assert_eq!(shown.text(".card.selected .value"), "0");
    assert!(shown.text(".reply").contains(":next"));
    shown.app.destroy();
}

#[wasm_bindgen_test]
async fn a_stopped_application_says_why_and_offers_to_start() {
    let mut story = Story::new();
    story.give_up();
    let choice = Choice { lang: Lang::Ko, ..Choice::default() };
    let mut shown = Shown::new(&mut story, choice).await;
    assert!(shown.text(".app-stopped").contains(":shutdown"));
    assert_eq!(shown.text(".start-again"), "다시 시작");
    story.boot();
    shown.update(&mut story).await;
    assert_eq!(shown.all(".app-stopped").len(), 0);
    // Beside the memory of the one before.
    assert_eq!(shown.all(".row.running[data-name='Seq.FibServer']").len(), 1);
    shown.app.destroy();
}

#[wasm_bindgen_test]
async fn a_thousand_sequences_are_counted_rather_than_listed() {
    let mut story = Story::new();
    (0..1000).for_each(|_| story.start_geo());
    let shown = Shown::new(&mut story, Choice::default()).await;
    assert!(shown.all(".row").len() <= 300, "{} rows", shown.all(".row").len());
    assert!(shown.all(".card").len() <= 400);
    assert_eq!(shown.text(".row[data-name='Seq.Dynamic'] .who + small"), "1,000 cells");
    shown.app.destroy();
}

#[wasm_bindgen_test]
fn an_act_of_looks_changes_only_looks() {
    let mut choice = Choice::default();
    assert!(choice.take(&Act::Dress(Theme::Dark)));
    assert!(!choice.take(&Act::Dress(Theme::Dark)));
    assert!(!choice.take(&Act::Step));
}
