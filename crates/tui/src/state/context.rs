//! Which cluster it is, as the person calls it.

/// The context that names the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Its name.
    pub name: String,
    /// The colour to tell it by.
    pub colour: Option<Colour>,
}

/// A colour that every terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are called as they look")]
pub enum Colour {
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
}
