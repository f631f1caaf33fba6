//! A laboratory of two sites in one folder: for newcomers, and for the tests that need real processes and real certificates.

pub mod pki;
