//! Aliases of a session, in scopes within scopes (`SessionStateScope`): a scope's own ones, around them those of the scopes
//! around, and in the global scope those that every session has.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Options, Scopes};
use crate::builtin;
use crate::value::Text;

/// An alias.
#[derive(Clone, Debug)]
pub struct Alias {
    /// Name as first written.
    pub name: Text,
    /// What it stands for; nothing where it only hides one that every session has.
    pub target: Text,
    /// What may be done with it.
    pub options: Options,
    /// What it is for.
    pub description: Text,
}

impl Alias {
    /// One that every session has.
    fn built_in(name: &str) -> Option<Self> {
        let (name, target, options) = builtin::alias(name)?;
        Some(Self {
            name: name.into(),
            target: target.into(),
            options,
            description: "".into(),
        })
    }

    fn is_there(&self) -> bool {
        !self.target.is_empty()
    }
}

impl Scopes {
    /// What an alias that the session defined stands for; an empty text where it removed one that every session has.
    pub(crate) fn alias_target(&self, name: &str) -> Option<&str> {
        if self.stack.iter().all(|scope| scope.aliases.is_empty()) {
            return None;
        }
        let key = name.to_lowercase();
        let top = self.stack.len() - 1;
        let scopes = self.stack.iter().enumerate().rev();
        let mut found = scopes.filter_map(|(index, scope)| {
            let alias = scope.aliases.get(&key)?;
            (index == top || !alias.options.has(Options::PRIVATE)).then_some(&*alias.target)
        });
        found.next()
    }

    /// The alias of a scope.
    pub(crate) fn alias_at(&self, scope: usize, name: &str) -> Option<Arc<Alias>> {
        let own = self.stack.get(scope)?.aliases.get(&name.to_lowercase());
        if let Some(own) = own {
            return own.is_there().then(|| Arc::clone(own));
        }
        let shared = |alias: &Alias| scope == 0 || alias.options.has(Options::ALL_SCOPE);
        Alias::built_in(name).filter(shared).map(Arc::new)
    }

    /// The alias that a name means, with the place of its scope.
    pub(crate) fn alias(&self, name: &str) -> Option<(usize, Arc<Alias>)> {
        let top = self.stack.len() - 1;
        let mut found = (0..=top).rev().filter_map(|scope| {
            let alias = self.alias_at(scope, name)?;
            (scope == top || !alias.options.has(Options::PRIVATE)).then_some((scope, alias))
        });
        found.next()
    }

    /// Puts an alias in a scope, in place of one of that name.
    pub(crate) fn put_alias(&mut self, scope: usize, alias: Alias) {
        if let Some(scope) = self.stack.get_mut(scope) {
            let key = alias.name.to_lowercase();
            scope.aliases.insert(key, Arc::new(alias));
        }
    }

    /// Takes an alias out of a scope.
    pub(crate) fn remove_alias(&mut self, scope: usize, name: &str) {
        let key = name.to_lowercase();
        let built_in = Alias::built_in(name);
        let Some(scope) = self.stack.get_mut(scope) else {
            return;
        };
        scope.aliases.remove(&key);
        // One that stands for nothing hides the one that every session has.
        if let Some(hidden) = built_in {
            let nothing = Alias {
                target: "".into(),
                options: Options::default(),
                ..hidden
            };
            scope.aliases.insert(key, Arc::new(nothing));
        }
    }

    /// The aliases of a scope, or those that are seen, sorted by name.
    pub(crate) fn aliases(&self, scope: Option<usize>) -> Vec<Arc<Alias>> {
        let mut seen: BTreeMap<String, Arc<Alias>> = BTreeMap::new();
        if scope.is_none_or(|scope| scope == 0) {
            let all = builtin::aliases().iter();
            let all = all.filter_map(|(name, _)| Alias::built_in(name));
            seen.extend(all.map(|alias| (alias.name.to_lowercase(), Arc::new(alias))));
        }
        let top = self.stack.len() - 1;
        let wanted = match scope {
            Some(scope) => scope..scope + 1,
            None => 0..top + 1,
        };
        for (index, scope) in self.stack.iter().enumerate() {
            if !wanted.contains(&index) {
                continue;
            }
            for (key, alias) in &scope.aliases {
                if index == top || !alias.options.has(Options::PRIVATE) {
                    seen.insert(key.clone(), Arc::clone(alias));
                }
            }
        }
        seen.into_values()
            .filter(|alias| alias.is_there())
            .collect()
    }
}
