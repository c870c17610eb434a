//! The mistakes that users make, and what the compiler answers.

#[test]
fn mistakes_in_models_are_answered_at_their_place() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
