//! Tuples of one to twelve members, counted out once.

/// Calls a macro with the type parameters of each tuple: `callback!([A])`, `callback!([A B])`, ...
macro_rules! for_each_tuple {
    ($callback:ident) => {
        $callback!([A] [A B] [A B C] [A B C D] [A B C D E] [A B C D E F] [A B C D E F G]
            [A B C D E F G H] [A B C D E F G H I] [A B C D E F G H I J] [A B C D E F G H I J K]
            [A B C D E F G H I J K L]);
    };
}

/// Implements, for tuples, a trait whose one method appends what each member gives to one list.
macro_rules! append_tuples {
    ($trait:ident :: $method:ident -> $item:ty; $([$($name:ident)+])+) => {$(
        impl<M, $($name: $trait<M>),+> $trait<M> for ($($name,)+) {
            fn $method(self) -> Vec<$item> {
                #[expect(non_snake_case, reason = "a member is named after its type parameter")]
                let ($($name,)+) = self;
                let mut list = Vec::new();
                $(list.extend($name.$method());)+
                list
            }
        }
    )+};
}

pub(crate) use {append_tuples, for_each_tuple};
