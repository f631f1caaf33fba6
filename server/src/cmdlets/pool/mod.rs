//! Failing pools over and back.
