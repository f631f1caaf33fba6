//! `tandemd`: one node of a pool.

fn main() {}
