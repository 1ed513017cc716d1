//! The page: the only place, with `embed`, that knows the DOM.

use serde::Deserialize;
use yew::{Component, Context, Html, Properties, html};

/// What the element's attributes ask for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Properties)]
#[serde(default)]
pub struct Options {
    /// The application to start.
    #[prop_or_default]
    pub app: Option<String>,
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
}

/// The root component.
#[derive(Debug)]
pub struct App {
    clicks: u32,
}

impl Component for App {
    type Message = ();
    type Properties = Options;

    fn create(_: &Context<Self>) -> Self {
        App { clicks: 0 }
    }

    fn update(&mut self, _: &Context<Self>, (): ()) -> bool {
        self.clicks += 1;
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let options = ctx.props();
        let crash = match options.lang.as_str() {
            "ko" => "눌러 보세요",
            _ => "Press me",
        };
        html! {
            <section class="app" aria-label="let-it-crash" data-theme={options.theme.clone()} lang={options.lang.clone()}>
                <h1>{ "let-it-crash" }</h1>
                <button onclick={ctx.link().callback(|_| ())}>{ crash }</button>
                <output>{ self.clicks }</output>
            </section>
        }
    }
}
