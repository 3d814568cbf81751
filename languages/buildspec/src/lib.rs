//! The buildspec.yml language of CodeBuild. Pure.
