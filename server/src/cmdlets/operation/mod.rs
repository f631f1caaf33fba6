//! Operations, readiness and salvage.
