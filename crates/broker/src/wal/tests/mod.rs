//! What the WAL promises, as a whole.

mod basics;
mod damage;
mod hostile;
mod lookups;
mod model;
mod prefix;
mod relocation;
mod segments;
mod support;
