//! The dashboard as its user sees it: keys in, screens out.

mod fixture;
mod random;
mod reducer;
mod screens;
