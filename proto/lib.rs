//! Tandem's contracts as a Rust library: generated stubs, and the descriptors that everything else is derived from.
//!
//! A cmdlet is one RPC in `proto/tandem/<area>/v1/`, annotated with the options of `tandem.cmdlet.v1`. Its verb, noun,
//! parameters, help and examples stand there once.

use std::sync::LazyLock;

use prost_reflect::DescriptorPool;

/// The descriptor set of all contracts, with comments and annotations.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// The descriptors, decoded at first use.
///
/// # Panics
/// Never with a descriptor set that the build made.
pub static DESCRIPTORS: LazyLock<DescriptorPool> = LazyLock::new(|| {
    #[allow(
        clippy::expect_used,
        reason = "the build wrote these bytes from checked contracts"
    )]
    DescriptorPool::decode(DESCRIPTOR_SET).expect("the descriptor set that the build made")
});

macro_rules! contracts {
    ($($(#[$doc:meta])* $area:ident = $package:literal;)*) => {$(
        $(#[$doc])*
        pub mod $area {
            /// Version 1.
            #[allow(missing_docs, clippy::all, reason = "generated from the contract, whose comments are the documentation")]
            #[allow(unreachable_pub, clippy::or_fun_call, clippy::use_self, rustdoc::all)]
            pub mod v1 {
                tonic::include_proto!($package);
            }
        }
    )*};
}

contracts! {
    /// The Backup Service's cmdlets.
    backup = "tandem.backup.v1";
    /// Annotations, common parameters and records.
    cmdlet = "tandem.cmdlet.v1";
    /// What front ends and user applications call.
    frontend = "tandem.frontend.v1";
    /// Operations, readiness and salvage.
    operation = "tandem.operation.v1";
    /// Node to node.
    peer = "tandem.peer.v1";
    /// Failing pools over and back.
    pool = "tandem.pool.v1";
    /// Command lines, structured pipelines, completion, the catalogue.
    shell = "tandem.shell.v1";
    /// The deployment's topology and Windows services.
    topology = "tandem.topology.v1";
    /// Users.
    user = "tandem.user.v1";
}
