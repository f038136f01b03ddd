"""Patches of all four kinds, as functions from an object to the patched one."""
