"""Amounts of CPU and memory as people read them; the columns hold millicores and bytes."""

CORE = 1000
UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
STEP = 1024
TENTHS_BELOW = 100


def cpu(millicores: int) -> str:
    """Cores: "0.25", "1.5", "48"."""
    return f"{millicores / CORE:.2f}".rstrip("0").rstrip(".")


def memory(size: int) -> str:
    """The largest binary unit: "256 MiB", "1.5 GiB"."""
    amount, unit = float(size), 0
    while amount >= STEP and unit < len(UNITS) - 1:
        amount, unit = amount / STEP, unit + 1
    digits = f"{amount:.1f}".removesuffix(".0") if amount < TENTHS_BELOW else f"{amount:.0f}"
    return f"{digits} {UNITS[unit]}"
