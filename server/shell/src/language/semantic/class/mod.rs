//! What is wrong with the members of a class (`SemanticChecks`): what a method must give, which variables it may read, what
//! stands where only classes have a say.

mod attributes;
mod by_name;
mod flow;
mod flow_expression;
mod flow_loop;
mod graph;

use std::collections::{HashMap, HashSet};

use crate::error_record::Extent;
use crate::evaluate::lone_expression;
use crate::language::ast::{
    ClassDeclaration, ClassMember, Expression, ExpressionKind, FunctionMember, PropertyMember,
    Statement, VariablePath,
};
use crate::language::semantic::class::attributes::Target;
use crate::language::semantic::{Around, Checker};

/// Variables that methods may read although they never assign to them.
const READABLE: [&str; 10] = [
    "true",
    "false",
    "null",
    "lastexitcode",
    "error",
    "stacktrace",
    "outputencoding",
    "nestedpromptlevel",
    "pwd",
    "matches",
];

/// The member of a class whose text is looked at.
pub(super) struct Member {
    is_static: bool,
    /// Whether its method gives something; none in a property.
    gives: Option<bool>,
    /// Where variables are read that the method does not assign to.
    unassigned: HashSet<usize>,
    class: String,
    /// The properties of its class by their names in lower case: as declared, and whether they are static.
    properties: HashMap<String, (String, bool)>,
}

impl Member {
    fn of(class: &ClassDeclaration, is_static: bool) -> Self {
        let properties = class.members.iter().filter_map(|member| match member {
            ClassMember::Property(own) => Some((
                own.name.to_lowercase(),
                (own.name.to_string(), own.qualifiers.is_static),
            )),
            ClassMember::Function(_) => None,
        });
        Self {
            is_static,
            gives: None,
            unassigned: HashSet::new(),
            class: class.name.to_string(),
            // Of several the first counts; the others are refused for themselves.
            properties: properties.fold(HashMap::new(), |mut all, (key, own)| {
                all.entry(key).or_insert(own);
                all
            }),
        }
    }
}

impl Checker<'_> {
    pub(super) fn class(&mut self, class: &ClassDeclaration) {
        for attribute in &class.attributes {
            self.member_attribute(attribute, Target::Class);
        }
        for member in &class.members {
            match member {
                ClassMember::Property(own) => self.property(class, own),
                ClassMember::Function(own) => self.method(class, own),
            }
        }
    }

    /// Runs a check as of the text of a member; none for a block within it, which is no member's.
    pub(super) fn within_member(&mut self, member: Option<Member>, check: impl FnOnce(&mut Self)) {
        let around = std::mem::replace(&mut self.member, member);
        check(self);
        self.member = around;
    }

    fn property(&mut self, class: &ClassDeclaration, property: &PropertyMember) {
        for attribute in &property.qualifiers.attributes {
            self.member_attribute(attribute, Target::Property);
        }
        let member = Member::of(class, property.qualifiers.is_static);
        self.within_member(Some(member), |checker| {
            checker.expressions(property.initial.as_slice());
        });
    }

    fn method(&mut self, class: &ClassDeclaration, method: &FunctionMember) {
        let target = match method.is_constructor {
            true => Target::Constructor,
            false => Target::Method,
        };
        for attribute in &method.qualifiers.attributes {
            self.member_attribute(attribute, target);
        }
        self.method_shape(method);
        let flow = flow::of(method);
        if !flow.always_returns && !method.is_void() {
            self.refuse(
                "MethodHasCodePathNotReturn",
                "Not all code path returns value within method.",
                &method.name_extent,
            );
        }
        let member = Member {
            gives: Some(!method.is_void()),
            unassigned: flow.unassigned.into_iter().collect(),
            ..Member::of(class, method.qualifiers.is_static)
        };
        let body = &method.body;
        self.within_member(Some(member), |checker| {
            checker.within(Around::Method, |checker| {
                for parameter in &body.parameters {
                    for attribute in &parameter.attributes {
                        checker.member_attribute(attribute, Target::Parameter);
                    }
                    checker.expressions(parameter.default.as_slice());
                }
                for argument in method.base_call.iter().flatten() {
                    checker.expression(argument);
                }
                let parts = [
                    body.dynamic.as_ref(),
                    body.begin.as_ref(),
                    body.process.as_ref(),
                    Some(&body.end),
                    body.clean.as_ref(),
                ];
                for part in parts.into_iter().flatten() {
                    checker.statements(part);
                }
            });
        });
    }

    fn method_shape(&mut self, method: &FunctionMember) {
        if let Some(extent) = &method.parameter_block {
            self.refuse(
                "ParamBlockNotAllowedInMethod",
                "A param block is not allowed in a class method.",
                extent,
            );
        }
        if method.body.is_named {
            self.refuse(
                "NamedBlockNotAllowedInMethod",
                "A named block is not allowed in a class method.",
                &first_block(method),
            );
        }
        if let Some(literal) = method
            .qualifiers
            .type_literal
            .as_ref()
            .filter(|_| method.is_constructor)
        {
            self.refuse(
                "ConstructorCantHaveReturnType",
                "A constructor cannot specify a return type.",
                &literal.extent,
            );
        }
    }

    /// A `return` gives something where its method does, and nothing where that does not.
    pub(super) fn returned(&mut self, value: Option<&Statement>, extent: &Extent) {
        let Some(gives) = self.member.as_ref().and_then(|own| own.gives) else {
            return;
        };
        match (gives, value) {
            (false, Some(_)) => self.refuse(
                "VoidMethodHasReturn",
                "Invalid return statement within void method.",
                extent,
            ),
            (true, None) => self.refuse(
                "NonVoidMethodMissingReturnValue",
                "Invalid return statement within non-void method.",
                extent,
            ),
            _ => {}
        }
    }

    /// A variable that a member reads.
    pub(super) fn member_variable(&mut self, path: &VariablePath, extent: &Extent) {
        let Some(member) = &self.member else { return };
        let not_local =
            member.unassigned.contains(&extent.start) && !READABLE.contains(&&*path.key);
        let of_static = member.is_static && path.text.eq_ignore_ascii_case("this");
        if not_local {
            self.refuse(
                "VariableNotLocal",
                "Variable is not assigned in the method.",
                extent,
            );
        }
        if of_static {
            self.refuse(
                "NonStaticMemberAccessInStaticMember",
                format!(
                    "Cannot access the non-static member '{}' in a static method or initializer of a static property.",
                    path.text
                ),
                extent,
            );
        }
    }

    /// A plain variable that has the name of a property is none, and hardly meant to be one.
    pub(super) fn property_target(&mut self, target: &Expression) {
        if self.member.as_ref().is_none_or(|own| own.gives.is_none()) {
            return;
        }
        match &target.kind {
            ExpressionKind::Parenthesis(statement) => {
                if let Some(inner) = lone_expression(statement) {
                    self.property_target(inner);
                }
            }
            ExpressionKind::ArrayLiteral(targets) => {
                for target in targets {
                    self.property_target(target);
                }
            }
            ExpressionKind::Cast(_, inner) => self.property_target(inner),
            ExpressionKind::Variable(path) => self.missing_owner(path, &target.extent),
            _ => {}
        }
    }

    fn missing_owner(&mut self, path: &VariablePath, extent: &Extent) {
        let Some(member) = &self.member else { return };
        let Some((name, is_static)) = member.properties.get(&path.text.to_lowercase()) else {
            return;
        };
        let (id, owner) = match is_static {
            true => (
                "MissingTypeInStaticPropertyAssignment",
                format!("[{}]::", member.class),
            ),
            false => ("MissingThis", "$this.".to_owned()),
        };
        let message = format!("Cannot assign property, use '{owner}{name}'.");
        self.refuse(id, message, extent);
    }
}

/// Where the first named block of a method stands: as far as the tree tells, where its text begins.
fn first_block(method: &FunctionMember) -> Extent {
    let text = &method.body.source.text;
    let inner = text
        .get(method.body.extent.start..method.body.extent.end)
        .unwrap_or_default();
    let start = method.body.extent.start + (inner.len() - inner.trim_start().len());
    let end = method.body.extent.start + inner.trim_end().len();
    Extent {
        start,
        end: end.max(start),
    }
}
