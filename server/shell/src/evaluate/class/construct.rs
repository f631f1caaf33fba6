//! `[C]::new(…)`: an object of a class, its properties with the values that they have at first, its constructors from the
//! derived class to the base.

use std::sync::atomic::Ordering;
use std::sync::{Arc, RwLock};

use crate::convert::initial;
use crate::evaluate::class::invoke::{Call, Muted};
use crate::evaluate::class::object_of;
use crate::evaluate::exception::new_exception;
use crate::evaluate::overload::none_found;
use crate::evaluate::{NAMES, as_operand, failure};
use crate::members::{properties, same_name};
use crate::pipeline::call_stack::Frame;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::text::{read, write};
use crate::value::class::{Base, Class, ClassProperty, Instance};
use crate::value::scripts::{Script, ScriptMember};
use crate::value::{Object, Property, Value};

impl Engine<'_> {
    /// `[C]::new(…)`.
    ///
    /// # Errors
    /// What ended it, or that no constructor takes the arguments.
    pub(crate) fn construct(
        &mut self,
        class: &Arc<Class>,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        self.begin_class(class, out)?;
        let this = self.bare(class);
        self.run_constructor(class, &this, arguments, out)?;
        Ok(this)
    }

    /// An object whose properties hold nothing yet.
    fn bare(&mut self, class: &Arc<Class>) -> Value {
        let mut shown: Vec<Property> = Vec::new();
        let mut hidden: Vec<Property> = Vec::new();
        for own in class.properties() {
            let property = Property {
                name: own.name.clone(),
                value: initial(&own.of_type),
                note: false,
            };
            match own.is_hidden() {
                true => hidden.push(property),
                false => shown.push(property),
            }
        }
        if let Some(exception) = class.exception() {
            let made = new_exception(exception, &[]).unwrap_or_default();
            let inherited = properties(&made).into_iter();
            let known =
                |own: &Property| shown.iter().any(|known| same_name(&known.name, &own.name));
            let inherited: Vec<Property> = inherited.filter(|own| !known(own)).collect();
            shown.extend(inherited);
        }
        let object = Object {
            type_names: RwLock::new(class.type_names.clone()),
            properties: RwLock::new(shown),
            text: None,
            custom: false,
            scripts: Default::default(),
            instance: Some(Box::new(Instance {
                class: class.clone(),
                hidden: RwLock::new(hidden),
            })),
        };
        let mut texts = class.overloads("ToString", false).into_iter();
        if texts.any(|(_, own)| own.parameters.is_empty()) {
            object.scripts.add(ScriptMember {
                name: "ToString".into(),
                script: Script::Override,
                failed: None,
                text: None,
            });
            self.session.computes = true;
        }
        Value::Object(Arc::new(object))
    }

    /// Runs the constructor that takes the arguments.
    fn run_constructor(
        &mut self,
        class: &Arc<Class>,
        this: &Value,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let constructors: Vec<_> = class
            .members()
            .constructors
            .iter()
            .map(|own| (class, own))
            .collect();
        if constructors.is_empty() {
            if !arguments.is_empty() {
                return Err(self.fail(none_found("new", arguments.len())));
            }
            self.give_initial_values(class, Some(this), out)?;
            return self.run_base_constructor(class, this, &[], out);
        }
        let (_, method) = self.choose_method(&constructors, "new", arguments)?;
        let arguments = self.bind_arguments(method, ".ctor", arguments, out)?;
        self.give_initial_values(class, Some(this), out)?;
        let call = Call {
            class,
            method,
            this: Some(this),
            arguments,
        };
        let declared = method.declaration.clone();
        self.within_member(call, None, out, |engine, out| {
            let given = declared.base_call.as_deref().unwrap_or_default();
            let given = given
                .iter()
                .map(|argument| engine.evaluate(argument, out))
                .collect::<Result<Vec<_>, _>>()?;
            engine.run_base_constructor(class, this, &given, out)?;
            engine.run_statements(&declared.body.end, out)
        })
        .map(drop)
    }

    fn run_base_constructor(
        &mut self,
        class: &Arc<Class>,
        this: &Value,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        match &class.base {
            Base::Object if arguments.is_empty() => Ok(()),
            Base::Object => Err(self.fail(none_found("new", arguments.len()))),
            Base::Class(base) => {
                self.nested(|engine| engine.run_constructor(base, this, arguments, out))
            }
            Base::Exception(name) => {
                let Some(made) = new_exception(name, arguments) else {
                    return Err(self.fail(none_found("new", arguments.len())));
                };
                let mut inherited = properties(&made);
                if arguments.is_empty()
                    && let Value::Object(object) = this
                {
                    let own = &read(&object.type_names)[0];
                    for property in &mut inherited {
                        if &*property.name == "Message" && &**name == "System.Exception" {
                            property.value =
                                Value::text(format!("Exception of type '{own}' was thrown."));
                        }
                    }
                }
                take_over(this, inherited);
                Ok(())
            }
        }
    }

    /// Gives properties the values that stand behind them: those of an object, or the static ones.
    fn give_initial_values(
        &mut self,
        class: &Arc<Class>,
        this: Option<&Value>,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let wanted = |own: &ClassProperty| {
            own.is_static() == this.is_none() && own.declaration.initial.is_some()
        };
        if !class.members().properties.iter().any(wanted) {
            return Ok(());
        }
        let depth = self.session.scopes.enter(false);
        if let Some(home) = Self::home(class) {
            self.session.scopes.add_types(&home);
        }
        if let Some(this) = this {
            self.session.scopes.set_local(&NAMES.this, this.clone());
        }
        let source = class.declaration.source.clone();
        let frame = Frame::of(&class.name, "");
        self.session.try_depth += 1;
        let outcome = self.within_text(source, frame, |engine| {
            let mut muted = Muted(out);
            for (place, property) in class.members().properties.iter().enumerate() {
                let Some(initial) = property
                    .declaration
                    .initial
                    .as_ref()
                    .filter(|_| wanted(property))
                else {
                    continue;
                };
                engine.session.sequence_point = initial.extent.clone();
                let value = as_operand(engine.evaluate(initial, &mut muted)?);
                let value = engine.checked(property, value, &mut muted)?;
                match this {
                    // A property of a derived class stands for one of its name in the base class.
                    Some(this) if is_hidden_by_derived(this, class, property) => {}
                    Some(this) => store(this, property, value),
                    None => class.set_static(place, value),
                }
            }
            Ok(())
        });
        self.session.try_depth -= 1;
        self.session.scopes.leave(depth);
        outcome
    }

    /// The first use of a class gives its static properties their values.
    pub(super) fn begin_class(
        &mut self,
        class: &Arc<Class>,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        if !class.begins() {
            return match class.failed.load(Ordering::Relaxed) {
                true => Err(self.not_initialised(class)),
                false => Ok(()),
            };
        }
        let outcome = self.give_initial_values(class, None, out).and_then(|()| {
            let Some(method) = &class.members().static_constructor else {
                return Ok(());
            };
            let call = Call {
                class,
                method,
                this: None,
                arguments: Vec::new(),
            };
            self.call_member(call, out).map(drop)
        });
        match outcome {
            Err(Halt::Error(_) | Halt::Throw(_)) => {
                class.failed.store(true, Ordering::Relaxed);
                Err(self.not_initialised(class))
            }
            other => other,
        }
    }

    fn not_initialised(&self, class: &Class) -> Halt {
        self.fail(failure::thrown(
            "System.TypeInitializationException",
            format!(
                "The type initializer for '{}' threw an exception.",
                class.name
            ),
        ))
    }
}

/// Whether a class between a class and that of an object has a property of the same name.
fn is_hidden_by_derived(this: &Value, class: &Arc<Class>, property: &ClassProperty) -> bool {
    let own = object_of(this).and_then(|(_, own)| own.property(&property.name, false));
    own.is_some_and(|(declaring, ..)| !Arc::ptr_eq(declaring, class))
}

/// Puts a value into a property of an object.
pub(super) fn store(this: &Value, property: &ClassProperty, value: Value) {
    let Value::Object(object) = this else { return };
    let put = |own: &mut Vec<Property>, value: Value| {
        own.iter_mut()
            .find(|own| same_name(&own.name, &property.name))
            .map(|own| std::mem::replace(&mut own.value, value))
    };
    // What the value was is let go of once nothing is locked.
    let _old = match &object.instance {
        Some(instance) if property.is_hidden() => put(&mut write(&instance.hidden), value),
        _ => put(&mut write(&object.properties), value),
    };
}

/// What .NET's own constructor makes of the properties that an object inherits.
fn take_over(this: &Value, inherited: Vec<Property>) {
    let Value::Object(object) = this else { return };
    let class = object.class();
    let mut own = write(&object.properties);
    for property in inherited {
        if class.is_some_and(|class| class.property(&property.name, false).is_some()) {
            continue;
        }
        if let Some(place) = own
            .iter_mut()
            .find(|own| same_name(&own.name, &property.name))
        {
            place.value = property.value;
        }
    }
}
