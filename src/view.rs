//! Pure geometry: from a snapshot to places on a plane. Numbers and names only: no colours (a
//! state is the name of a CSS class and a glyph) and no DOM.
//!
//! | module | holds |
//! |---|---|
//! | [`app_graph`] | the applications and what each needs, in the order in which they boot |
//! | [`blast`] | who would stop and who would restart if a child died now |
//! | [`tidy_tree`] | where the cards of the supervision tree stand, kept while it lives |
//! | [`frame`] | that tree in a pane: how large its cards are, what of it shows, its edges |
//! | [`wall`] | a large group of processes as cells: where each is and how it looks |
//! | [`scale`] | numbers and virtual time onto a line, with ticks |
//! | [`chart`] | step lines of a series in a window of time |
//! | [`timeline`] | lanes, marks and message arrows in a window of time |
//! | [`ring`] | the restart budget as arcs |
//! | [`number`] | numbers as text |
//! | [`states`] | class and glyph of a state |

pub mod app_graph;
pub mod blast;
pub mod chart;
pub mod frame;
pub mod number;
pub mod ring;
pub mod scale;
pub mod states;
pub mod tidy_tree;
pub mod timeline;
pub mod wall;
