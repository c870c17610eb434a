//! Chapter "Best Practices".

mod error_handling;
mod model_design;
