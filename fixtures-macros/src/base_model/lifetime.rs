//! The lifetime of what a mocked method returns, by name: mockall takes `-> &str` as it is, but wants
//! the lifetime of `-> Option<&str>` written out.

use syn::visit_mut::{self, VisitMut};
use syn::{FnArg, Lifetime, ReceiverKind, ReturnType, Signature, Type, TypeReference, parse_quote};

/// The signature with `'mock` for each lifetime that is left out within what it returns.
pub(super) fn named(signature: &Signature) -> Signature {
    let mut named = signature.clone();
    let ReturnType::Type(_, output) = &mut named.output else {
        return named;
    };
    let inner: &mut Type = match output.as_mut() {
        Type::Reference(reference) => &mut reference.elem,
        other => other,
    };
    let mut naming = Naming { found: false };
    naming.visit_type_mut(inner);
    if !naming.found {
        return named;
    }
    if let Type::Reference(reference) = output.as_mut() {
        naming.visit_lifetime_of(reference);
    }
    named.generics.params.push(parse_quote!('mock));
    if let Some(FnArg::Receiver(receiver)) = named.inputs.first_mut()
        && let ReceiverKind::Reference(_, lifetime, _) = &mut receiver.kind
        && lifetime.is_none()
    {
        *lifetime = Some(parse_quote!('mock));
    }
    named
}

struct Naming {
    found: bool,
}

impl Naming {
    fn visit_lifetime_of(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(parse_quote!('mock));
            self.found = true;
        }
    }
}

impl VisitMut for Naming {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        self.visit_lifetime_of(reference);
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = parse_quote!('mock);
            self.found = true;
        }
    }
}
