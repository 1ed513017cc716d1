#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Err(wrong) = let_it_crash::lab::fuzz::term(data) {
        panic!("{wrong}");
    }
});
