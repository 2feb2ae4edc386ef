"""Tests of removing what a person wrote."""
