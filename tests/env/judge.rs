//! The judge of Plaid's definition. Judge and definition are not part of this repository: they lie beside it (`../shared`) on machines
//! that check conformance, and `.ci/run` names the Python that has what the judge needs.

use std::path::{Path, PathBuf};

use super::tools::python_of;

/// What it takes to judge a conversation.
pub(crate) struct Judge {
    pub(crate) python: String,
    pub(crate) proxy: PathBuf,
    pub(crate) definition: PathBuf,
}

/// The judge, or nothing where it is not at hand, which is said. Whoever names the Python insists.
#[expect(clippy::print_stderr, reason = "a skipped test says why")]
pub(crate) fn judge() -> Option<Judge> {
    const PYTHON: &str = "BURSAR_TEST_PYTHON";
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let (proxy, definition) = (shared.join("tools/validate_proxy.py"), shared.join("spec/plaid/openapi-subset.yml"));
    let there = proxy.is_file() && definition.is_file();
    assert!(there || std::env::var_os(PYTHON).is_none(), "{PYTHON} is set, and {} has no judge", shared.display());
    let python = there.then(|| python_of(PYTHON, "yaml, jsonschema, plaid")).flatten();
    if python.is_none() {
        eprintln!("skipped: the judge of Plaid's definition, or what its Python needs, is not here");
    }
    python.map(|python| Judge { python, proxy, definition })
}
