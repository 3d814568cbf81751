//! AWS codepipeline.
