//! Mistakes in `#[orm_test]`, as the compiler reports them.

#[test]
fn mistakes_are_compile_errors_at_their_place_with_help() {
    trybuild::TestCases::new().compile_fail("tests/it/ui/*.rs");
}
