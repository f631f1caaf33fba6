//! Where the two programs are: beside the running one, built first when cargo is at hand.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder with `tandemd` and `tandem`, when they were built elsewhere.
pub const FOLDER_VARIABLE: &str = "TANDEM_PROGRAMS";

/// The node and the client.
#[derive(Debug, Clone)]
pub struct Programs {
    /// `tandemd`.
    pub node: PathBuf,
    /// `tandem`.
    pub client: PathBuf,
}

/// Why there are no programs.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The build failed.
    #[error("the programs cannot be built: {0}")]
    Build(String),
    /// They are not where they should be.
    #[error(
        "there is no {0}; build it with `cargo build --workspace`, or name its folder in {FOLDER_VARIABLE}"
    )]
    Missing(PathBuf),
}

/// The programs, built once per process.
///
/// # Errors
/// When they cannot be built or found.
pub fn programs() -> Result<Programs, Error> {
    static FOUND: OnceLock<Result<Programs, Error>> = OnceLock::new();
    FOUND.get_or_init(find).clone()
}

fn find() -> Result<Programs, Error> {
    if let Some(folder) = env::var_os(FOLDER_VARIABLE) {
        return in_folder(Path::new(&folder));
    }
    let folder = profile_folder()?;
    if let Some(cargo) = env::var_os("CARGO") {
        build(Path::new(&cargo), &folder)?;
    }
    in_folder(&folder)
}

/// `target/<profile>`, from the running program's own place: it stands there, or in `deps` below it.
fn profile_folder() -> Result<PathBuf, Error> {
    let own = env::current_exe().map_err(|error| Error::Build(error.to_string()))?;
    let folder = own.parent().unwrap_or_else(|| Path::new("."));
    let inner = folder
        .file_name()
        .is_some_and(|name| name == "deps" || name == "examples");
    Ok(if inner {
        folder.parent().unwrap_or(folder)
    } else {
        folder
    }
    .to_owned())
}

fn build(cargo: &Path, folder: &Path) -> Result<(), Error> {
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--workspace", "--bins"]);
    if folder.file_name().is_some_and(|name| name == "release") {
        command.arg("--release");
    }
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    // What cargo tells the programs that it runs is no setting of the next build: libraries with build scripts would be
    // built anew at every start.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_MANIFEST_") || name.starts_with("CARGO_PKG_") {
            command.env_remove(&*name);
        }
    }
    let output = command
        .output()
        .map_err(|error| Error::Build(error.to_string()))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(Error::Build(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ))
    }
}

fn in_folder(folder: &Path) -> Result<Programs, Error> {
    let program = |name: &str| {
        let path = folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
        if path.is_file() {
            Ok(path)
        } else {
            Err(Error::Missing(path))
        }
    };
    Ok(Programs {
        node: program("tandemd")?,
        client: program("tandem")?,
    })
}
