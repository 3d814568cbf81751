//! The CloudFormation template language: parsed, checked and evaluated, with the origin of each value. Pure.
