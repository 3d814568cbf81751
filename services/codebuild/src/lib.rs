//! AWS codebuild.
