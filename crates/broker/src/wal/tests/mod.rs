//! What the WAL promises, as a whole.

mod basics;
mod damage;
mod hostile;
mod model;
mod prefix;
mod support;
