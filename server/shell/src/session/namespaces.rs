//! `using namespace`: types that go by their short names.

use crate::session::SessionState;
use crate::value::Text;

/// Most namespaces that a session keeps.
const MAX_NAMESPACES: usize = 64;

impl SessionState {
    /// Has the types of namespaces go by their short names from now on.
    pub(crate) fn use_namespaces(&mut self, namespaces: &[Text]) {
        for namespace in namespaces {
            let known = self.namespaces.iter();
            let is_known = known.clone().any(|own| own.eq_ignore_ascii_case(namespace));
            if !is_known && known.len() < MAX_NAMESPACES {
                self.namespaces.push(namespace.clone());
            }
        }
    }
}
