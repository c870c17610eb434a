//! The tables of the shop, one file each.

mod account;
mod article;
mod order;
mod product;
mod tag;
mod user;
mod user_profile;

pub use account::Account;
pub use article::Article;
pub use order::{Order, OrderStatus};
pub use product::Product;
pub use tag::Tag;
pub use user::User;
pub use user_profile::UserProfile;
