//! Text that is the same in every format: a script, a unit, an exported file, an explanation.

use serde::Serialize;

use super::answer::Answer;

#[derive(Clone, Debug, Default, Serialize)]
pub struct Text(pub String);

impl Answer for Text {
    fn table(&self, _width: Option<u16>) -> String {
        self.0.clone()
    }

    fn plain(&self) -> String {
        self.0.clone()
    }

    fn is_text(&self) -> bool {
        true
    }
}
