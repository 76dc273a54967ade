//! regret
