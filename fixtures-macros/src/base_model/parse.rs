//! Sorts the methods of a trait, and refuses what cannot be mocked or called through `dyn`.

use syn::visit::Visit;
use syn::{
    FnArg, GenericParam, ItemTrait, ReceiverKind, ReturnType, Signature, TraitItem, Type,
    TypeImplTrait, TypeParamBound,
};

use super::{Base, Method};
use crate::diagnostics::Diagnostics;

pub(super) fn base(item: &ItemTrait, diagnostics: &mut Diagnostics) -> Base {
    refuse_generics(item, diagnostics);
    let mut base = Base {
        vis: item.vis.clone(),
        ident: item.ident.clone(),
        accessors: Vec::new(),
        behaviours: Vec::new(),
        questions: Vec::new(),
        has_async: false,
    };
    for item in &item.items {
        let TraitItem::Fn(function) = item else {
            let help = "a model, a mock and a transition model share methods alone";
            diagnostics.error(item, "a base trait has methods and nothing else", help);
            continue;
        };
        check(&function.sig, diagnostics);
        base.has_async |= function.sig.asyncness.is_some();
        let is_question = is_question(&function.sig);
        if is_question {
            base.questions.push(function.sig.ident.clone());
        }
        let list = match (&function.default, is_question) {
            (Some(_), _) => continue,
            (None, true) => &mut base.accessors,
            (None, false) => &mut base.behaviours,
        };
        list.push(Method {
            attributes: function.attrs.clone(),
            signature: function.sig.clone(),
        });
    }
    base
}

/// Whether a method is asked for nothing but a value: `fn number(&self) -> &str`.
fn is_question(signature: &Signature) -> bool {
    let by_reference = signature
        .receiver()
        .is_some_and(|receiver| matches!(receiver.kind, ReceiverKind::Reference(_, _, None)));
    let returns = matches!(signature.output, ReturnType::Type(..));
    by_reference && returns && signature.inputs.len() == 1 && signature.asyncness.is_none()
}

fn refuse_generics(item: &ItemTrait, diagnostics: &mut Diagnostics) {
    if !item.generics.params.is_empty() {
        let help = "write a base trait for each model";
        diagnostics.error(&item.generics, "a base trait has no parameters", help);
    }
    for bound in &item.supertraits {
        let known = match bound {
            TypeParamBound::Lifetime(lifetime) => lifetime.ident == "static",
            TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| {
                ["Send", "Sync", "Debug"]
                    .iter()
                    .any(|name| last.ident == name)
            }),
            _ => false,
        };
        if !known {
            let help = "write its methods in this trait; `Send`, `Sync`, `Debug` and `'static` may stand here";
            diagnostics.error(
                bound,
                "a mock of this trait could not implement that one",
                help,
            );
        }
    }
}

fn check(signature: &Signature, diagnostics: &mut Diagnostics) {
    let name = &signature.ident;
    match signature.receiver() {
        Some(receiver) if matches!(receiver.kind, ReceiverKind::Reference(..)) => {}
        _ => diagnostics.error(
            name,
            format!("`{name}` cannot be called through `dyn`"),
            "take `&self` or `&mut self`; what needs no value is a function beside the trait",
        ),
    }
    for parameter in &signature.generics.params {
        if !matches!(parameter, GenericParam::Lifetime(_)) {
            diagnostics.error(
                parameter,
                format!("`{name}` can neither be mocked nor called through `dyn` with a parameter of its own"),
                "take `&dyn Trait` or a type that is known",
            );
        }
    }
    let mut hidden = HiddenTypes(Vec::new());
    for input in &signature.inputs {
        if let FnArg::Typed(input) = input {
            hidden.visit_type(&input.ty);
        }
    }
    if let ReturnType::Type(_, output) = &signature.output {
        hidden.visit_type(output);
    }
    for hidden in hidden.0 {
        diagnostics.error(
            hidden,
            format!("`{name}` can neither be mocked nor called through `dyn` with a type that is not named"),
            "take or return `&dyn Trait`, `Box<dyn Trait>` or a type that is known",
        );
    }
}

/// The `impl Trait`s in a type.
struct HiddenTypes(Vec<Type>);

impl<'ast> Visit<'ast> for HiddenTypes {
    fn visit_type_impl_trait(&mut self, hidden: &'ast TypeImplTrait) {
        self.0.push(Type::ImplTrait(hidden.clone()));
    }
}
