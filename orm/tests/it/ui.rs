//! The mistakes that users make, and what the compiler answers.

#[test]
fn mistakes_in_models_are_answered_at_their_place() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
    cases.pass("tests/ui/pass/*.rs");
}
