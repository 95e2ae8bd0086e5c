//! The live dashboard of a Chronik cluster.
