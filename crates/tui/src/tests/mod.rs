//! The dashboard as its user sees it: keys in, screens out.

mod cursor;
mod fixture;
mod moving;
mod random;
mod reducer;
mod replay;
mod screens;
