"""Copies what the browser gets from node_modules to static/vendor: named files, and only the icons that we use."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

FILES = {
    "htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "xterm/xterm.mjs": "@xterm/xterm/lib/xterm.mjs",
    "xterm/xterm.css": "@xterm/xterm/css/xterm.css",
    "xterm/addon-fit.mjs": "@xterm/addon-fit/lib/addon-fit.mjs",
    "xterm/addon-search.mjs": "@xterm/addon-search/lib/addon-search.mjs",
    "xterm/addon-web-links.mjs": "@xterm/addon-web-links/lib/addon-web-links.mjs",
    "xterm/addon-webgl.mjs": "@xterm/addon-webgl/lib/addon-webgl.mjs",
    "fonts/inter.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "fonts/jetbrains-mono.woff2": "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
}
ICONS = "@tabler/icons/icons/outline"

# The maps are not served, and a hashed name cannot be made for a file that is not there.
SOURCE_MAP = re.compile(rb"\n?(//#|/\*#) sourceMappingURL=\S+( ?\*/)?\s*$")
QUOTED = re.compile(r"""["']([a-z0-9]+(?:-[a-z0-9]+)*)["']""")


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        packages, vendor = settings.BASE_DIR / "node_modules", settings.BASE_DIR / "static" / "vendor"
        if not packages.is_dir():
            raise CommandError("There is no node_modules; run make setup.")
        shutil.rmtree(vendor, ignore_errors=True)
        for target, source in FILES.items():
            copy(packages / source, vendor / target)
        icons = packages / ICONS
        for name in sorted(name for name in set(quoted_words(settings.BASE_DIR)) if (icons / f"{name}.svg").is_file()):
            copy(icons / f"{name}.svg", vendor / "icons" / f"{name}.svg")


def copy(source: Path, target: Path) -> None:
    """Copy one file, without its link to a source map. Raises CommandError where the package has no such file."""
    if not source.is_file():
        raise CommandError(f"{source} is missing: package.json and dashboard/management/commands/vendor.py disagree.")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(SOURCE_MAP.sub(b"", source.read_bytes()))


def quoted_words(base: Path) -> Iterator[str]:
    """Every quoted word of our templates, pages and modules: the names of icons are among them."""
    for folder, pattern in (
        ("templates", "*.html"),
        ("dashboard", "*.py"),
        ("clusters", "*.py"),
        ("static/js", "*.js"),
    ):
        for file in (base / folder).rglob(pattern):
            yield from QUOTED.findall(file.read_text(encoding="utf-8"))
