//! A large group of processes as a wall of cells: a canvas on which only what changed is drawn
//! again, and beside it the same in words. The keyboard moves from cell to cell.

use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, KeyboardEvent};
use yew::{Callback, Component, Context, Html, MouseEvent, NodeRef, Properties, function_component, use_node_ref};

use super::super::html::{component, html};

use super::super::act::{Act, Theme};
use super::super::browser;
use super::super::i18n::{Lang, Words};
use super::super::shared::{Ptr, use_act, use_size};
use super::super::words;
use super::glyph;
use crate::observe::snapshot::{NodeKey, Snapshot, State, TreeNode};
use crate::term::float::tenths;
use crate::view::number::grouped;
use crate::view::states;
use crate::view::wall::{Cells, Changed, Grid, Look, Step};

/// Pixels beside the cells, and above and below them: the words.
const BESIDE: i32 = 24;
const AROUND: i32 = 64;
/// Rows that a page key moves.
const PAGE: i32 = 10;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct WallProps {
    /// The place whose children are the cells.
    pub(crate) of: NodeKey,
    pub(crate) snapshot: Ptr<Snapshot>,
    pub(crate) selected: Option<NodeKey>,
    pub(crate) hover: Option<NodeKey>,
    pub(crate) lang: Lang,
    pub(crate) theme: Theme,
}

#[function_component]
pub(crate) fn Wall(props: &WallProps) -> Html {
    let (act, frame) = (use_act(), use_node_ref());
    let (width, height) = use_size(&frame);
    let room = (width - BESIDE, height - AROUND);
    html! { <div class="pane wall" ref={frame}>{ component! { <Canvas wall={props.clone()} {room} {act} /> } }</div> }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct CanvasProps {
    wall: WallProps,
    /// Width and height that the cells may take, in pixels.
    room: (i32, i32),
    act: Callback<Act>,
}

#[derive(Debug)]
pub(crate) enum Msg {
    Over(i32, i32),
    Leave,
    Press(i32, i32),
    Go(Step),
    Enter,
}

/// The canvas, and what stands on it.
#[derive(Debug)]
pub(crate) struct Canvas {
    cells: Cells,
    grid: Grid,
    /// Width and height of the canvas.
    shown: (i32, i32),
    /// What is not on the canvas yet.
    changed: Changed,
    /// Pixels of the screen in a pixel of the page.
    ratio: f64,
    canvas: NodeRef,
    /// The cell under the pointer.
    over: Option<usize>,
}

impl Component for Canvas {
    type Message = Msg;
    type Properties = CanvasProps;

    fn create(ctx: &Context<Self>) -> Self {
        let mut canvas = Canvas {
            cells: Cells::default(),
            grid: Grid::default(),
            shown: (0, 0),
            changed: Changed::All,
            ratio: browser::pixel_ratio(),
            canvas: NodeRef::default(),
            over: None,
        };
        canvas.look(ctx.props());
        canvas
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &CanvasProps) -> bool {
        let new = ctx.props();
        if new.wall.theme != old.wall.theme {
            self.changed = Changed::All;
        }
        self.look(new);
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let CanvasProps { wall, act, .. } = ctx.props();
        match msg {
            Msg::Over(x, y) => return self.point(self.under(x, y), act),
            Msg::Leave => return self.point(None, act),
            Msg::Press(x, y) => {
                let key = self.under(x, y).and_then(|at| self.cells.key(at));
                key.iter().for_each(|key| act.emit(Act::Inspect(*key)));
            }
            Msg::Go(step) => self.to(wall.selected, step).iter().for_each(|key| act.emit(Act::Select(*key))),
            Msg::Enter => wall.selected.iter().for_each(|key| act.emit(Act::Inspect(*key))),
        }
        false
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let wall = &ctx.props().wall;
        let t = wall.lang.words();
        let selected = self.at(wall.selected);
        let counts = self.counts(t);
        let label = format!("{}: {counts}", super::name_of(&wall.snapshot, Some(wall.of), t).unwrap_or_default());
        let current = selected.unwrap_or(0);
        let id = self.cells.key(current).map(|key| format!("cell-{key}"));
        let (width, height) = self.shown;
        let ring = |class: &'static str, at: Option<usize>| at.map(|at| self.ring(class, at));
        let hover = self.at(wall.hover).filter(|at| Some(*at) != selected);
        let link = ctx.link().clone();
        // Whoever else listens must not hear of it: the list would take the focus.
        let pressed = Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            link.send_message(Msg::Press(event.offset_x(), event.offset_y()));
        });
        html! {
            <>
                <p class="preview counts-of-wall">{ for self.chips(t) }</p>
                <div class="cells plot scroll" role="grid" tabindex="0" aria-label={label} aria-rowcount={self.grid.rows().to_string()}
                    aria-colcount={self.grid.columns.to_string()} aria-activedescendant={id.clone()}
                    onkeydown={keys(ctx)} onclick={pressed}
                    onmousemove={ctx.link().callback(|event: MouseEvent| Msg::Over(event.offset_x(), event.offset_y()))} onmouseleave={ctx.link().callback(|_: MouseEvent| Msg::Leave)}>
                    <canvas ref={self.canvas.clone()} width={width.to_string()} height={height.to_string()} aria-hidden="true" />
                    <svg width={self.page(width)} height={self.page(height)} aria-hidden="true">{ ring("hover", hover) }{ ring("selected", selected) }</svg>
                    <div role="row" class="sr" aria-rowindex={(current / self.grid.columns.max(1) + 1).to_string()}>
                        <span role="gridcell" {id} aria-colindex={(current % self.grid.columns.max(1) + 1).to_string()}
                            aria-selected={selected.is_some().to_string()}>{ self.told(wall, current, t) }</span>
                    </div>
                </div>
                <p class="preview told">{ self.line(wall, hover.or(selected), t) }</p>
            </>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _first: bool) {
        self.paint();
    }
}

impl Canvas {
    /// Goes on to what there is to see now.
    fn look(&mut self, props: &CanvasProps) {
        let news = self.cells.see(&props.wall.snapshot, props.wall.of);
        let ratio = browser::pixel_ratio();
        let screen = |length: i32| (f64::from(length) * ratio) as i32;
        let grid = Grid::fit(self.cells.len(), (screen(props.room.0), screen(props.room.1)));
        let moved = (grid.columns, grid.pitch) != (self.grid.columns, self.grid.pitch);
        (self.grid, self.ratio) = (grid, ratio);
        let surface = self.surface(props.room);
        // A canvas of another size is empty.
        let resized = std::mem::replace(&mut self.shown, surface) != surface;
        match (&mut self.changed, news) {
            (changed, Changed::All) => *changed = Changed::All,
            (changed, _) if moved || resized => *changed = Changed::All,
            (Changed::At(old), Changed::At(new)) => old.extend(new),
            (Changed::All, Changed::At(_)) => {}
        }
    }

    /// Width and height of the canvas in pixels of the screen: all cells, and the room at least, so
    /// that a growing group need not be drawn anew.
    fn surface(&self, room: (i32, i32)) -> (i32, i32) {
        let (width, height) = self.grid.size();
        let least = |length: i32| (f64::from(length.max(0)) * self.ratio) as i32;
        (width.max(least(room.0)), height.max(least(room.1)))
    }

    /// So many pixels of the screen in pixels of the page.
    fn page(&self, length: i32) -> String {
        tenths(f64::from(length) / self.ratio)
    }

    fn at(&self, key: Option<NodeKey>) -> Option<usize> {
        self.cells.position(key?)
    }

    fn under(&self, x: i32, y: i32) -> Option<usize> {
        let screen = |length: i32| (f64::from(length) * self.ratio) as i32;
        self.grid.number_at((screen(x), screen(y)))
    }

    /// The pointer is over another cell, or over none.
    fn point(&mut self, over: Option<usize>, act: &Callback<Act>) -> bool {
        if self.over != over {
            self.over = over;
            act.emit(Act::Hover(over.and_then(|at| self.cells.key(at))));
        }
        false
    }

    /// The next place that way, over holes, as long as the way leads on.
    fn to(&self, selected: Option<NodeKey>, step: Step) -> Option<NodeKey> {
        let Some(mut at) = self.at(selected) else { return self.cells.key(0) };
        loop {
            let to = self.grid.step(at, step);
            match self.cells.key(to) {
                _ if to == at => return None,
                None if !matches!(step, Step::RowStart | Step::RowEnd | Step::Rows(_)) => at = to,
                key => return key,
            }
        }
    }

    // --- in words

    fn counts(&self, t: &'static Words) -> String {
        let count = |(look, count): (Look, usize)| format!("{} {}", grouped(count as i64), name(look, t));
        self.cells.counts().map(count).collect::<Vec<_>>().join(", ")
    }

    fn chips(&self, t: &'static Words) -> Vec<Html> {
        let chip = |(look, count): (Look, usize)| {
            let state = look.state().unwrap_or_default();
            html! { <span class={yew::classes!("chip", states::class(state))}>{ glyph::inline(state, false) }<b>{ grouped(count as i64) }</b>{ " " }{ name(look, t) }</span> }
        };
        self.cells.counts().map(chip).collect()
    }

    /// A cell in a line: who, how, since when.
    fn told(&self, wall: &WallProps, at: usize, t: &'static Words) -> String {
        let node = self.cells.key(at).and_then(|key| wall.snapshot.node(key));
        node.map_or_else(String::new, |node| in_words(node, self.cells.look(at), t))
    }

    fn line(&self, wall: &WallProps, at: Option<usize>, t: &'static Words) -> String {
        at.map_or_else(|| t.cell_hint.to_owned(), |at| self.told(wall, at, t))
    }

    // --- drawn

    fn ring(&self, class: &'static str, at: usize) -> Html {
        let ((x, y), side) = (self.grid.corner(at), self.grid.side());
        let side = self.page(side + 4);
        html! { <rect {class} x={self.page(x - 2)} y={self.page(y - 2)} width={side.clone()} height={side} /> }
    }

    fn paint(&mut self) {
        let Some(canvas) = self.canvas.cast::<HtmlCanvasElement>() else { return };
        let context = canvas.get_context("2d").ok().flatten();
        let Some(context) = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok()) else {
            return;
        };
        match std::mem::replace(&mut self.changed, Changed::At(Vec::new())) {
            Changed::At(cells) if cells.is_empty() => {}
            Changed::At(cells) => {
                let side = self.grid.side();
                let filled = self.grid.again(&cells, |at| self.cells.look(at).stands_out(side));
                cells.iter().for_each(|at| rect(&context, self.grid.spread(*at), false));
                self.fill(&canvas, &context, &filled);
            }
            Changed::All => {
                let (width, height) = self.shown;
                context.clear_rect(0.0, 0.0, f64::from(width), f64::from(height));
                browser::resize(&canvas, f64::from(width) / self.ratio, f64::from(height) / self.ratio);
                self.fill(&canvas, &context, &(0..self.cells.len()).collect::<Vec<_>>());
            }
        }
    }

    /// Fills cells, look by look, as a change of colour costs more than a cell; over them those that
    /// stand out, each on a ground of its own.
    fn fill(&self, canvas: &HtmlCanvasElement, context: &CanvasRenderingContext2d, cells: &[usize]) {
        let side = self.grid.side();
        for out in [false, true] {
            for look in Look::ALL.into_iter().filter(|look| look.stands_out(side) == out) {
                let mut shape = None;
                for at in cells.iter().filter(|at| self.cells.look(**at) == look) {
                    let shape = shape.get_or_insert_with(|| {
                        context.set_fill_style_str(&browser::custom(canvas, colour(look)));
                        look.shape(side)
                    });
                    if out {
                        rect(context, self.grid.spread(*at), false);
                    }
                    let (x, y) = self.grid.corner(*at);
                    for [left, top, width, height] in shape.iter() {
                        rect(context, [x + left, y + top, *width, *height], true);
                    }
                }
            }
        }
    }
}

/// Fills a rectangle, or clears it.
fn rect(context: &CanvasRenderingContext2d, sides: [i32; 4], filled: bool) {
    let [x, y, width, height] = sides.map(f64::from);
    if filled {
        context.fill_rect(x, y, width, height);
    } else {
        context.clear_rect(x, y, width, height);
    }
}

fn keys(ctx: &Context<Canvas>) -> Callback<KeyboardEvent> {
    let link = ctx.link().clone();
    Callback::from(move |event: KeyboardEvent| {
        let chord = event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key();
        let Some(msg) = meaning(&event.code()).filter(|_| !chord) else { return };
        event.prevent_default();
        event.stop_propagation();
        link.send_message(msg);
    })
}

fn meaning(code: &str) -> Option<Msg> {
    Some(Msg::Go(match code {
        "ArrowLeft" => Step::Back,
        "ArrowRight" => Step::Forth,
        "ArrowUp" => Step::Up,
        "ArrowDown" => Step::Down,
        "Home" => Step::RowStart,
        "End" => Step::RowEnd,
        "PageUp" => Step::Rows(-PAGE),
        "PageDown" => Step::Rows(PAGE),
        "Enter" | "NumpadEnter" => return Some(Msg::Enter),
        _ => return None,
    }))
}

/// The custom property of the sheet that has the colour of a look.
const fn colour(look: Look) -> &'static str {
    match look {
        Look::Hole => "--line",
        Look::Struck | Look::Is(State::Crashed | State::GaveUp) => "--crashed",
        Look::Again | Look::Is(State::Restarting) => "--restarting",
        Look::Is(State::Running) => "--running",
        Look::Is(State::Starting) => "--busy",
        Look::Is(State::Exited) => "--exited",
        Look::Is(State::Waiting | State::Suspended) => "--waiting",
    }
}

fn name(look: Look, t: &'static Words) -> &'static str {
    match look {
        Look::Hole => "",
        Look::Is(state) => t.state_name(state),
        Look::Struck => t.struck,
        Look::Again => t.restarted,
    }
}

fn in_words(node: &TreeNode, look: Look, t: &'static Words) -> String {
    let again = if node.incarnation > 1 { format!(" ×{}", node.incarnation) } else { String::new() };
    format!("{}{again} · {} · {}", words::label(node, t), name(look, t), super::facts(node, t))
}
