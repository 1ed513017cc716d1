//! What differs between a program and a page: the stopwatch, and how memory is read.

pub(crate) use host::{Instant, resident};

#[cfg(not(target_arch = "wasm32"))]
mod host {
    pub(crate) use std::time::Instant;

    /// Resident bytes of this program, the allocator's own included. A counting allocator would
    /// cost every other item time.
    pub(crate) fn resident() -> f64 {
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
        let pages: f64 = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0.0);
        pages * 4096.0
    }
}

#[cfg(target_arch = "wasm32")]
mod host {
    use std::time::Duration;

    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = performance)]
        fn now() -> f64;
    }

    /// A moment of the page, in its milliseconds.
    pub(crate) struct Instant(f64);

    impl Instant {
        pub(crate) fn now() -> Self {
            Instant(now())
        }

        pub(crate) fn elapsed(&self) -> Duration {
            Duration::from_secs_f64((now() - self.0).max(0.0) / 1_000.0)
        }
    }

    /// The linear memory: it only grows, so an item that asks for it wants an instance of its own.
    pub(crate) fn resident() -> f64 {
        core::arch::wasm32::memory_size(0) as f64 * 65_536.0
    }
}
