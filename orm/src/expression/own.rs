//! Functions of the server, named in one line.

/// Makes a typed function of one that the server has: by its own name, or by the one behind `=`.
///
/// It takes columns, expressions and values, and can be used wherever an expression can: in filters,
/// values, orders and updates. A parameter that may be NULL is declared as an `Option`. With `aggregate`
/// in front it is an aggregate, with `distinct`, `filter` and `over`.
///
/// ```
/// use testudo_orm::prelude::*;
/// use testudo_orm::sql::Dialect;
///
/// # #[derive(Model, Debug)]
/// # #[model(table = "users")]
/// # pub struct User { #[field(primary_key)] id: i64, name: String }
/// sql_function!(fn soundex(text: String) -> String);
/// sql_function!(aggregate fn joined(text: String, separator: String) -> Option<String> = "string_agg");
///
/// let alike = User::filter(soundex(User::name).eq(soundex("Smith"))).values(joined(User::name, ", "));
/// assert_eq!(
///     alike.sql(Dialect::Postgres)?,
///     r#"SELECT string_agg("users"."name", $1) FROM "users" WHERE soundex("users"."name") = soundex($2)"#,
/// );
/// # Ok::<(), testudo_orm::Error>(())
/// ```
#[macro_export]
macro_rules! sql_function {
    ($(#[$meta:meta])* $vis:vis fn $($rest:tt)+) => {
        $crate::__sql_function!([$(#[$meta])* $vis] [$crate::Scalar] $($rest)+);
    };
    ($(#[$meta:meta])* $vis:vis aggregate fn $($rest:tt)+) => {
        $crate::__sql_function!([$(#[$meta])* $vis] [$crate::Aggregated] $($rest)+);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __sql_function {
    ($head:tt $kind:tt $name:ident($($args:tt)*) -> $ty:ty = $sql:literal $(;)?) => {
        $crate::__sql_function!(@ $head $kind $name ($sql) ($($args)*) $ty);
    };
    ($head:tt $kind:tt $name:ident($($args:tt)*) -> $ty:ty $(;)?) => {
        $crate::__sql_function!(@ $head $kind $name (::std::stringify!($name)) ($($args)*) $ty);
    };
    (@ [$($head:tt)*] [$kind:ty] $name:ident ($sql:expr) ($($arg:ident: $arg_ty:ty),* $(,)?) $ty:ty) => {
        $($head)* fn $name<M: $crate::Model>(
            $($arg: impl $crate::IntoOperand<M, $arg_ty, Given: $crate::Fits<$arg_ty>>),*
        ) -> $crate::Expression<M, $ty, $kind> {
            $crate::Expression::from_expr($crate::sql::Expr::call(
                $crate::sql::Function::Named($sql),
                ::std::vec![$($crate::IntoOperand::into_operand($arg).into_expr()),*],
            ))
        }
    };
}
