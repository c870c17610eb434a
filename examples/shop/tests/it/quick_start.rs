//! Chapter "Quick Start".

mod model_definition;
