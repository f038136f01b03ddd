"""Faults on purpose: whatever an API server, or the network before it, is known to do wrong, at the word of a test.

`table` names them all. They take hold in three places only: a middleware and a wrapper round streamed bodies
(`bench`), and a TCP stage before the server (`stage`). `door` is where they are asked for.
"""
