"""Shells as asciicasts: written while they run, found, watched and kept for as long as is set.

asciicast v3: https://docs.asciinema.org/manual/asciicast/v3/
"""
