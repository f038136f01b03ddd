"""Logs and shells: bytes between one container and one socket. Nothing here writes cached rows."""
