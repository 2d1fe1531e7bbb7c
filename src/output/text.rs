//! Text that is the same in every format: a script, a unit, an exported file, an explanation.

use schemars::JsonSchema;
use serde::Serialize;

use super::answer::Answer;
use super::page::Page;

#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Text(pub String);

impl Answer for Text {
    fn table(&self, _width: Option<u16>) -> Page {
        Page::of_text(&self.0)
    }

    fn plain(&self) -> Page {
        Page::of_text(&self.0)
    }

    fn text(&self) -> Option<&str> {
        Some(&self.0)
    }
}
