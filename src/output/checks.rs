//! The checks of doctor: the list of all of them, and one explained.

use serde::Serialize;

use super::examination::{self, CheckView};
use super::{Answer, plain};

/// What `doctor --list` answers.
#[derive(Clone, Debug, Serialize)]
pub struct Checks {
    pub checks: Vec<CheckView>,
}

impl Answer for Checks {
    fn table(&self, _width: Option<u16>) -> String {
        examination::list(&self.checks)
    }

    fn plain(&self) -> String {
        plain::lines(self.checks.iter().map(|check| {
            [check.code, check.severity, check.category, check.title].map(str::to_owned).to_vec()
        }))
    }
}

/// What `doctor --explain` answers.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    pub check: CheckView,
}

impl Answer for Explanation {
    fn table(&self, _width: Option<u16>) -> String {
        examination::explain(&self.check)
    }

    fn plain(&self) -> String {
        examination::explain(&self.check)
    }
}
